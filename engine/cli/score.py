"""`monochord score`: sheet music. `read` reads pages, `compare` tells how well, `write` makes other files of a tune."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from engine.cli import terminal, typed
from engine.cli.manual import Command, Group
from engine.errors import BadFile, BadSetting, UserMistake
from engine.foundation.whole_file import whole_file

if TYPE_CHECKING:
    from engine.score.comparing import Comparison
    from engine.score.recogniser import Recogniser
    from engine.score.sheet import Sheet
    from engine.score.tune import Tune

app = typer.Typer(help="Sheet music: read pages, and turn tunes into other files.", cls=Group)

_KINDS: Final = (".musicxml", ".mid", ".jianpu", ".svg", ".png")
"""What `read --out` writes of each page, beside the text."""
_NAMED: Final = 12  # doubtful bars that are named in a line


@app.command("read", cls=Command)
def read(
    images: Annotated[list[Path], typer.Argument(help="Pictures of pages: photographs, scans.", metavar="IMAGE")],
    json_file: Annotated[
        Path | None,
        typer.Option("--json", help="Write {picture: {clef, key, time, notes, bars}} to this file.", metavar="FILE"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for NAME.musicxml, .mid, .txt, and jianpu as .jianpu, .svg, .png.", metavar="DIR"),
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Print what was read, in letters, a bar a line.")] = False,
    join: Annotated[
        str | None, typer.Option(help="The pictures are pages of one piece: its name, in --out.", metavar="NAME")
    ] = None,
    afresh: Annotated[bool, typer.Option("--afresh", help="Read the page though its NAME.txt was put right.")] = False,
    notation: Annotated[
        str, typer.Option(help="staff, jianpu (numbers), or any: whatever stands on the page.", metavar="KIND")
    ] = "any",
) -> None:
    """Read sheet music from a scan or a photograph.

    One voice to a staff, or lines of numbers (jianpu). Each page takes a second or more.

    A NAME.txt in --out that you have put right is kept, and read instead of the picture from then on.

    Example: monochord score read page1.jpg page2.jpg --out tune --json tune.json
    """
    if join is not None and (out is None or not join.strip() or Path(join).name != join):
        raise BadSetting(f"join={join} must be a plain name, and needs a folder (try --join piece --out tunes)")
    if notation not in ("any", "staff", "jianpu"):
        raise BadSetting(f"notation={notation} must be any, staff or jianpu (try any)")
    typed.writable("json", json_file)
    if out is not None and out.exists() and not out.is_dir():
        raise BadFile(f"out={out} is a file, a folder is wanted (choose another name)")
    names = _names(images)
    tunes: dict[Path, Tune] = {}
    sheets: dict[Path, Sheet] = {}
    mistakes = 0
    reader: Recogniser | None = None
    with terminal.progress(f"reading {len(images)} page{'s' * (len(images) != 1)}") as tell:
        for done, image in enumerate(names):
            tell(done / len(names))
            try:
                kept = None if out is None or afresh else _kept(out / f"{names[image]}.txt")
                if kept is None:
                    reader = reader or _recogniser()
                    sheets[image] = _read(image, reader, notation)
                    tunes[image] = sheets[image].tune
                else:
                    tunes[image] = kept
                if out is not None:
                    _write_all(tunes[image], out, names[image], kept is not None)
            except UserMistake as mistake:
                if len(images) == 1:
                    raise
                terminal.remark(f"monochord: {mistake}")
                tunes.pop(image, None)
                mistakes += 1
        tell(1.0)
    if json_file is not None:
        from engine.score.tune_json import told

        _write_json(json_file, {str(image): told(tune) for image, tune in tunes.items()})
    if join is not None and out is not None and tunes:
        _write_all(_joined(tunes, sheets), out, join, kept=False)
    for image, tune in tunes.items():
        print(_text(tune) if text else f"{image}: {_said(tune)}" + (f" → {out / names[image]}.*" if out else ""))
    if mistakes:
        raise typer.Exit(1)


@app.command("compare", cls=Command)
def compare(
    reference: Annotated[Path, typer.Argument(help="The tune as it is: .json .musicxml .mid .txt", metavar="A")],
    tune: Annotated[Path, typer.Argument(help="The tune as it was read, in any of these.", metavar="B")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for piano_roll.png and comparison.json.", metavar="DIR")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Tell which notes of A are in B, pitch and duration both right.

    Prints precision, recall, F1 and symbol error rate (SER); --out draws what was missed and invented.

    Example: monochord score compare true.musicxml read.json --out compared
    """
    from engine.score.comparing import compare as compared
    from engine.score.files import read_tune

    one, other = read_tune(reference), read_tune(tune)
    found = compared(one, other)
    figures = _figures(found)
    if out is not None:
        from engine.score.piano_roll import piano_roll

        _make(out)
        _write_json(out / "comparison.json", figures)
        picture = piano_roll(one, found, f"{reference.name} · {tune.name}")
        try:
            with whole_file(out / "piano_roll.png") as part:
                picture.save(part)
        except OSError as problem:
            raise _unwritable(out / "piano_roll.png", problem) from None
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    print(
        f"precision {found.precision:.2%}, recall {found.recall:.2%}, F1 {found.f1:.2%}, SER {found.ser:.2%}: "
        f"{len(found.matched)} matched, {len(found.missed)} missed, {len(found.extra)} extra"
    )
    for what, here, there in (
        ("clef", one.clef, other.clef),
        ("key", f"{one.key.fifths:+d}", f"{other.key.fifths:+d}"),
        ("time", one.meter, other.meter),
    ):
        if here != there:
            print(f"{what}: {here or 'none'} in {reference.name}, {there or 'none'} in {tune.name}")
    if out is not None:
        print(f"→ {out / 'piano_roll.png'}")


@app.command("write", cls=Command)
def write(
    tune: Annotated[Path, typer.Argument(help="A tune: .json .musicxml .mxl .mid .txt .jianpu", metavar="TUNE")],
    out: Annotated[
        list[Path],
        typer.Option(
            "-o",
            "--out",
            help="The file to write: .musicxml .mid .json .txt .jianpu .svg .png. Again for more.",
            metavar="FILE",
        ),
    ],
    played: Annotated[bool, typer.Option("--played", help="As it sounds: repeats written out.")] = False,
    notation: Annotated[
        str, typer.Option(help="How .svg and .png are drawn: jianpu (numbers) or staff.", metavar="KIND")
    ] = "jianpu",
) -> None:
    """Turn a tune into other files, and into pictures.

    Staff notation, MIDI, text; .svg and .png are drawn in numbers or in staves.

    Example: monochord score write tune.txt -o tune.musicxml -o tune.svg
    """
    from engine.score.files import JIANPU, STAFF, check_writable, read_tune, write_tune

    if notation not in (STAFF, JIANPU):
        raise BadSetting(f"notation={notation} must be staff or jianpu (try staff)")
    for path in out:
        check_writable(path)
    found = read_tune(tune)
    if played:
        from engine.score.repeats import unrolled

        found = unrolled(found)
    for path in out:
        write_tune(found, path, notation)
        print(path)


def _names(images: list[Path]) -> dict[Path, str]:
    """What each picture's files are called; those of the same name get a number."""
    names: dict[Path, str] = {}
    for image in images:
        name, number = image.stem, 2
        while name in names.values() and image not in names:
            name, number = f"{image.stem}-{number}", number + 1
        names.setdefault(image, name)
    return names


def _recogniser() -> Recogniser:
    from engine.score.recogniser import Recogniser

    return Recogniser()


def _read(image: Path, reader: Recogniser, notation: str) -> Sheet:
    from engine.score.sheet import read_sheet

    return read_sheet(image, reader, notation)


def _joined(tunes: dict[Path, Tune], sheets: dict[Path, Sheet]) -> Tune:
    """The pages as one piece: as one reading, unless somebody has put one of them right."""
    from engine.score.sheet import one_piece
    from engine.score.tune import joined

    if list(tunes) == list(sheets):
        return one_piece(sheets).tune
    return joined(list(tunes.values()))


def _kept(path: Path) -> Tune | None:
    """What a person made of an earlier reading; said, so that nobody wonders."""
    from engine.score.sheet import put_right

    tune = put_right(path)
    if tune is not None:
        terminal.remark(f"{path} was put right by hand: it is kept, and read instead of the picture (--afresh: not)")
    return tune


def _text(tune: Tune) -> str:
    from engine.score.plain_text import text_of

    return text_of(tune).rstrip()


def _said(tune: Tune) -> str:
    """What was read, in one line."""
    doubtful = [str(tune.bars[which].number) for which in sorted(tune.doubtful)]
    named = ", ".join(doubtful[:_NAMED]) + (" …" if len(doubtful) > _NAMED else "")
    doubts = f", doubtful: bar{'s' * (len(doubtful) > 1)} {named}" if doubtful else ""
    signs = abs(tune.key.fifths)
    signature = f"{signs} {'sharp' if tune.key.fifths > 0 else 'flat'}{'s' * (signs > 1)}" if signs else "no signature"
    key = tune.key.name if tune.key.mode else signature
    return f"{len(tune.bars)} bars, {len(tune.sounding)} notes, {key}, {tune.meter or 'no time'}{doubts}"


def _write_all(tune: Tune, folder: Path, name: str, kept: bool) -> None:
    """All files of a tune; the text only if nobody has put it right."""
    from engine.score.files import write_tune
    from engine.score.sheet import sealed

    _make(folder)
    for kind in _KINDS:
        write_tune(tune, folder / f"{name}{kind}")
    if not kept:
        try:
            with whole_file(folder / f"{name}.txt") as part:
                part.write_text(sealed(tune), "utf-8")
        except OSError as problem:
            raise _unwritable(folder / f"{name}.txt", problem) from None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise BadFile(f"{folder}: is no folder to write to: {problem.strerror or problem}") from None


def _write_json(path: Path, data: dict[str, Any]) -> None:
    try:
        with whole_file(path) as part:
            part.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
    except OSError as problem:
        raise _unwritable(path, problem) from None


def _unwritable(path: Path, problem: OSError) -> BadFile:
    return BadFile(f"{path}: cannot be written: {problem.strerror or problem} (choose a folder with room)")


def _figures(found: Comparison) -> dict[str, Any]:
    return {
        "precision": found.precision,
        "recall": found.recall,
        "f1": found.f1,
        "ser": found.ser,
        "matched": len(found.matched),
        "missed": len(found.missed),
        "extra": len(found.extra),
        "symbols": found.symbols,
        "symbol_errors": found.symbol_errors,
    }
