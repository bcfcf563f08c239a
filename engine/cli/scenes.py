"""`monochord scenes`: what can be shown, and how it looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from engine.cli import options, terminal, typed
from engine.errors import BadSetting

if TYPE_CHECKING:
    from engine.cli.scene_verdict import Verdict

_OTHERS: Final = (".jpg", ".jpeg", ".gif", ".webp", ".svg", ".pdf")  # pictures that a sheet is not written as


def scenes(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Recordings to draw them with; by default the one that comes along.", metavar="FILE"),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(help="Draw them: one picture OUT.png, or a sheet a scene in the folder OUT.", metavar="OUT"),
    ] = None,
    scene: Annotated[
        list[str] | None,
        typer.Option(help="Only this scene, or ink:monsoon, a preset. Again for more.", metavar="SCENE"),
    ] = None,
    music: Annotated[
        list[str] | None,
        typer.Option(help="Only this music: silence, plucked, blown, drummed, … Again for more.", metavar="MUSIC"),
    ] = None,
    size: Annotated[str, typer.Option(help="Size of a still in pixels.", metavar="WxH")] = "320x180",
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="How much of each FILE.", metavar="SECONDS")] = 30.0,
    palette: options.Palette = None,
    judge: Annotated[bool, typer.Option("--judge", help="Print in numbers how they follow the music.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list, or what --judge found, as JSON.")] = False,
) -> None:
    """List the scenes, palettes and shows; draw or judge the scenes.

    With --sheet or --judge they are drawn to silence and to music: to the recording that comes along, or to each FILE.

    Example: monochord scenes --sheet out --scene ink
    """
    if sheet is None and not judge:
        for asked in (
            *(files or ()),
            *(f"music={one}" for one in music or ()),
            *([f"palette={palette}"] * bool(palette)),
        ):
            raise BadSetting(f"{asked}: what shall be done with it? (add --sheet OUT or --judge)")
        _list(scene, as_json)
        return
    pixels = typed.checked_sides(size, "320x180", 16, 4096)
    if sheet is not None and sheet.suffix.lower() in _OTHERS:
        raise BadSetting(f"sheet={sheet} must be a .png, or a folder (try {sheet.with_suffix('.png')})")
    from engine.cli import scene_trial  # with it come the senses, which the list does without

    trial = scene_trial.Trial(files or (), scene or (), pixels, musics=music or (), seconds=seconds, palette=palette)
    if sheet is not None:
        trial.write_sheets(sheet)
        print(sheet)
    if judge:
        found = trial.judge()
        print(json.dumps([each.table() for each in found], indent=1) if as_json else _printed(found))
    if trial.refused:
        terminal.remark(f"{len(trial.refused)} could not be drawn: {', '.join(trial.refused)}")
        raise typer.Exit(1)


def _printed(found: list[Verdict]) -> str:
    from engine.cli.scene_verdict import HEAD

    return "\n".join([HEAD, *(line for each in found for line in each.lines())])


def _list(names: list[str] | None, as_json: bool) -> None:
    from engine.show.show_file import show_names
    from engine.stage.palette import palettes
    from engine.stage.scene import load_scene, scene_names
    from engine.stage.transition import transition_names

    found = {name: load_scene(name) for name in names or scene_names()}
    if as_json:
        listed = {
            name: {
                "title": scene.title,
                "description": scene.shader.description,
                "signals": sorted({binding.signal.name for binding in scene.bindings}),
                "palette": scene.palette_name,
                "presets": list(scene.presets),
                "camera": scene.shader.has_camera,
            }
            for name, scene in found.items()
        }
        changes = {name: _description(name) for name in transition_names()}
        print(json.dumps({"scenes": listed, "transitions": changes}, indent=1, ensure_ascii=False))
        return
    for name, scene in found.items():
        print(f"{name:12} {scene.shader.description}")
        for binding in scene.bindings:
            print(f"{'':14}{binding.target:14} ← {binding.signal.name}")
        if scene.presets:
            print(f"{'':14}presets        {', '.join(f'{scene.path.stem}:{preset}' for preset in scene.presets)}")
    print(f"shows: {', '.join(show_names())}")
    print(f"palettes: {', '.join(palettes())}")
    print(f"transitions: {', '.join(transition_names())}")


def _description(transition: str) -> str:
    """What a transition says of itself."""
    from engine.stage.transition import load_transition

    found = load_transition(transition)
    return found.shader.description if found is not None else "one picture is the old scene's, the next the new one's"
