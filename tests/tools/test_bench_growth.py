"""Curves of growth: as many points as were asked for, with their floors; and the hours of the virtual clock."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import bench_growth
import numpy as np
import pytest
import soak
from benchmarks import curves as bench_curves
from PIL import Image

from engine.errors import MissingDriver
from engine.stage import gpu


def points(curve: bench_curves.Curve, count: int) -> None:
    """There are so many, and all of them are numbers."""
    for name in ("at", "ours", "memory", *(["floor"] if "floor" in curve else [])):
        assert len(curve[name]) == count, name
    assert all(cost > 0 for cost in curve["ours"])
    assert np.isfinite(curve["memory"]).all()


def test_receivers_cost_more_than_bare_sockets_are_told_beside() -> None:
    curve = bench_curves.destinations((1, 3), 6)
    points(curve, 2)
    assert curve["floor is"] == "bare sockets"


def test_channels_and_musicians_are_heard_together() -> None:
    points(bench_curves.channels((1, 2), 20), 2)
    points(bench_curves.musicians((1, 2), 20), 2)


@pytest.mark.gl
@pytest.mark.parametrize("measure", [bench_curves.bindings, bench_curves.passes])
def test_pictures_are_drawn_with_so_much_and_by_the_bare_loop(measure) -> None:
    try:
        gpu.headless().release()
    except MissingDriver:
        pytest.skip("no OpenGL here")
    points(measure((1, 3), 10), 2)


def test_the_first_point_is_warm() -> None:
    warmed = bench_curves._warmed({"ours": [9.0, 1.0, 2.0], "memory": [50.0, 0.0, 0.5], "at": [1, 2]})
    assert warmed == {"ours": [1.0, 2.0], "memory": [0.0, 0.5], "at": [1, 2]}


def test_the_median_of_batches_passes_over_what_is_warming_up() -> None:
    clock: Iterator[float] = itertools.count()
    calls: list[int] = []
    assert bench_curves.worked(calls.append, 30, clock=lambda: float(next(clock)), each=10) == pytest.approx(1e5)
    assert len(calls) == 30 + bench_curves._WARM


def test_an_hour_is_sixty_minutes_of_the_shared_loop(monkeypatch, capsys, tmp_path: Path) -> None:
    def minutes(music: str) -> Iterator[tuple[float, float]]:
        for minute in itertools.count(1):
            yield float(minute), 10.0 * minute

    monkeypatch.setattr(soak, "played_minutes", minutes)
    soak.virtual(2, "any", tmp_path / "day.json")
    _, first, second = capsys.readouterr().out.splitlines()
    assert first.split()[:4] == ["1", "30.5", "60.0", "600"]
    assert second.split()[:4] == ["2", "90.5", "120.0", "600"]
    assert json.loads((tmp_path / "day.json").read_text())["µs a hop"] == [30.5, 90.5]


def test_a_day_cut_short_keeps_the_hours_that_it_had(monkeypatch, tmp_path: Path) -> None:
    def minutes(music: str) -> Iterator[tuple[float, float]]:
        yield from ((float(minute), 0.0) for minute in range(1, 61))
        raise KeyboardInterrupt

    monkeypatch.setattr(soak, "played_minutes", minutes)
    with pytest.raises(KeyboardInterrupt):
        soak.virtual(24, "any", tmp_path / "day.json")
    assert json.loads((tmp_path / "day.json").read_text())["µs a hop"] == [30.5]


def test_every_curve_has_a_panel_of_its_own(tmp_path: Path) -> None:
    curve = {"what": "a picture", "of": "passes", "unit": "µs", "at": [1, 4, 16], "ours": [200.0, 300.0, 900.0]}
    level = {**curve, "ours": [3.0, 3.1, 3.0], "floor": [1.0, 1.0, 1.0], "floor is": "nothing"}
    bench_growth.draw({"a": curve, "b": level, "c": curve, "d": level}, tmp_path / "growth.png")
    picture = np.asarray(Image.open(tmp_path / "growth.png").convert("L"))
    assert picture.shape[0] > 500
    assert picture.shape[1] > 1000
    assert (picture < 80).any()
    assert not list(tmp_path.glob(".*part*"))


def test_a_curve_that_is_none_is_refused(monkeypatch, capsys, tmp_path: Path) -> None:
    arguments = ["bench_growth.py", "--only", "lenght", "--out", str(tmp_path / "a.png")]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit, match="2"):
        bench_growth.main()
    assert "'lenght' is no curve (one of length" in capsys.readouterr().err
    assert not (tmp_path / "a.png").exists()
