"""`monochord preview` and `monochord live`: rehearsal and the stage, through the same loop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from engine.cli import options, terminal

if TYPE_CHECKING:
    from engine.settings import Settings

_CLIP_SIZE: Final = (640, 360)
_CLIP_FPS: Final = 30.0
_STILL_SIZE: Final = (320, 180)
_SHEET_SIZE: Final = (240, 135)
_COLUMNS: Final = 6


def preview(
    file: Annotated[
        str | None, typer.Argument(help="A recording, a take, tone:HZ or clicks:HZ; by default the built-in one.")
    ] = None,
    scene: options.Scene = None,
    show: options.Show = None,
    headless: options.Headless = False,
    loop: options.Loop = False,
    seconds: options.Seconds = None,
    osc: options.Osc = None,
    osc_hz: options.OscHz = None,
    osc_in: options.OscIn = None,
    osc_from: options.OscFrom = None,
    page: options.Page = None,
    midi: options.Midi = None,
    survey: options.Survey = None,
    survey_address: options.SurveyAddress = None,
    survey_qr: options.SurveyQr = None,
    followers: options.Followers = None,
    output: Annotated[str | None, typer.Option(help="Play through this device, by name.")] = None,
    silent: Annotated[bool, typer.Option("--silent", help="Play on the clock, without a sound card.")] = False,
    gain: options.Gain = None,
    channels: options.Channels = None,
    space: options.Space = None,
    score: options.Score = None,
    notation: options.Notation = None,
    delay: options.Delay = None,
    record: options.Record = None,
    backup: options.Backup = False,
    size: options.Size = None,
    fps: options.Fps = None,
    monitor: options.Monitor = None,
    overlay: options.Overlay = None,
    flash_limiter: options.FlashLimiter = None,
    palette: options.Palette = None,
    view: options.View = None,
    as_written: options.AsWritten = False,
    out: Annotated[Path, typer.Option(help="Where clip and contact sheet go when there is no screen.")] = Path("out"),
) -> None:
    """Rehearse: play a recording, show it, send it. Without a screen: a clip and a contact sheet.

    Example: monochord preview tune.flac --scene ink --osc 127.0.0.1:9101
    """
    from engine import assets
    from engine.settings import settings
    from engine.stage.window import has_display

    show_settings = settings(
        show,
        source=file or str(assets.RECORDING),
        scene=scene,
        headless=headless,
        repeat=loop,
        seconds=seconds,
        osc=osc or (),
        osc_hz=osc_hz,
        followers=followers or (),
        osc_from=osc_from or (),
        sound__output=output,
        silent=silent,
        record=record,
        backup=backup,
        as_written=as_written,
        reading=terminal.read_score,
        **options.said(
            gain=gain,
            channels=channels,
            space=space,
            score=score,
            notation=notation,
            delay=delay,
            size=size,
            fps=fps,
            monitor=monitor,
            overlay=overlay,
            flash_limiter=flash_limiter,
            palette=palette,
            view=view,
            osc_in=osc_in,
            page=page,
            midi=midi,
            survey=survey,
            survey_address=survey_address,
            survey_qr=survey_qr,
        ),
    )
    if show_settings.script is not None:
        terminal.remark(options.AS_PLAYED)
    if headless or has_display():
        conduct(show_settings)
        return
    terminal.remark("there is no screen: writing a clip and a contact sheet instead (--headless plays without one)")
    _write_clip(show_settings, out, options.parse_size(size), fps)


def live(
    device: Annotated[str | None, typer.Option(help="Listen to this device, by name.")] = None,
    scene: options.Scene = None,
    show: options.Show = None,
    headless: options.Headless = False,
    seconds: options.Seconds = None,
    osc: options.Osc = None,
    osc_hz: options.OscHz = None,
    osc_in: options.OscIn = None,
    osc_from: options.OscFrom = None,
    page: options.Page = None,
    midi: options.Midi = None,
    survey: options.Survey = None,
    survey_address: options.SurveyAddress = None,
    survey_qr: options.SurveyQr = None,
    followers: options.Followers = None,
    gain: options.Gain = None,
    channels: options.Channels = None,
    space: options.Space = None,
    score: options.Score = None,
    notation: options.Notation = None,
    delay: options.Delay = None,
    record: options.Record = None,
    backup: options.Backup = False,
    size: options.Size = None,
    fps: options.Fps = None,
    monitor: options.Monitor = None,
    overlay: options.Overlay = None,
    flash_limiter: options.FlashLimiter = None,
    palette: options.Palette = None,
    view: options.View = None,
) -> None:
    """The stage: an instrument is played, and becomes picture and light.

    Example: monochord live --device "Scarlett 2i2" --monitor EPSON --osc 192.168.1.20:9101 --record tonight.monochord
    """
    from engine.settings import settings
    from engine.stage.window import has_display, monitor_names

    if not headless and not has_display():
        monitor_names()  # says what is missing, before anybody looks for a microphone
    conduct(
        settings(
            show,
            scene=scene,
            headless=headless,
            seconds=seconds,
            osc=osc or (),
            osc_hz=osc_hz,
            followers=followers or (),
            osc_from=osc_from or (),
            sound__device=device,
            record=record,
            backup=backup,
            reading=terminal.read_score,
            **options.said(
                gain=gain,
                channels=channels,
                space=space,
                score=score,
                notation=notation,
                delay=delay,
                size=size,
                fps=fps,
                monitor=monitor,
                overlay=overlay,
                flash_limiter=flash_limiter,
                palette=palette,
                view=view,
                osc_in=osc_in,
                page=page,
                midi=midi,
                survey=survey,
                survey_address=survey_address,
                survey_qr=survey_qr,
            ),
        )
    )


def conduct(show: Settings) -> None:
    """Play a show to its end, telling the person at the desk what happens."""
    from engine.conductor import Conductor
    from engine.control.qr import qr_text
    from engine.stage.window import KEY_HELP

    with Conductor(show, terminal.remark) as conductor:
        terminal.remark(
            f"sound: {conductor.hearing.name}   stage: {conductor.backdrop and conductor.backdrop.renderer}"
        )
        if show.osc_in:
            terminal.remark(f"orders: OSC at {show.osc_in}")
        if conductor.page:
            terminal.remark(f"page: {conductor.page.url}")
            if conductor.page.token:
                terminal.remark(qr_text(conductor.page.url))
        if conductor.survey.url:
            terminal.remark(f"the audience answers at {conductor.survey.url}")
            terminal.remark(qr_text(conductor.survey.url))
        if show.midi:
            terminal.remark(f"midi: {show.midi}")
        if not show.stage.headless:
            terminal.remark(f"keys: {KEY_HELP}")
        if not show.stage.flash_limiter:
            terminal.remark(terminal.UNLIMITED)
        conductor.run(terminal.show_line)
        terminal.remark(f"{conductor.hops} hops heard, {conductor.hearing.lost_frames} samples lost")


def _write_clip(show: Settings, out: Path, size: list[int] | None, fps: float | None) -> None:
    """The clip of the scene, a contact sheet of all of them, and the live loop for whoever waits for OSC."""
    from engine import rehearsal
    from engine.errors import BadFile
    from engine.excerpts import Excerpts
    from engine.listening.density import density
    from engine.stage.scene import load_scene

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise BadFile(f"out={out} cannot be made: {why.strerror}") from why
    hearing, name = show.hearing, Path(show.scene).stem.replace(":", "-")
    duration = show.seconds or rehearsal.Rehearsal(hearing).duration or 60.0
    moments = rehearsal.spread(duration, _COLUMNS)
    clip, sheet = out / f"{name}.mp4", out / "sheet.png"
    excerpts = Excerpts(moments, fps or _CLIP_FPS)
    rows = {}
    with terminal.progress(f"clip of {name}") as tell:
        rows[name] = rehearsal.render(
            hearing,
            show.scene,
            clip,
            size=(size[0], size[1]) if size else _CLIP_SIZE,
            fps=fps or _CLIP_FPS,
            seconds=show.seconds,
            delay=show.stage.delay,
            cues=show.cues,
            wander=show.wander,
            script=show.script,
            palette=show.stage.palette,
            view=show.stage.view,
            page=show.stage.page,
            stills_at=moments,
            watch=excerpts.step,
            progress=tell,
            remark=terminal.remark,
        )
    others = [scene for scene in show.scenes if scene != show.scene]
    seen = density(hearing.own_space)
    with terminal.progress("stills of the other scenes") as tell:
        for number, scene in enumerate(others):
            rows[Path(scene).stem] = excerpts.stills(
                load_scene(scene, hearing.names), _SHEET_SIZE, seen, show.stage.page
            )
            tell((number + 1) / len(others))
    rehearsal.contact_sheet(sheet, rows, moments, Path(hearing.source or "").stem)
    print(clip, sheet, sep="\n")
    if show.destinations or show.record or show.survey.open:
        from dataclasses import replace

        terminal.remark("now once through the live loop, for OSC, the take and the audience")
        conduct(replace(show, stage=replace(show.stage, headless=True, size=_STILL_SIZE, fps=_CLIP_FPS)))
