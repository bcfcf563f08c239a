"""What a tool writes into a text stands between two marks, and nothing around it changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readmes.generated import Part

PART = Part("numbers", "python tools/count.py --write")
LINES = st.text(st.characters(exclude_characters="\r", exclude_categories=("Cs",))).map(lambda text: text.strip("\n"))


@given(LINES, LINES, LINES, LINES)
def test_only_what_stands_between_the_marks_is_written_anew(before: str, old: str, new: str, after: str) -> None:
    text = f"{before}{PART.begin}\n{old}\n{PART.end}{after}"
    written = PART.rewritten(text, new)
    assert PART.of(written) == new
    assert PART.rewritten(written, old) == text


@pytest.mark.parametrize("text", ["", PART.begin, PART.end, 2 * f"{PART.begin}{PART.end}"])
def test_a_text_without_its_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must stand once"):
        PART.rewritten(text, "one")
