"""The figure shows the numbers: as words, as heights in the SVG, as pixels in the PNG."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import BadFile
from engine.survey.figure import as_picture, as_svg, in_words, write_figure
from engine.survey.votes import Votes

SVG = "{http://www.w3.org/2000/svg}"
MINUTE = "2026-05-01T20:15+02:00"
FIFTY = Votes().with_more(MINUTE, {"AB": 12, "BA": 7, "BB": 15, "CC": 7, "DD": 8, "DC": 1})
MUSIC, VISUALS = (12, 22, 7, 9), (7, 27, 8, 8)
COLORS = ("#2f6f86", "#c8842c")


def bars(votes: Votes, color: str) -> list[float]:
    """The heights of the bars of one colour, from left to right; the first box is the legend's."""
    boxes = [one for one in ET.fromstring(as_svg(votes)).iter(f"{SVG}rect") if one.get("fill") == color]
    return [float(one.get("height", "")) for one in sorted(boxes[1:], key=lambda one: float(one.get("x", "")))]


def test_every_bar_is_as_high_as_people_gave_its_answer() -> None:
    assert FIFTY.total == 50
    (music, visuals) = (np.array(bars(FIFTY, color)) for color in COLORS)
    unit = music[0] / 12
    assert music == pytest.approx(np.array(MUSIC) * unit, rel=1e-3)
    assert visuals == pytest.approx(np.array(VISUALS) * unit, rel=1e-3)


def test_counts_and_shares_of_all_stand_on_the_bars() -> None:
    said = [one.text for one in ET.fromstring(as_svg(FIFTY)).iter(f"{SVG}text")]
    for count in (*MUSIC, *VISUALS):
        assert f"{count} · {2 * count} %" in said
    assert "50 people answered" in said
    assert in_words(FIFTY) == (
        "Satisfaction of 50 people with the music: A 12, B 22, C 7, D 9;"
        " with the way it was made visible: A 7, B 27, C 8, D 8"
    )


@pytest.mark.parametrize(("color", "counts"), [(COLORS[0], MUSIC), (COLORS[1], VISUALS)])
def test_the_picture_shows_the_same_heights(color: str, counts: tuple[int, ...]) -> None:
    pixels = np.asarray(as_picture(FIFTY))
    wanted = [int(color[k : k + 2], 16) for k in (1, 3, 5)]
    high = (pixels == wanted).all(axis=2)[200:].sum(axis=0)
    heights = [int(part.max()) for part in np.array_split(high[148:], 4)]
    assert heights == pytest.approx([2 * one for one in bars(FIFTY, color)], abs=2)
    assert np.argsort(heights).tolist() == np.argsort(counts).tolist()


@pytest.mark.parametrize("count", [0, 1, 6, 7, 299, 20_000, 3_000_000])
def test_no_bar_leaves_the_figure_however_many_have_voted(count: int) -> None:
    votes = Votes({(MINUTE, "AA"): count}) if count else Votes()
    for color in COLORS:
        assert 0 <= max(bars(votes, color)) <= 452 - 118
    lines = [one for one in ET.fromstring(as_svg(votes)).iter(f"{SVG}rect") if one.get("height") == "1"]
    assert 2 <= len(lines) <= 8


def test_both_files_are_written_and_the_same_votes_are_the_same_bytes(tmp_path: Path) -> None:
    files = write_figure(FIFTY, tmp_path / "fig10.png")
    assert [one.name for one in files] == ["fig10.svg", "fig10.png"]
    before = [one.read_bytes() for one in files]
    assert [one.read_bytes() for one in write_figure(FIFTY, tmp_path / "fig10.svg")] == before
    with Image.open(files[1]) as picture:
        assert picture.size == (1920, 1120)
    with pytest.raises(BadFile, match=r"must end in \.svg or \.png"):
        write_figure(FIFTY, tmp_path / "fig10.pdf")
    with pytest.raises(BadFile, match="cannot be written"):
        write_figure(FIFTY, tmp_path / "nowhere" / "fig10.svg")
