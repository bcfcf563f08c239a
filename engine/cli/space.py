"""`monochord space`: maps of sounds. `fit` makes one of a folder of recordings, `show` tells about one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli import options, terminal, typed
from engine.cli.manual import Command, Group
from engine.errors import BadSetting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.corpus.recordings import Recording
    from engine.listening.atlas import Atlas, Corpus

app = typer.Typer(help="Maps of sounds: fit one to your own recordings, or look at one.", cls=Group)


@app.command("fit", cls=Command)
def fit(
    folder: Annotated[
        Path, typer.Argument(help="Recordings; the first folder below it names the family.", metavar="DIR")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", help="The map's name or path: NAME.onnx, .toml, .npz and .png are written.", metavar="NAME"
        ),
    ],
    workers: Annotated[
        int | None, typer.Option(help="Processes that listen; by default as many as cores.", metavar="N")
    ] = None,
    scheduler: options.Scheduler = None,
    network: Annotated[
        str, typer.Option(help="The network that listens: a name, or the path of an .onnx.", metavar="NAME")
    ] = "vggish",
    hop: Annotated[
        float, typer.Option(help="Seconds from one sound to the next, 0.01 to 60.", metavar="SECONDS")
    ] = 0.48,
    splice: Annotated[int, typer.Option(help="Take 15, 18 or 30 sounds as one; 0: each alone.", metavar="N")] = 0,
    passes: Annotated[
        float | None,
        typer.Option(help="How often each sound is drawn in fitting, above 0; by default 40.", metavar="TIMES"),
    ] = None,
) -> None:
    """Fit a map to your own recordings. It goes on where it was interrupted.

    Whatever can be played is listened to; a broken file is left out with a line.

    Example: monochord space fit recordings/ -o mine, then monochord live --space mine
    """
    import os

    from engine.corpus.fitting import gathered, listen
    from engine.corpus.recordings import Listening, Shelf, recordings

    _check(hop, splice, passes)
    typed.checked_sharing(workers, scheduler)
    workers = workers or os.cpu_count() or 1
    name = out.with_name(out.name.removesuffix(".onnx"))
    _refuse_shipped(name)
    _need_onnx()
    _check_network(network)
    files = recordings(folder)
    how = Listening(network, hop, splice)
    shelf = Shelf(name.with_name(f"{name.name}.work"), how)
    heard: list[Recording] = []
    mistakes = 0
    with terminal.progress(f"listening to {len(files)} recordings") as tell:
        for done, (recording, why) in enumerate(listen(files, shelf, how, workers=workers, scheduler=scheduler), 1):
            tell(done / len(files))
            if why:
                terminal.remark(f"monochord: {why}")
                mistakes += 1
            else:
                heard.append(recording)
    heard.sort(key=lambda recording: recording.path)
    corpus = gathered(heard, shelf)
    terminal.remark(f"{len(corpus.embedding)} sounds of {len(corpus.families)} families in {len(heard)} recordings")
    _fit(name, corpus, shelf.network, how, passes, folder, len(heard))
    if mistakes:
        terminal.remark(f"{mistakes} of {len(files)} files were left out")
        raise typer.Exit(1)


@app.command("show", cls=Command)
def show(
    space: Annotated[str, typer.Argument(help="A map: a name, or the path of its .onnx.", metavar="NAME")] = "space",
    picture: Annotated[Path | None, typer.Option(help="Draw its anchors to this PNG.", metavar="FILE.png")] = None,
    way: Annotated[
        str | None, typer.Option(help="With --picture: a recording whose way over the map is drawn.", metavar="FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the card as JSON.")] = False,
) -> None:
    """Tell what a map was fitted on, and how far it can be believed.

    Example: monochord space show mine --picture mine.png --way tune.wav
    """
    from engine.listening.space import Space

    typed.writable("picture", picture, ".png")
    if way is not None and picture is None:
        raise BadSetting(f"way={way} is drawn into a picture (add --picture map.png)")
    known = Space(space)
    if picture is not None:
        from engine.stage.band_figure import write_figure
        from engine.stage.map_figure import draw_map

        anchors = known.anchors
        said = f"{len(anchors.family)} anchors"
        walked = None if way is None else _way(way, space)
        with terminal.waiting("drawing the map"):
            pixels = draw_map(known.name, said, anchors.plane, anchors.family, known.families, walked)
        write_figure(picture, pixels)
    if as_json:
        print(json.dumps(known.card, indent=1, default=str))
        return
    for key, value in known.card.items():
        if isinstance(value, dict):
            print(key)
            for inner, each in value.items():
                print(f"  {inner:24} {each}")
        else:
            print(f"{key:14}  {', '.join(map(str, value)) if isinstance(value, list) else value}")
    if picture is not None:
        print(f"{'picture':14}  {picture}")


def _way(recording: str, space: str) -> NDArray[np.float64]:
    """Where a recording goes on a map, (hops, 2), while it can be heard."""
    import numpy as np

    from engine.analysis import analyse
    from engine.audio.hearing_settings import HearingSettings

    with terminal.progress(f"listening to {Path(recording).name}") as tell:
        found = analyse(HearingSettings(source=recording, space=space), progress=tell)
    walked = np.column_stack([found.signals["place.x"], found.signals["place.y"]])
    heard: NDArray[np.float64] = walked[(found.signals["form.silence"] == 0) & (found.signals["place.confidence"] > 0)]
    return heard


def _check(hop: float, splice: int, passes: float | None) -> None:
    if not 0.01 <= hop <= 60:
        raise BadSetting(f"hop={hop:g} must be from 0.01 to 60 seconds (try 0.48)")
    typed.checked_splice(splice)
    if passes is not None and not 0 < passes <= 10_000:
        raise BadSetting(f"passes={passes:g} must be above 0, and at most 10000 (try 40)")


def _check_network(name: str) -> None:
    """BadSetting for one that is nowhere."""
    from engine.errors import nearest
    from engine.foundation import assets

    if name.endswith(".onnx") or (assets.MODELS / f"{name}.onnx").exists() or Path(f"{name}.onnx").exists():
        return
    raise BadSetting(f"network={name} is none ({nearest(name, ['vggish'])}; or the path of an .onnx)")


def _refuse_shipped(name: Path) -> None:
    from engine.foundation import assets

    if name.resolve().parent == assets.MODELS.resolve():
        raise BadSetting(f"out={name} would lie among the shipped models (choose another folder)")


def _need_onnx() -> None:
    """Said before hours of listening, not after."""
    from importlib.util import find_spec

    from engine.errors import MissingDriver

    if find_spec("onnx") is None:
        raise MissingDriver("a map is written by onnx, which is not here (pip install 'monochord[fit]')")


def _fit(name: Path, corpus: Corpus, network: str, how: Any, passes: float | None, folder: Path, count: int) -> None:
    """Fit the map, write its files and its picture, and say so."""
    from dataclasses import replace

    from engine.listening.atlas import figures, fitted, write
    from engine.listening.map_learning import Training

    training = Training() if passes is None else replace(Training(), passes=passes)
    with terminal.progress("fitting the map") as tell:
        atlas = fitted(corpus, training, tell)
    judged = figures(corpus, atlas)
    command = f"monochord space fit {folder} -o {name}" + (f" --splice {how.splice}" if how.splice else "")
    card: dict[str, Any] = {
        "what": "a map of sounds: where a description lies on a plane and in a cube (parametric t-SNE)",
        "families": list(corpus.families),
        "network": network,
        "corpus": f"{len(corpus.embedding)} sounds in {count} recordings, every {how.hop:g} s",
        "command": command,
        "figures": judged,
    }
    write(name, atlas, card)
    picture = Path(f"{name}.png")
    _draw(picture, name.name, corpus, atlas)
    for kind in ("onnx", "toml", "npz", "png"):
        print(f"{name}.{kind}")
    if judged:
        print(
            f"on {judged['held_out']:.0f} sounds that it was not fitted on: trustworthiness "
            f"{judged['plane_trustworthiness']:.3f}, continuity {judged['plane_continuity']:.3f}, "
            f"nearest of the same family {judged['plane_family']:.0%}"
        )


def _draw(path: Path, title: str, corpus: Corpus, atlas: Atlas) -> None:
    from engine.listening.projection import PLANE
    from engine.stage.band_figure import write_figure
    from engine.stage.map_figure import draw_map

    said = f"{len(corpus.embedding)} sounds"
    write_figure(path, draw_map(title, said, atlas.places[:, PLANE], corpus.family, corpus.families))
