"""Writes the generated part of scenes/README.md: every scene with a still, what moves it, its controls and presets.

python tools/gallery.py              prints it
python tools/gallery.py --write      brings scenes/README.md up to date
python tools/gallery.py --stills     draws scenes/pictures/NAME.jpg anew too; --scene NAME only that one
python tools/gallery.py --sheet      puts the stills side by side into tools/pictures/sheet.jpg
python tools/gallery.py --moods      draws tools/pictures/moods.jpg anew: scenes in the colours of each mood
python tools/gallery.py --clip       draws tools/pictures/clip.webp anew: some scenes, moved by the built-in recording
python tools/gallery.py --judge      judges all scenes and writes the numbers into scenes/README.md; takes minutes
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from readmes.generated import Part

from engine.cli.scene_trial import Trial
from engine.cli.scene_verdict import Verdict
from engine.films import trial
from engine.frame import SIGNALS
from engine.stage.binding import Binding
from engine.stage.isf_inputs import PARTS, Input
from engine.stage.palette import MOODS, ROLES
from engine.stage.preset import split_name
from engine.stage.scene import Scene, load_scene, scene_names

ROOT: Final = Path(__file__).resolve().parent.parent
README: Final = ROOT / "scenes" / "README.md"
PICTURES: Final = ROOT / "scenes" / "pictures"
SCENES: Final = Part("scenes", "python tools/gallery.py --write")
NUMBERS: Final = Part("numbers", "python tools/gallery.py --judge")
SHEET: Final = ROOT / "tools" / "pictures" / "sheet.jpg"
MOODS_SHEET: Final = ROOT / "tools" / "pictures" / "moods.jpg"
CLIP: Final = ROOT / "tools" / "pictures" / "clip.webp"
_FLOOR: Final = "fallback"
_SMALL: Final = (256, 144)
_ACROSS: Final = 5
_GAP: Final = 6
_SIZE: Final = (640, 360)
_QUALITY: Final = 88
_MUSIC: Final = "all together"
_MOMENT: Final = 2
_STILLS: Final = {"drum": ("drummed", 2), "silk": ("blown", 3), "strings": ("plucked", 2)}
"""Scenes that are shown at another music than the rest: which, and which of the moments that a sheet has of it."""
_LIKELY: Final = 0.85
"""How likely a mood is on the sheet of moods; the other three share the rest."""
_MOOD_SIZE: Final = (384, 216)
_LEAD: Final = 150  # pictures for which a scene is on before it is seen in a mood
_ELSEWHERE: Final = ("page",)
"""Scenes whose stills another tool draws: the page is shown with a score (tools/score_pictures.py)."""
_JUDGED: Final = (160, 90)  # pixels: a judge looks at pictures small
_PLAYED: Final = ("mountains", "strings", "lanterns", "ink", "chladni", "drum")
"""The scenes of the clip, one after another while the music goes on."""
_CLIP_SIZE: Final = (480, 270)
_EACH: Final = 42  # pictures of a scene in the clip, of which every second is kept
_OPENING: Final = 75  # pictures for which a scene is on before it is seen
_DISSOLVE: Final = 10  # pictures in which one gives way to the next: no cut from paper to night
_CLIP_QUALITY: Final = 62


def shown() -> list[str]:
    """The scenes that somebody chooses, in alphabetical order."""
    return [name for name in scene_names() if name != _FLOOR]


def gallery(names: Sequence[str]) -> str:
    """Markdown: first what there is, then scene by scene."""
    scenes = [load_scene(name) for name in names]
    links = " · ".join(f"[{scene.title}](#{scene.title.lower().replace(' ', '-')})" for scene in scenes)
    return "\n\n".join([links, *map(_chapter, scenes)])


def _chapter(scene: Scene) -> str:
    name = scene.path.stem
    picture = f"![{scene.title}](pictures/{name}.jpg)\n\n" if (PICTURES / f"{name}.jpg").is_file() else ""
    wears = f"Palette: {scene.palette_name or 'its own'}." if scene.palette or scene.roles else ""
    lines = [f"{picture}{scene.shader.description} {wears}".rstrip(), _controls(scene)]
    if scene.moods:
        lines.append(f"Wears the mood of the music: {', '.join(scene.moods)}.")
    if scene.presets:
        lines.append(_presets(scene))
    return f"### {scene.title}\n\n" + "\n\n".join(lines)


def _controls(scene: Scene) -> str:
    """The table of what can be played: each input that is no picture and no colour of a palette."""
    head = ["| control | what it is | range | moved by |", "| --- | --- | --- | --- |"]
    inputs = [item for item in scene.shader.inputs if not item.sampled and item.name not in ROLES]
    return "\n".join([*head, *(_control(scene, item) for item in inputs)])


def _control(scene: Scene, item: Input) -> str:
    moving = [one for one in scene.bindings if one.target == item.name]
    by = ", ".join(f"`{_signal(one)}`{_part(item, one)}" for one in moving)
    reach = "counts up" if any(one.signal.counts for one in moving) and item.type == "float" else _range(item)
    rest = scene.values.get(item.name, item.default)
    return f"| `{item.name}` | {item.label or item.name} | {reach} | {by or f'stands at {_number(rest)}'} |"


def _signal(one: Binding) -> str:
    return one.signal.name if one.signal.size == 1 else f"{one.signal.name}[{one.column - one.signal.start}]"


def _part(item: Input, one: Binding) -> str:
    return f" ({PARTS[item.type][one.part]})" if one.part is not None else ""


def _range(item: Input) -> str:
    if item.type == "event":
        return "at once"
    if item.type == "bool":
        return "on or off"
    if item.labels:
        return ", ".join(item.labels)
    low, high = item.minimum, item.maximum
    return "" if low is None or high is None else f"{_number(low)} … {_number(high)}"


def _number(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return " ".join(_number(part) for part in value)
    return f"{value:g}".replace("-", "−") if isinstance(value, int | float) else str(value)


def _presets(scene: Scene) -> str:
    found = []
    for preset in scene.presets:
        worn = load_scene(f"{scene.path}:{preset}").palette_name
        found.append(
            f"`{scene.path.stem}:{preset}`" + (f" ({worn or 'its own palette'})" if worn != scene.palette_name else "")
        )
    return f"Presets: {', '.join(found)}."


def rewritten(text: str, names: Sequence[str]) -> str:
    """scenes/README.md with its generated part made anew."""
    return SCENES.rewritten(text, gallery(names))


def with_numbers(text: str, found: Sequence[Verdict]) -> str:
    """scenes/README.md with what the numbers say put in anew."""
    head = [
        "| scene | onsets | drums | in silence | black | burnt | held back | musics | nearest other | cost |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines = [
        f"| {one.scene} | {one.onsets:.2f} | {one.drums:.2f} | {one.silence:.3f} | {one.black:.0%} | {one.burnt:.0%} "
        f"| {one.flashes} | {one.musics:.3f} | {one.others:.3f} {one.nearest} | {one.cost:.0f} |"
        for one in found
    ]
    return NUMBERS.rewritten(text, "\n".join([*head, *lines]))


def draw_clip() -> None:
    """Some seconds of several scenes, one dissolving into the next, at the speed of the music."""
    (music,) = trial.sections((_MUSIC,))
    shown: list[NDArray[np.float32]] = []
    for turn, name in enumerate(_PLAYED):
        first = _OPENING + turn * _EACH
        part = trial.Music(name, music.moments[first - _OPENING : first + _EACH + _DISSOLVE])
        wanted = range(_OPENING, len(part.moments))
        drawn = [
            still[:, :, :3].astype(np.float32) for still in trial.stills(load_scene(name), part, _CLIP_SIZE, wanted)
        ]
        over = len(shown[-_DISSOLVE:])
        for count in range(over):
            share = (count + 1) / (over + 1)
            shown[count - over] = (1 - share) * shown[count - over] + share * drawn[count]
        shown += drawn[over:]
    frames = [Image.fromarray(np.rint(picture).astype(np.uint8)) for picture in shown[::2]]
    each = round(2000 / trial.FPS)
    frames[0].save(
        CLIP, save_all=True, append_images=frames[1:], duration=each, loop=0, quality=_CLIP_QUALITY, method=4
    )
    print(f"{CLIP}: {len(frames) * each / 1000:.1f} s, {CLIP.stat().st_size / 1e6:.1f} MB")


def draw_stills(names: Sequence[str]) -> None:
    """One picture a scene, as the music that suits it shows it."""
    PICTURES.mkdir(exist_ok=True)
    musics = {music.name: music for music in trial.sections()}
    for name in names:
        music, moment = _STILLS.get(split_name(name)[0], (_MUSIC, _MOMENT))
        (still,) = trial.stills(load_scene(name), musics[music], _SIZE, [musics[music].sights()[moment]])
        _save(still, PICTURES / f"{name}.jpg")
        print(PICTURES / f"{name}.jpg")


def draw_moods(names: Sequence[str]) -> None:
    """A row a scene: first as it is where no mood is known, then in each of the four."""
    width, height = _SMALL
    musics = {music.name: music for music in trial.sections()}
    size = ((1 + len(MOODS)) * (width + _GAP) - _GAP, len(names) * (height + _GAP) - _GAP)
    sheet = Image.new("RGB", size, (14, 14, 16))
    for row, name in enumerate(names):
        chosen, moment = _STILLS.get(name, (_MUSIC, _MOMENT))
        at = musics[chosen].sights()[moment]
        begun = max(at - _LEAD, 0)
        music = trial.Music(chosen, musics[chosen].moments[begun : at + 1])
        for column, mood in enumerate(("", *MOODS)):
            (still,) = trial.stills(load_scene(name), _in_mood(music, mood), _MOOD_SIZE, [at - begun])
            small = Image.fromarray(np.ascontiguousarray(still[:, :, :3])).resize(_SMALL, Image.Resampling.LANCZOS)
            sheet.paste(small, (column * (width + _GAP), row * (height + _GAP)))
        print(name)
    sheet.save(MOODS_SHEET, quality=_QUALITY, subsampling=0, optimize=True)


def _in_mood(music: trial.Music, mood: str) -> trial.Music:
    """The same music, as if this were its mood and known; with none, as if no mood were known."""
    told = {each: _LIKELY if each == mood else (1 - _LIKELY) / (len(MOODS) - 1) for each in MOODS}
    values = {**{f"mood.{each}": share for each, share in told.items()}, "mood.known": float(bool(mood))}
    moments = []
    for moment in music.moments:
        heard = moment.row.copy()
        for signal, value in values.items():
            heard[SIGNALS[signal].start] = value
        moments.append(replace(moment, row=heard))
    return trial.Music(music.name, tuple(moments))


def write_sheet(names: Sequence[str]) -> None:
    """The stills, five a row, small."""
    width, height = _SMALL
    rows = -(-len(names) // _ACROSS)
    size = (_ACROSS * (width + _GAP) - _GAP, rows * (height + _GAP) - _GAP)
    sheet = Image.new("RGB", size, (14, 14, 16))
    for number, name in enumerate(names):
        row, column = divmod(number, _ACROSS)
        last = len(names) - row * _ACROSS
        inset = (max(_ACROSS - last, 0) * (width + _GAP)) // 2  # a last row that is not full stands in the middle
        with Image.open(PICTURES / f"{name}.jpg") as still:
            small = still.resize(_SMALL, Image.Resampling.LANCZOS)
        sheet.paste(small, (inset + column * (width + _GAP), row * (height + _GAP)))
    sheet.save(SHEET, quality=_QUALITY, subsampling=0, optimize=True)


def _save(still: NDArray[np.uint8], path: Path) -> None:
    Image.fromarray(np.ascontiguousarray(still[:, :, :3])).save(path, quality=_QUALITY, subsampling=0, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="bring scenes/README.md up to date")
    parser.add_argument("--stills", action="store_true", help="draw the stills anew")
    parser.add_argument("--sheet", action="store_true", help="put the stills side by side")
    parser.add_argument("--moods", action="store_true", help="draw scenes in the colours of each mood")
    parser.add_argument("--clip", action="store_true", help="draw the clip anew")
    parser.add_argument("--judge", action="store_true", help="judge the scenes and write down the numbers")
    parser.add_argument("--scene", action="append", help="draw only this one; again for more")
    arguments = parser.parse_args()
    if arguments.stills:
        draw_stills(arguments.scene or [name for name in shown() if name not in _ELSEWHERE])
    if arguments.sheet:
        write_sheet(shown())
    if arguments.moods:
        draw_moods(arguments.scene or [name for name in shown() if load_scene(name).moods])
    if arguments.clip:
        draw_clip()
    if arguments.judge:
        found = Trial((), (), _JUDGED).judge()
        README.write_text(with_numbers(README.read_text(encoding="utf-8"), found), encoding="utf-8")
    if arguments.write:
        README.write_text(rewritten(README.read_text(encoding="utf-8"), shown()), encoding="utf-8")
    elif not (arguments.stills or arguments.sheet or arguments.moods or arguments.clip or arguments.judge):
        print(gallery(shown()))


if __name__ == "__main__":
    main()
