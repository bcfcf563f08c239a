"""Stills of scenes in a report: drawn where a driver is, and no report is lost where none is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.analysis import Analysis, described
from engine.audio.hearing_settings import HearingSettings
from engine.errors import MissingDriver
from engine.films.excerpts import Excerpts
from engine.report import page
from engine.report.stills import stills
from engine.report.witness import Witness
from engine.stage import gpu


@pytest.fixture
def clicking() -> tuple[Witness, Analysis]:
    """Two seconds of clicks."""
    witness = Witness(HearingSettings(source="clicks:4"), 2.0)
    return witness, described(witness)


@pytest.mark.gl
def test_a_scene_is_seen_at_the_loudest_of_a_few_moments(
    clicking: tuple[Witness, Analysis], monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        gpu.release(gpu.headless())
    except MissingDriver as reason:
        pytest.skip(str(reason))
    monkeypatch.setattr("engine.report.stills.scene_names", lambda: ["fallback", "strings"])
    missing: dict[str, str] = {}
    (still,) = stills(*clicking, missing, size=(64, 36))
    assert missing == {}
    assert still.name == "strings"
    assert still.at in clicking[0].excerpts
    assert still.pixels.shape == (36, 64, 3)
    assert still.pixels.std() > 1
    assert still.png().startswith(b"\x89PNG")
    assert 'alt="the scene' in page.scenes([still])[0]


def test_without_a_driver_a_report_says_so_instead(
    clicking: tuple[Witness, Analysis], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(self: Excerpts, *_: Any) -> None:
        raise MissingDriver("no OpenGL here")

    monkeypatch.setattr(Excerpts, "stills", none)
    missing: dict[str, str] = {}
    assert stills(*clicking, missing) == []
    assert missing == {"stills": "The scenes could not be drawn: no OpenGL here."}


def test_what_ends_before_it_can_be_seen_has_no_stills(heard: tuple[Witness, Analysis]) -> None:
    missing: dict[str, str] = {}
    assert stills(*heard, missing) == []  # that witness kept no moments
    assert "ends before" in missing["stills"]
    assert np.isfinite(heard[0].reach).all()
