"""`monochord scenes`: what can be shown, and how it looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import options, terminal
from engine.errors import BadSetting

if TYPE_CHECKING:
    from engine.cli.scene_verdict import Verdict


def scenes(
    files: Annotated[
        list[str] | None, typer.Argument(help="Recordings to look at them with; by default the built-in one.")
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="Draw them: one picture OUT.png, or a sheet a scene in the folder OUT.")
    ] = None,
    scene: Annotated[
        list[str] | None, typer.Option(help="Only this one; again for more. ink:monsoon: a preset.")
    ] = None,
    music: Annotated[
        list[str] | None, typer.Option(help="Only this one: silence, plucked, blown, drummed, …; again for more.")
    ] = None,
    size: Annotated[str, typer.Option(help="Size of a still in pixels.")] = "320x180",
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="How much of each file.")] = 30.0,
    palette: options.Palette = None,
    judge: Annotated[bool, typer.Option("--judge", help="Print what numbers say of them.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List the scenes, what each is, and what moves it; or draw and judge them against silence and music.

    Example: monochord scenes --sheet out --scene ink
    """
    from engine.cli import scene_trial

    if sheet is None and not judge:
        if files:
            raise BadSetting(f"{files[0]}: what shall be done with it? (add --sheet OUT or --judge)")
        _list(scene, as_json)
        return
    (width, height) = options.parse_size(size) or (320, 180)
    trial = scene_trial.Trial(
        files or (), scene or (), (width, height), musics=music or (), seconds=seconds, palette=palette
    )
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
    from engine.show_file import show_names
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
