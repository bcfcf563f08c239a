"""`monochord preview` and `monochord live`: rehearsal and the stage, through the same loop."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import options, terminal, typed
from engine.errors import BadSetting

if TYPE_CHECKING:
    from engine.settings import Settings


def preview(
    file: Annotated[
        str | None,
        typer.Argument(
            help="A recording, a take, tone:HZ or clicks:HZ; by default the recording that comes along.",
            metavar="FILE",
        ),
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
    output: options.Output = None,
    silent: options.Silent = False,
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
    out: Annotated[
        Path, typer.Option(help="Folder of the clip and the contact sheet when there is no screen.", metavar="DIR")
    ] = Path("out"),
) -> None:
    """Rehearse: play a recording, show it, send it. Without a screen: a clip and a contact sheet.

    Whatever live can do is done here with a recording in place of the instrument.

    Example: monochord preview tune.flac --scene ink --osc 127.0.0.1:9101
    """
    from engine.audio.source import open_source
    from engine.foundation import assets
    from engine.settings import settings
    from engine.stage.display import has_display

    _check(osc, osc_hz, record)
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
        **typed.said(
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
    _listens(osc_from, show_settings)
    _has_its_map(show_settings)
    open_source(show_settings.hearing.source or "")  # a file that is none is said before any process is started
    if show_settings.script is not None:
        terminal.remark(options.AS_PLAYED)
    if headless or has_display():
        conduct(show_settings)
        return
    _without_a_screen(show_settings, out, typed.parse_size(size), fps)


def live(
    device: options.Device = None,
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
    """Play on stage: what is heard becomes picture and light. Ctrl-C, or ctrl+q in its window, ends it.

    Example: monochord live --device "Scarlett 2i2" --monitor EPSON --osc 192.168.1.20:9101 --record tonight.monochord
    """
    from engine.settings import settings
    from engine.stage.display import has_display, monitor_names

    _check(osc, osc_hz, record)
    if not headless and not has_display():
        monitor_names()  # says what is missing, before anybody looks for a microphone
    chosen = settings(
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
        **typed.said(
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
    _listens(osc_from, chosen)
    _has_its_map(chosen)
    conduct(chosen)


def _check(osc: list[str] | None, osc_hz: float | None, record: Path | None) -> None:
    """What can be refused before anything is opened."""
    if osc_hz is not None and not osc:
        raise BadSetting(f"osc-hz={osc_hz:g} is how often --osc is told, and there is none (add --osc HOST:PORT)")
    typed.writable("record", record)


def _listens(osc_from: list[str] | None, show: Settings) -> None:
    """BadSetting for somebody who may send orders where nobody listens for them."""
    if osc_from and show.osc_in is None:
        raise BadSetting(f"osc-from={osc_from[0]} may send, but nobody listens (add --osc-in 0.0.0.0:9100)")


def _has_its_map(show: Settings) -> None:
    """BadFile for a map that is not there, before anybody waits for the ears."""
    from engine.listening.space import there

    if show.hearing.own_space is not None:
        there(show.hearing.own_space)


def _without_a_screen(show: Settings, out: Path, size: list[int] | None, fps: float | None) -> None:
    """The clip and the contact sheet, and then the live loop for whoever else waits for it."""
    from dataclasses import replace

    from engine.cli.clip import CLIP_FPS, STILL_SIZE, write_clip

    write_clip(show, out, size, fps)
    if show.destinations or show.record or show.survey.open:
        terminal.remark("now once through the live loop, for OSC, the take and the audience")
        conduct(replace(show, stage=replace(show.stage, headless=True, size=STILL_SIZE, fps=CLIP_FPS)))


def conduct(show: Settings) -> None:
    """Play a show to its end, telling the person at the desk what happens."""
    from engine.live.children import Children
    from engine.stage.keys import KEY_HELP

    with ExitStack() as open_doors:
        with terminal.waiting("opening the ears and the stage"):
            children = open_doors.enter_context(Children(show))
            from engine.conductor import Conductor  # which takes as long as the children, and loads beside them
            from engine.control.qr import qr_text

            conductor = open_doors.enter_context(Conductor(show, terminal.remark, children))
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
