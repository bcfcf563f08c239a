"""`monochord survey`: what an audience answered, drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="What the audience answered.")


@app.callback()
def survey() -> None:
    """What the audience answered (`monochord live --survey votes.csv` asks it)."""


@app.command("draw")
def draw(
    votes: Annotated[Path, typer.Argument(help="The CSV that --survey has written.", metavar="VOTES.csv")],
    out: Annotated[Path, typer.Option(help="Where the figure goes; SVG and PNG are both written.")] = Path("fig10.svg"),
) -> None:
    """The answers as a figure, as the paper's Fig. 10 has them.

    Example: monochord survey draw votes.csv --out fig10.svg
    """
    from engine.survey.figure import in_words, write_figure
    from engine.survey.votes import read_votes

    counted = read_votes(votes)
    print(*write_figure(counted, out), in_words(counted), sep="\n")
