"""A running show as the page and OSCQuery see it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.control.page_place import PageSettings
from engine.live.showing import Showing
from engine.settings import Settings
from engine.stage.stage_settings import StageSettings
from tests.another_hand import run_while

SMALL = StageSettings(headless=True, size=(64, 36), fps=30.0, nice=0)


@pytest.mark.gl
def test_a_show_is_seen_with_its_sound_its_stage_and_what_the_operator_was_told(tmp_path: Path) -> None:
    settings = Settings(
        hearing=HearingSettings(source="tone:220", silent=True),
        stage=SMALL,
        scene="strings",
        scenes=("strings",),
        seconds=1200.0,
        page=PageSettings(port=0),
        presets=tmp_path / "show.presets.toml",
    )

    def look(conductor: Conductor, view: Showing) -> None:
        deadline = time.monotonic() + 120.0
        while "p50" not in view.facts()["stage"] or "/monochord/master/brightness" not in view.present():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        facts = view.facts()
        assert facts["ears"]["fresh"]
        assert facts["stage"]["rate"] > 1.0
        assert 0.0 <= facts["stage"]["p50"] <= facts["stage"]["p95"] < 5000.0
        assert facts["band"] is None
        rows = view.spectrum()
        loudest = max(range(144), key=lambda k: rows[k])
        assert loudest in (47, 48)  # three octaves, of sixteen rows each, above 27.5 Hz
        assert {"strings", "ink"} <= {card.name for card in view.scenes}
        assert all(color.startswith("#") for colors in view.palettes.values() for color in colors)
        assert "bowed" in view.families
        assert (view.map_picture() or b"").startswith(b"\x89PNG")
        conductor.log.tell("one")
        conductor.log.tell("two")
        while [line for _, _, line in view.log(0)][-2:] != ["one", "two"]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        last = view.log(0)[-1][0]
        assert [line for _, _, line in view.log(last)] == ["two"]
        assert view.log(last + 1) == []
        assert view.presets() == ()

    with Conductor(settings, lambda _: None) as conductor:
        assert conductor.page is not None
        view = conductor._showing()
        run_while(conductor, lambda: look(conductor, view))
