"""Writes the README's table of signals from the one list that there is.

python tools/signals_table.py        prints it
python tools/signals_table.py --write README.md
"""

from __future__ import annotations

import argparse
from pathlib import Path

from readmes.generated import Part

from engine.frame import SIGNALS, Signal

PART = Part("signals", "python tools/signals_table.py --write README.md")


def table() -> str:
    """The table as Markdown."""
    head = ["| signal | unit | usual range | what it says |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *map(_line, SIGNALS.values())])


def _line(signal: Signal) -> str:
    name = f"`{signal.name}`" if signal.size == 1 else f"`{signal.name}[0…{signal.size - 1}]`"
    low, high = (f"{value:g}".replace("-", "−") for value in signal.span)
    reach = "counts up" if signal.counts else f"{low} … {high}"
    return f"| {name} | {'' if signal.counts else signal.unit} | {reach} | {signal.meaning} |"


def rewritten(text: str) -> str:
    """The README with its table made anew."""
    return PART.rewritten(text, table())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path, help="the README to bring up to date")
    arguments = parser.parse_args()
    if arguments.write:
        arguments.write.write_text(rewritten(arguments.write.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(table())


if __name__ == "__main__":
    main()
