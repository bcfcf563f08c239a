"""`monochord analyse`: a recording as numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli import options, terminal
from engine.errors import UserMistake


def analyse(
    files: Annotated[list[str], typer.Argument(help="Recordings or takes.", metavar="FILE...")],
    out: Annotated[
        Path, typer.Option(help="Folder for frames.npz and summary.json; with several files, one in it each.")
    ],
    seconds: options.Seconds = None,
    gain: options.Gain = None,
    channels: options.Channels = None,
    space: options.Space = None,
    score: options.Score = None,
    splice: Annotated[
        int | None,
        typer.Option(
            help="Write embedding.npz too: the ear's 128 numbers each 0.96 s; 15, 18 or 30 as one, or 0: each."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summaries as JSON.")] = False,
) -> None:
    """Write what every hop of a recording is like: frames.npz (an array a signal, and time) and summary.json.

    Example: monochord analyse tune.flac --out numbers
    """
    from engine.analysis import analyse as analysed
    from engine.analysis import write_analysis
    from engine.settings import settings

    together = None if splice is None else options.checked_splice(splice)
    folders = _folders(files, out)
    summaries: dict[str, dict[str, Any]] = {}
    remarks: dict[str, None] = {}
    mistakes = 0
    for file in files:
        try:
            said = options.said(gain=gain, channels=channels, space=space, score=score)
            chosen = settings(source=file, seconds=seconds, **said)
            with terminal.progress(Path(file).name) as tell:
                analysis = analysed(chosen.hearing, seconds=seconds, progress=tell)
            write_analysis(analysis, folders[file])
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
    if as_json:
        print(json.dumps(summaries, indent=1))
    if mistakes:
        raise typer.Exit(1)


def _describe(file: str, seconds: float, space: str | None, splice: int, folder: Path) -> None:
    """embedding.npz: `embedding` (n, 128) and `time` (n,), the seconds at which each begins; patches do not overlap."""
    from engine.listening.ear import familiar
    from engine.listening.mel import PATCH_SECONDS
    from engine.recordings import Listening, heard_in, write_heard

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
