"""`monochord survey`: what an audience answered, drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.manual import Command, Group

app = typer.Typer(help="What the audience answered, as a figure.", cls=Group)


@app.callback()
def survey() -> None:
    """What the audience answered, as a figure. It is asked by: monochord live --survey votes.csv"""


@app.command("draw", cls=Command)
def draw(
    votes: Annotated[Path, typer.Argument(help="The CSV that --survey has written.", metavar="VOTES.csv")],
    out: Annotated[
        Path, typer.Option(help="Where the figure goes; SVG and PNG are both written.", metavar="FILE")
    ] = Path("fig10.svg"),
) -> None:
    """Draw the answers, as the paper's Fig. 10 has them.

    Example: monochord survey draw votes.csv --out fig10.svg
    """
    from engine.survey.figure import in_words, write_figure
    from engine.survey.votes import read_votes

    counted = read_votes(votes)
    print(*write_figure(counted, out), in_words(counted), sep="\n")
