"""The command `monochord`: its commands in the order of a show, and how every mistake ends."""

from __future__ import annotations

import errno
import sys
from typing import Annotated, Any, Final

import typer

from engine.cli import (
    analyse,
    devices,
    doctor,
    isf,
    latency,
    lights,
    manual,
    mood,
    play,
    render,
    scenes,
    score,
    share,
    soundcheck,
    space,
    stage,
    survey,
    takeover,
    terminal,
    testcard,
)
from engine.cli.typed import gathered
from engine.errors import MonochordError
from engine.foundation import compiling

_BEFORE: Final = "Before the doors open"
_SHOW: Final = "The show"
_AFTER: Final = "What remains of it"
_MATERIAL: Final = "What it is made of"
_INTERRUPTED: Final = 130
_REFUSED: Final = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.ENAMETOOLONG)
"""What a system refuses of a file that somebody named, wherever it is noticed: a mistake, and no bug."""

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    cls=manual.Group,
    context_settings=manual.CONTEXT,
)


def _version(wanted: bool) -> None:
    if wanted:
        print(doctor.version())
        raise typer.Exit


@app.callback()
def _monochord(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which Monochord this is.")
    ] = False,
) -> None:
    """An instrument becomes picture and light: on stage, in rehearsal, and in films.

    At first: monochord preview. On the night: monochord doctor, then monochord live. Every command has --help.
    """


def _add(place: str, name: str, command: Any) -> None:
    app.command(name, cls=manual.Command, rich_help_panel=place)(command)


_add(_BEFORE, "devices", devices.devices)
_add(_BEFORE, "soundcheck", soundcheck.soundcheck)
_add(_BEFORE, "doctor", doctor.doctor)
_add(_BEFORE, "testcard", testcard.hang)
app.add_typer(lights.app, name="lights", rich_help_panel=_BEFORE)
_add(_BEFORE, "latency", latency.latency)
_add(_SHOW, "preview", play.preview)
_add(_SHOW, "live", play.live)
_add(_SHOW, "stage", stage.stage)
_add(_SHOW, "takeover", takeover.takeover)
_add(_AFTER, "render", render.render)
_add(_AFTER, "analyse", analyse.analyse)
_add(_AFTER, "share", share.share)
_add(_AFTER, "mood", mood.mood)
app.add_typer(survey.app, name="survey", rich_help_panel=_AFTER)
_add(_MATERIAL, "scenes", scenes.scenes)
app.add_typer(isf.app, name="isf", rich_help_panel=_MATERIAL)
app.add_typer(score.app, name="score", rich_help_panel=_MATERIAL)
app.add_typer(space.app, name="space", rich_help_panel=_MATERIAL)


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 a user's mistake, 2 bad usage, 3 a driver is missing, 130 Ctrl-C.

    Whatever went wrong is one line on the standard error.
    """
    compiling.listeners.append(terminal.Compiling())
    try:
        code = app(gathered(sys.argv[1:]), prog_name="monochord", standalone_mode=False)
    except MonochordError as mistake:
        code = _say(str(mistake), mistake.exit_code)
    except manual.Mistyped as wrong:
        code = _say(manual.refusal(wrong), 2)
    except OSError as why:
        if why.filename is None or why.errno not in _REFUSED:
            raise
        code = _say(f"{why.filename}: {why.strerror} (choose another place, or ask whose it is)", 1)
    except (KeyboardInterrupt, typer.Abort):
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        _say("interrupted", code)
    sys.exit(code or 0)


def _say(line: str, code: int) -> int:
    terminal.remark(f"monochord: {line}")
    return code
