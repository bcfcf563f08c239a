"""The command `monochord`: its commands in the order of a show, and how every mistake ends."""

from __future__ import annotations

import sys

import typer

from engine.cli import (
    analyse,
    devices,
    doctor,
    isf,
    latency,
    lights,
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
    testcard,
)
from engine.cli.options import gathered
from engine.errors import MonochordError

app = typer.Typer(
    help="An instrument becomes picture and light.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("preview")(play.preview)
app.command("live")(play.live)
app.command("stage")(stage.stage)
app.command("takeover")(takeover.takeover)
app.command("render")(render.render)
app.command("analyse")(analyse.analyse)
app.command("share")(share.share)
app.command("mood")(mood.mood)
app.command("devices")(devices.devices)
app.command("scenes")(scenes.scenes)
app.command("doctor")(doctor.doctor)
app.command("soundcheck")(soundcheck.soundcheck)
app.command("testcard")(testcard.hang)
app.command("latency")(latency.latency)
app.add_typer(space.app, name="space")
app.add_typer(isf.app, name="isf")
app.add_typer(lights.app, name="lights")
app.add_typer(score.app, name="score")
app.add_typer(survey.app, name="survey")


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 a user's mistake, 2 bad usage, 3 a driver is missing."""
    try:
        app(gathered(sys.argv[1:]), prog_name="monochord")
    except MonochordError as mistake:
        print(f"monochord: {mistake}", file=sys.stderr)
        sys.exit(mistake.exit_code)
