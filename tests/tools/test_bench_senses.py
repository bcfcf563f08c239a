"""The benchmark of the senses runs, whatever peers there are."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(TOOLS))
    import bench_senses

    yield bench_senses
    for name in ("bench_senses", "peer_senses"):
        sys.modules.pop(name)


@pytest.fixture
def nobody(tmp_path: Path) -> str:
    """An interpreter that can import no peer."""
    path = tmp_path / "python"
    path.write_text("#!/bin/sh\necho \"ModuleNotFoundError: No module named '$2'\" >&2\nexit 1\n")
    path.chmod(0o755)
    return str(path)


def test_every_sense_of_a_second_of_sound_has_its_cost(bench, monkeypatch, tmp_path, capsys) -> None:
    out = tmp_path / "costs.json"
    monkeypatch.setattr(sys, "argv", ["bench", "--seconds", "1", "--turns", "1", "--ours", "--json", str(out)])
    bench.main()
    ours = json.loads(out.read_text())["ours"]
    assert {"spectrum", "onsets", "fractal", "profile", "roughness", "all"} <= set(ours)
    assert sum(cost for name, cost in ours.items() if name != "all") > 0
    assert "all together" in capsys.readouterr().out


def test_the_watched_senses_hear_the_same(bench) -> None:
    hops = bench.blocks(bench.listening_matter(0.5))
    plain, watched = bench.FastSenses(1), bench.FastSenses(1)
    assert bench.watch(watched)["fractal"].kind == "FractalDimension"
    assert [bytes(watched.step(hop)) for hop in hops] == [bytes(plain.step(hop)) for hop in hops]


def test_what_is_beyond_the_peers_is_named_as_it_is_called(bench) -> None:
    features = TOOLS.parent / "engine" / "features"
    machines = {name for path in features.glob("*.py") for name in re.findall(r"^class (\w+)", path.read_text(), re.M)}
    assert not bench.BEYOND.union(*bench.LACKS.values()) - machines


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_a_peer_that_cannot_be_imported_is_left_out_with_a_line(bench, nobody, capsys) -> None:
    sound = bench.listening_matter(0.2)
    bench.report_peers(sound, [nobody], 1, {"all": 1.0})
    told = capsys.readouterr().out
    for peer in ("aubio", "essentia", "librosa", "antropy"):
        assert f"{peer}: cannot be imported, left out" in told
    assert "Higuchi of 1024" in told
