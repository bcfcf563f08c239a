"""`monochord analyse`: a recording as numbers, and as a report for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli import options, terminal, typed
from engine.errors import BadFile, BadSetting, MissingDriver, UserMistake

if TYPE_CHECKING:
    from engine.report.writing import Reported
    from engine.takes.told import Script


def analyse(
    files: Annotated[list[str], typer.Argument(help="Recordings or takes; or one folder of them.", metavar="FILE")],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for frames.npz, summary.json and report.html; with several files, one in it each.",
            metavar="DIR",
        ),
    ],
    seconds: options.FirstSeconds = None,
    gain: options.Gain = None,
    channels: options.Channels = None,
    space: options.Space = None,
    score: options.Score = None,
    splice: Annotated[
        int | None,
        typer.Option(
            help="Write embedding.npz too, the ear's 128 numbers each 0.96 s: 0 each alone; 15, 18 or 30 as one.",
            metavar="N",
        ),
    ] = None,
    report: Annotated[
        bool,
        typer.Option(
            "--report/--no-report",
            help="Draw it all into report.html (it does, unless told otherwise).",
            show_default=False,
        ),
    ] = True,
    stills: Annotated[
        bool | None,
        typer.Option(
            "--stills/--no-stills",
            help="A still of each scene in the report; by default yes, but not of a whole folder.",
        ),
    ] = None,
    compare: Annotated[
        bool | None,
        typer.Option(
            "--compare/--no-compare",
            help="Two recordings side by side in compare.html; by default yes, where two are named.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(help="Processes that listen to a folder; by default as many as cores.", metavar="N"),
    ] = None,
    scheduler: options.Scheduler = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summaries as JSON.")] = False,
) -> None:
    """Tell what a recording is like, as figures and as numbers.

    Writes report.html, frames.npz (an array a signal, and `time`) and summary.json.

    Example: monochord analyse tune.flac --out numbers
    """
    from engine.analysis import analyse as analysed
    from engine.analysis import write_analysis
    from engine.settings import settings

    together = None if splice is None else typed.checked_splice(splice)
    typed.checked_sharing(workers, scheduler)
    folder = _only_folder(files, report, together)
    if compare and (len(files) != 2 or not report):
        raise BadSetting(f"--compare takes two recordings and a report of each, not {len(files)} (name A B)")
    if folder is not None:
        from engine.cli.analyse_folder import analyse_folder

        said = typed.said(gain=gain, channels=channels, space=space, score=score)
        how: dict[str, Any] = {"stills": bool(stills), "workers": workers, "scheduler": scheduler, "as_json": as_json}
        analyse_folder(folder, out, said, seconds, **how)
        return
    drawn = _drawer(stills is not False) if report else None
    reports: list[Reported] = []
    folders = _folders(files, out)
    summaries: dict[str, dict[str, Any]] = {}
    remarks: dict[str, None] = {}
    mistakes = 0
    for file in files:
        try:
            said = typed.said(gain=gain, channels=channels, space=space, score=score)
            chosen = settings(source=file, seconds=seconds, **said)
            with terminal.progress(Path(file).name) as tell:
                if drawn is not None:
                    made = drawn(chosen.hearing, folders[file], seconds=seconds, progress=tell)
                    reports, analysis = [*reports[-1:], made], made.analysis
                else:
                    analysis = analysed(chosen.hearing, seconds=seconds, progress=tell)
                    write_analysis(analysis, folders[file])
            if chosen.script is not None:
                _list(chosen.script, folders[file])
            if together is not None:
                _describe(file, analysis.duration, chosen.hearing.own_space, together, folders[file])
        except UserMistake as mistake:
            if len(files) == 1:
                raise
            terminal.remark(f"monochord: {mistake}")
            mistakes += 1
            continue
        remarks |= dict.fromkeys(analysis.remarks)
        if analysis.cleaned:
            terminal.remark(f"{file}: {analysis.cleaned} samples were no numbers and became silence")
        musicians = {name: len(events.onsets) for name, events in analysis.musicians.items()}
        heard = analysis.events
        summaries[file] = {
            "duration": analysis.duration,
            "onsets": len(heard.onsets),
            "beats": len(heard.beats),
            "tempo_bpm": heard.tempo_bpm,
            "key": heard.key,
        }
        if musicians:
            summaries[file]["musicians"] = {name: {"onsets": count} for name, count in musicians.items()}
        if not as_json:
            each = f" ({', '.join(f'{name} {count}' for name, count in musicians.items())})" if musicians else ""
            tempo = f", {heard.tempo_bpm:.0f} BPM" if heard.tempo_bpm else ""
            key = f", {heard.key}" if heard.key else ""
            print(f"{file}: {analysis.duration:.2f} s, {len(heard.onsets)} onsets{each}{tempo}{key} → {folders[file]}")
    for remark in remarks:
        terminal.remark(remark)
    if len(files) == 2 and len(reports) == 2 and compare is not False:
        _compare(reports, out, as_json)
    if as_json:
        print(json.dumps(summaries, indent=1))
    if mistakes:
        raise typer.Exit(1)


def _only_folder(files: list[str], report: bool, splice: int | None) -> Path | None:
    """The folder, where that is all that was named; BadSetting for one among other things."""
    folders = [Path(file) for file in files if Path(file).is_dir()]
    if not folders:
        return None
    if len(files) > 1:
        raise BadSetting(f"{folders[0]} is a folder and is analysed alone (name it alone, or its files)")
    if not report or splice is not None:
        raise BadSetting(f"{folders[0]} is a folder, of which reports are written (name its files for anything else)")
    return folders[0]


def _drawer(stills: bool) -> Callable[..., Reported] | None:
    """What writes reports; None, once said, where there is nothing to draw with: the numbers are written anyway."""
    from engine.report import chart
    from engine.report.writing import Wanted
    from engine.report.writing import report as reported

    try:
        chart.need()
    except MissingDriver as why:
        terminal.remark(f"no report.html: {why}")
        return None
    return partial(reported, wanted=Wanted(stills=stills))


def _compare(reports: list[Reported], out: Path, as_json: bool) -> None:
    from engine.report.comparing import compare

    with terminal.progress("side by side") as tell:
        page = compare(reports[0], reports[1], out, tell)
    if not as_json:
        print(page)


def _list(script: Script, folder: Path) -> None:
    """told.txt: what the stage was told on the evening of a take, a line each; BadFile if it cannot be written."""
    from engine.foundation.whole_file import whole_file
    from engine.takes.told import listing

    try:
        with whole_file(folder / "told.txt") as part:
            part.write_text("".join(f"{line}\n" for line in listing(script)), encoding="utf-8", newline="\n")
    except OSError as why:
        raise BadFile(f"out={folder} cannot be written: {why.strerror} (choose a folder with room)") from why


def _describe(file: str, seconds: float, space: str | None, splice: int, folder: Path) -> None:
    """embedding.npz: `embedding` (n, 128) and `time` (n,), the seconds at which each begins; patches do not overlap."""
    from engine.corpus.recordings import Listening, heard_in, write_heard
    from engine.listening.ear import familiar
    from engine.listening.mel import PATCH_SECONDS

    network, _ = familiar(space)
    embedding, time = heard_in(Path(file), Listening(str(network.path), PATCH_SECONDS, splice), seconds)
    write_heard(folder / "embedding.npz", embedding, time)


def _folders(files: list[str], out: Path) -> dict[str, Path]:
    """One folder a file; files of the same name get a number."""
    if len(files) == 1:
        return {files[0]: out}
    folders: dict[str, Path] = {}
    for file in files:
        folder = out / Path(file).stem
        number = 2
        while folder in folders.values():
            folder = out / f"{Path(file).stem}-{number}"
            number += 1
        folders[file] = folder
    return folders
