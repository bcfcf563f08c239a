"""The JSON at the head of an ISF file, as people write it by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadScene
from engine.stage.isf_header import has_header, split

FILE = Path("a.fs")


def content(text: str) -> dict[str, Any]:
    return split(FILE, f"/*{text}*/")[0].content


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": [1, 2,], }', {"a": [1, 2]}),
        ('{"a": .5, "b": 1., "c": +2, "d": 007, "e": -.5e1}', {"a": 0.5, "b": 1, "c": 2, "d": 7, "e": -5}),
        ('{"a": True, "b": False}', {"a": True, "b": False}),
        ('{ // why\n"a": "//not, this,}", // but this\n}', {"a": "//not, this,}"}),
        ('{"a": "back\\slash \\d", }', {"a": "back\\slash \\d"}),
        ('{"a": "tab\there\nand a line", }', {"a": "tab\there\nand a line"}),
        ('{"a": "\\u00e9\\n", }', {"a": "é\n"}),
    ],
)
def test_slips_that_people_make_are_mended(text: str, expected: dict[str, Any]) -> None:
    assert content(text) == expected


@pytest.mark.parametrize("text", ['{"a": 1 "b": 2}', '{"a" 1}', '{"a": [1, 2}', '{"a": nope}', '{"a": "open}'])
def test_what_cannot_be_meant_in_one_way_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(BadScene, match=r"a\.fs:2: the header is not JSON"):
        split(FILE, f"/*{text[0]}\n{text[1:]}*/")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=12).filter(lambda text: "*/" not in text),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc,]} /", max_size=4), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.text("xyz", max_size=3), JSON.filter(lambda value: "*/" not in json.dumps(value)), max_size=4)
)
def test_mending_changes_nothing_but_the_slips(meant: dict[str, Any]) -> None:
    """A comma too many makes all of it go through the mending."""
    whole = json.dumps({**meant, "last": 1})
    assert "*/" in whole or content(re.sub(r"}$", ",}", whole)) == {**meant, "last": 1}


def test_what_stands_in_front_of_the_header_is_kept_with_its_lines() -> None:
    text = "// mine\n#version 120\n/* not\nthis */\nprecision highp float;\n\n/*\n{}\n*/\nvoid main() {}\n"
    assert has_header(text)
    header, code = split(FILE, text)
    assert header.first_line == 7
    lines = code.split("\n")
    assert lines[1] == "#version 120"
    assert lines[9] == "void main() {}"
    assert not any(line.strip() for line in lines[6:9])


@pytest.mark.parametrize("text", ["void main() {} /*{}*/", "/* a */", "", "/*[]*/", "int a; /* { } */"])
def test_a_comment_behind_code_is_no_header(text: str) -> None:
    assert not has_header(text)
