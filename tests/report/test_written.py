"""Reports as files: whole, alone, safe, and the same each time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.analysis import Analysis
from engine.audio.hearing_settings import HearingSettings
from engine.corpus.recordings import recordings
from engine.errors import BadFile, MissingDriver
from engine.listening.mood_judge import MOODS
from engine.report import chart, folder, map_figures, page, sound_figures, time_figures
from engine.report.comparing import compare, rows
from engine.report.findings import Findings
from engine.report.importance import Importance, confusion, importance
from engine.report.index import SIZE, Entry, small, write_index
from engine.report.page import Heard
from engine.report.sections import sections
from engine.report.witness import Witness
from engine.report.writing import Reported, Wanted

pytest.importorskip("matplotlib", reason="matplotlib is not installed (it is in the report extra)")

_ELSEWHERE = re.compile(r"""(?:src|href|url)\s*[=(]\s*["']?(?!data:|#|var\()([^"')\s>]+)""")


def moody(found: Findings) -> Findings:
    """The same with a mood, which makes every section be drawn."""
    count = len(found.time)
    curves = {f"mood.{name}": np.full(count, 0.25) for name in MOODS}
    curves |= {f"mood.{name}": np.linspace(-1, 1, count) for name in ("valence", "arousal")}
    curves["mood.known"] = (np.arange(count) > count / 2).astype(float)
    missing = {name: why for name, why in found.missing.items() if name not in ("mood", "importance")}
    mood = dict.fromkeys(MOODS, 0.25) | {"valence": 0.0, "arousal": 0.5, "known": 1.0}
    return replace(
        found,
        curves=found.curves | curves,
        facts=replace(found.facts, mood=mood),
        importance=Importance(("tempo", "pitch"), dict.fromkeys(MOODS, (0.1, 0.2))),
        missing=missing,
    )


def test_every_figure_is_there_as_png_and_svg_and_nothing_comes_from_elsewhere(found: Findings, tmp_path: Path) -> None:
    made = sections([moody(found)])
    body = page.shown(made, tmp_path)
    html = page.document(found.name, [*body, page.player([Heard(found.name, 3.2, b"ID3", 3.2)])], playing=True)
    names = {figure.name for section in made for figure in section.figures}
    assert names >= {"level", "spectrum", "fractal", "fractal_map", "spectrogram", "spectrogram_map", "rhythm", "pitch"}
    assert names >= {"chroma", "mood", "features", "importance", "confusion"}
    for name in names:
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert "</svg>" in (tmp_path / f"{name}.svg").read_text()
        assert f'id="figure-{name.replace("_", "-")}"' in html
    assert _ELSEWHERE.findall(html) == []
    assert html.count("<h2") == len(made)
    assert len(re.findall(r'role="img" aria-label="[^"]{20,}', html)) == html.count('class="plot')


def test_the_same_numbers_are_the_same_bytes(found: Findings, tmp_path: Path) -> None:
    some = [section for section in sections([found]) if section.name in ("level", "band")]
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}.html").write_text("".join(page.shown(some, tmp_path / name)), encoding="utf-8")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_names_of_others_cannot_write_on_the_page() -> None:
    wicked = '"><script>alert(1)</script>\u202e古琴'
    html = page.document(wicked, [page.named(wicked), page.player([Heard(wicked, 1.0, b"", 0.0, wicked)])])
    assert "<script>" not in html
    assert wicked in unescape(html)
    assert '<bdi dir="auto">' in html


def test_what_can_be_touched_lies_over_its_axes(found: Findings) -> None:
    drawn = time_figures.level([found, found], chart.WIDE)
    first, second = drawn.areas
    assert (first.sound, second.sound) == (0, 1)
    assert first.box[1] + first.box[3] < second.box[1]
    assert (first.begin, first.end) == (0, found.facts.duration)
    (moments,) = map_figures.fractal_map(found).areas
    assert len(moments.points) == len(found.maps["fractal"].time)
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y, _ in moments.points)
    assert [when for _, _, when in moments.points] == sorted(when for _, _, when in moments.points)


def test_the_importance_of_features_is_drawn_as_the_card_says_it() -> None:
    found = importance({})
    assert found is not None, "the shipped card says it"
    axes = sound_figures.importance(found, chart.WIDE).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [name.replace("_", " ") for name in found.features]
    assert [one.get_text() for one in axes.figure.legends[0].get_texts()] == list(found.by_mood)
    for bars, shares in zip(axes.containers, found.by_mood.values(), strict=True):
        assert [bar.get_width() / 100 for bar in bars] == pytest.approx(list(shares))


def test_which_mood_is_taken_for_which_is_drawn_as_the_card_says_it() -> None:
    found = confusion()
    assert found is not None, "the shipped card says it"
    assert all(sum(row.values()) == pytest.approx(100, abs=0.5) for row in found.values())
    said = [text.get_text() for text in sound_figures.confusion(found, chart.NARROW).axes[0].texts]
    assert said == [f"{share:.0f} %" for row in found.values() for share in row.values()]


def test_the_figures_of_an_hour_are_hardly_larger_than_those_of_minutes(found: Findings) -> None:
    def size(seconds: float) -> int:
        events = {kind: np.arange(0.1, seconds, 0.2) for kind in found.events}
        shot = replace(found, events=events, facts=replace(found.facts, duration=seconds))
        return sum(
            len(draw([shot], width).svg("a"))
            for draw in (time_figures.level, time_figures.rhythm)
            for width in (chart.WIDE, chart.NARROW)
        )

    assert size(3600.0) < 1.1 * size(300.0)


@pytest.mark.parametrize("seconds", [95.0, 300.0, 1200.0, 3600.0, 5400.0])
def test_the_last_minute_of_a_scale_is_not_cut_off(seconds: float) -> None:
    with chart.style():
        drawn = chart.chart([60], chart.NARROW)
        chart.over_time(drawn.axes[0], seconds)
        drawn.figure.canvas.draw()
        (most,) = [label.get_window_extent().x1 for label in drawn.axes[0].get_xticklabels()[-1:]]
    assert most <= drawn.figure.bbox.x1


def test_colours_of_a_figure_are_the_pages_own(found: Findings) -> None:
    svg = time_figures.rhythm([found], chart.NARROW).svg("a")
    own = chart.inside_page(svg)
    assert chart.OWN in svg
    assert chart.OWN not in own
    assert "var(--good)" in own
    assert "<style" not in own
    assert own.startswith("<svg")


def test_a_name_with_dollars_or_in_any_script_is_drawn_as_it_is(found: Findings) -> None:
    assert found.sounds is not None or "way" in found.missing
    if found.sounds is None:
        pytest.skip("there is no map of sounds here")
    names = ("$x$ & <b>", "古琴", "عود", *found.sounds.families[3:])
    heard = replace(found, sounds=replace(found.sounds, families=names), families=np.arange(len(found.time)) % 3)
    with chart.style():
        svg = time_figures.families([heard], chart.WIDE).svg("a")
    assert "$x$ &amp; &lt;b&gt;" in svg
    assert all(name in svg for name in names[1:3])


def test_two_recordings_are_told_apart_in_a_table(found: Findings) -> None:
    facts = found.facts
    other = replace(facts, loudness=-20.0, tempo=None, x=0.3, y=0.4, key="A minor")
    table = {name: values for name, *values in rows(replace(facts, loudness=-14.0, x=0.0, y=0.0, key="C major"), other)}
    assert table["loudness, LUFS"] == ["−14.0", "−20.0", "−6.0"]
    assert table["tempo, beats/min"][1:] == ["–", "–"]
    assert table["place on the map of sounds (−1 … 1)"][2] == "0.50 apart"
    assert table["key"] == ["C major", "A minor", "another"]


def test_two_recordings_share_a_page(
    found: Findings, heard: tuple[Witness, Analysis], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [section for section in sections([found, found]) if section.name in ("level", "way")]
    monkeypatch.setattr("engine.report.comparing.sections", lambda shots: few)
    both = [Reported(heard[1], found, Heard(found.name, 3.2, b"mp3", seconds)) for seconds in (3.2, 1.0)]
    html = compare(*both, tmp_path).read_text(encoding="utf-8")
    assert html.count("<audio") == 2
    assert "B The first 1.0 s of 3.2 s can be heard." in html
    assert (tmp_path / "figures" / "compare_level.svg").exists()


def test_where_nothing_draws_it_is_said_before_anything_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> None:
        raise MissingDriver("no matplotlib")

    monkeypatch.setattr(chart, "need", none)
    from engine.report.writing import report

    with pytest.raises(MissingDriver):
        report(HearingSettings(source="tone:440"), tmp_path / "out", seconds=1)
    assert not (tmp_path / "out").exists()


def test_a_figure_that_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"none/a\.svg cannot be written"):
        page.write(tmp_path / "none" / "a.svg", "a")


def test_a_small_picture_of_a_recording_is_small(found: Findings) -> None:
    picture = small(found)
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20]) == SIZE[0]
    assert len(picture) < 60_000


def test_the_list_links_to_every_report_whatever_its_name(tmp_path: Path) -> None:
    entry = Entry({"duration": 3.0, "key": None, "tempo": 71.6, "loudness": None, "mood": None})
    places = [("古琴/a #1 <100%>.wav", tmp_path / "古琴" / "a #1 <100%>")]
    html = write_index(tmp_path, "all & more", [(name, where, entry) for name, where in places]).read_text("utf-8")
    assert 'href="%E5%8F%A4%E7%90%B4/a%20%231%20%3C100%25%3E/report.html"' in html
    assert "a #1 &lt;100%&gt;.wav" in html
    assert "72 beats/min" in html


@pytest.fixture
def three(tmp_path: Path) -> Path:
    for name in ("b/one.wav", "b/one.flac", "two.wav"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "in"


class Reporter:
    """Stands in for `report`: writes the files that it would, and keeps what it was asked for."""

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.asked: list[str] = []

    def __call__(self, hearing: HearingSettings, out: Path, **how: Any) -> Reported:
        self.asked.append(Path(hearing.source or "").name)
        if "two" in (hearing.source or ""):
            raise BadFile(f"{hearing.source} is no sound")
        (out / "figures").mkdir(parents=True, exist_ok=True)
        for name in ("frames.npz", "summary.json", "report.html"):
            (out / name).write_text("")
        return Reported(None, self.found, Heard("", 1.0, b"", 0.0))  # type: ignore[arg-type]  # no analysis is looked at


def test_a_folder_goes_on_where_it_was_interrupted_and_a_broken_file_costs_a_line(
    three: Path, found: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter = Reporter(found)
    monkeypatch.setattr(folder, "report", reporter)
    monkeypatch.setattr("engine.settings.read_show", lambda show: {})

    def again(seconds: float | None = None) -> tuple[list[str], list[str]]:
        reporter.asked.clear()
        todo = folder.jobs(recordings(three), three, tmp_path / "out", {}, seconds, Wanted(stills=False))
        outcomes = list(folder.reported(todo))
        return reporter.asked.copy(), [why for _, why in outcomes if isinstance(why, str)]

    heard, troubles = again()
    assert heard == ["one.flac", "one.wav", "two.wav"]
    assert len(troubles) == 1
    assert "two.wav is no sound" in troubles[0]
    assert (tmp_path / "out" / "b" / "one" / "done.json").exists()
    assert (tmp_path / "out" / "b" / "one-2" / "done.json").exists()
    assert again()[0] == ["two.wav"]
    (three / "b" / "one.wav").touch()
    assert again()[0] == ["two.wav"]
    (three / "b" / "one.wav").write_bytes(b"played again")
    assert again()[0] == ["one.wav", "two.wav"]
    (tmp_path / "out" / "b" / "one" / "report.html").unlink()
    assert again()[0] == ["one.flac", "two.wav"]
    assert again(seconds=2.0)[0] == ["one.flac", "one.wav", "two.wav"]
    told = json.loads((tmp_path / "out" / "b" / "one" / "done.json").read_text())
    assert told["facts"]["onsets"] == found.facts.onsets
