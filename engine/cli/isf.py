"""`monochord isf`: which shaders of the VJ world this machine can play."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli import terminal, typed
from engine.cli.manual import Command, Group
from engine.errors import BadFile, BadSetting
from engine.foundation.whole_file import whole_file

if TYPE_CHECKING:
    from engine.stage.isf_check import Result

app = typer.Typer(help="ISF shaders, as VJs exchange them: try all of a folder.", cls=Group)


@app.callback()
def _shaders() -> None:
    """ISF shaders, as VJs exchange them: try all of a folder."""


@app.command("check", cls=Command)
def check(
    folder: Annotated[Path, typer.Argument(help="Every .fs file below it is drawn, off screen.", metavar="DIR")],
    json_file: Annotated[
        Path | None,
        typer.Option("--json", help="Write {path: {ok, error, kind, milliseconds}} to this file.", metavar="FILE"),
    ] = None,
    time_limit: Annotated[
        float, typer.Option(help="Seconds that one shader may take, 0.1 to 3600.", metavar="SECONDS")
    ] = 10.0,
    size: Annotated[str, typer.Option(help="Size of the pictures in pixels.", metavar="WxH")] = "320x180",
    jobs: Annotated[
        int | None, typer.Option(help="Processes that draw; by default as many as cores, at most 4.", metavar="N")
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="Show the pictures on a contact sheet, a PNG.", metavar="FILE.png")
    ] = None,
) -> None:
    """Draw every shader below a folder off screen. Tells which cannot be played, and why.

    A file that crashes or hangs the driver gets its line, the others go on. Exit code 1 if any fails.

    Example: monochord isf check shaders/ --json found.json --sheet shaders.png
    """
    from engine.stage.isf_check import check as checked
    from engine.stage.isf_check import shader_files

    jobs = jobs if jobs is not None else min(os.cpu_count() or 1, 4)
    if jobs < 1:
        raise BadSetting(f"jobs={jobs} must be 1 or more")
    if not 0.1 <= time_limit <= 3600:
        raise BadSetting(f"time-limit={time_limit:g} must be from 0.1 to 3600 seconds (try 10)")
    pixels = typed.checked_sides(size, "320x180", 16, 4096)
    typed.writable("json", json_file)
    typed.writable("sheet", sheet, ".png")
    files = shader_files(folder)
    found: dict[str, Result] = {}
    with terminal.progress(f"drawing {len(files)} shaders") as tell:
        for path, result in checked(files, time_limit=time_limit, size=pixels, jobs=jobs, pictures=sheet is not None):
            name = path.relative_to(folder).as_posix()
            found[name] = result
            if not result.ok:
                terminal.remark(result.error if path.name in result.error else f"{path}: {result.error}")
            tell(len(found) / len(files))
    found = dict(sorted(found.items()))
    if json_file is not None:
        _write(json_file, found)
    if sheet is not None:
        _draw(sheet, folder, found)
    failed = sum(not result.ok for result in found.values())
    kinds = [result.kind for result in found.values() if result.ok]
    each = ", ".join(f"{kinds.count(kind)} {kind}s" for kind in ("filter", "transition", "generator") if kind in kinds)
    print(f"{len(kinds)} of {len(found)} shaders draw here" + (f": {each}" if each else ""))
    if failed:
        raise typer.Exit(1)


def _write(path: Path, found: dict[str, Result]) -> None:
    """The results as JSON, put in their place only when they are whole."""
    told: dict[str, dict[str, Any]] = {
        name: {
            "ok": result.ok,
            "error": result.error or None,
            "kind": result.kind or None,
            "milliseconds": round(result.milliseconds, 1),
        }
        for name, result in found.items()
    }
    try:
        with whole_file(path) as part:
            part.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    except OSError as problem:
        reason = problem.strerror or problem
        raise BadFile(f"{path}: the results cannot be written: {reason} (choose a folder with room)") from None


def _draw(path: Path, folder: Path, found: dict[str, Result]) -> None:
    """The pictures of those that draw, eight in a row, each with its name."""
    import numpy as np

    from engine.stage.sheet import write_sheet

    stills = [(name, result.picture) for name, result in found.items() if result.picture is not None]
    if not stills:
        terminal.remark(f"{path}: there is nothing to show")
        return
    across = 8
    blank = np.zeros_like(stills[0][1])
    rows = [stills[at : at + across] for at in range(0, len(stills), across)]
    pictures = [[*(picture for _, picture in row), *[blank] * (across - len(row))] for row in rows]
    names = [" · ".join(Path(name).stem for name, _ in row) for row in rows]
    write_sheet(path, pictures, names, title=f"{folder} · {len(stills)} shaders", width=240)
