"""`monochord mood`: which of the paper's four moods recordings have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli import options, terminal, typed
from engine.errors import BadFile, UserMistake
from engine.foundation.whole_file import whole_file


def mood(
    files: Annotated[list[str], typer.Argument(help="Recordings or takes.", metavar="FILE")],
    json_file: Annotated[
        Path | None,
        typer.Option(
            "--json", help="Write {file: {excitement, …, valence, arousal, known}} to this file.", metavar="FILE"
        ),
    ] = None,
    seconds: options.FirstSeconds = None,
    gain: options.Gain = None,
    channels: options.Channels = None,
) -> None:
    """Tell which of four moods music has.

    How likely it is exciting, relaxing, irritating or depressing, with valence and arousal, −1 to 1. These are
    labels that people of one culture gave to piano music, no more; `known` says whether the music is like any
    of it.

    Example: monochord mood tune.flac --json mood.json
    """
    from engine.listening.mood_judge import MoodModel
    from engine.rehearsal import Rehearsal
    from engine.settings import settings

    typed.writable("json", json_file)
    MoodModel()  # where it is missing, that is the mistake
    found: dict[str, dict[str, Any]] = {}
    mistakes = 0
    for file in files:
        try:
            chosen = settings(source=file, seconds=seconds, **typed.said(gain=gain, channels=channels))
            rehearsal = Rehearsal(chosen.hearing, seconds)
            with terminal.progress(Path(file).name) as tell:
                for block, _ in rehearsal:
                    if rehearsal.duration and block.index % 256 == 0:
                        tell(min(block.time / rehearsal.duration, 1.0))
        except UserMistake as mistake:
            if len(files) == 1:
                raise
            terminal.remark(f"monochord: {mistake}")
            mistakes += 1
            continue
        found[file] = rehearsal.mood.table()
        print(_line(file, found[file]))
    if json_file is not None:
        _write(json_file, found)
    if mistakes:
        raise typer.Exit(1)


def _line(file: str, told: dict[str, Any]) -> str:
    from engine.listening.mood_judge import MOODS

    shares = ", ".join(f"{name} {told[name]:.0%}" for name in sorted(MOODS, key=lambda name: -told[name]))
    doubt = "" if told["known"] else "; unlike anything learned"
    return f"{file}: {shares}; valence {told['valence']:+.2f}, arousal {told['arousal']:+.2f}{doubt}"


def _write(path: Path, found: dict[str, dict[str, Any]]) -> None:
    try:
        with whole_file(path) as part:
            part.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as why:
        raise BadFile(f"json={path} cannot be written: {why.strerror} (choose a folder that is there)") from why
