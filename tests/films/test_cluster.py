"""Films drawn by a dask cluster: the same bytes as from one process, from workers that have no file of ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import rehearsal
from engine.audio.hearing_settings import HearingSettings
from engine.errors import BadScene, BadSetting, MissingDriver
from engine.films import cluster
from engine.stage import gpu, parcel

distributed = pytest.importorskip("distributed", reason="work is shared by dask: the extra fit")
pytestmark = [pytest.mark.gl, pytest.mark.slow]
CLICKS = HearingSettings(source="clicks:3")
HOW: dict[str, Any] = {"size": (64, 36), "fps": 30.0, "seconds": 2.0}
# Everything that the clock, the bindings, the sound and a palette say to a shader, and a strobe for the limiter.
TOLD = """/*{"INPUTS": [{"NAME": "loud", "TYPE": "float"}, {"NAME": "hit", "TYPE": "event"},
    {"NAME": "tones", "TYPE": "audioFFT"}, {"NAME": "turn", "TYPE": "float"}, {"NAME": "accent", "TYPE": "color"}]}*/
#include "shade.glsl"
void main() {
    float strobe = step(0.5, fract(TIME * 6.0)) * step(1.0, TIME);
    float tone = IMG_NORM_PIXEL(tones, isf_FragNormCoord).r;
    vec3 drawn = vec3(loud * 0.5 + 0.5 * strobe, hit ? 1.0 : tone, fract(turn + float(FRAMEINDEX) / 37.0));
    gl_FragColor = vec4(mix(shade(drawn), accent.rgb, 0.2), TIMEDELTA);
}
"""
WIRES = """shader = "told.fs"
palette = "xuan"
[bind.loud]
signal = "sound.level"
attack = 0.1
release = 0.6
[bind.turn]
signal = "sound.peak"
to = [0.1, 2.0]
clock = true
[bind]
hit = "rhythm.onsets"
"""


CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    how = {"n_workers": 2, "threads_per_worker": 1, "memory_limit": None, "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(**how, silence_logs="CRITICAL") as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def told(tmp_path: Path) -> str:
    try:
        gpu.headless().release()
    except MissingDriver as reason:
        pytest.skip(str(reason))
    home = tmp_path / "home"
    (home / "include").mkdir(parents=True)
    (home / "include" / "shade.glsl").write_text("vec3 shade(vec3 c) { return c * 0.9; }\n")
    (home / "told.fs").write_text(TOLD)
    (home / "told.toml").write_text(WIRES)
    return str(home / "told.toml")


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One that runs in a process of its own, where nothing that a test does can keep it from hearing its workers."""
    script = tmp_path_factory.mktemp("cluster") / "cluster.py"
    script.write_text(CLUSTER)
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        yield running.stdout.readline().strip()
        running.communicate()


def test_a_film_by_a_cluster_is_the_film_by_one_byte_for_byte(
    told: str, scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_TOGETHER", 13)
    remarks: list[str] = []
    rehearsal.render(CLICKS, told, tmp_path / "one.mp4", remark=remarks.append, **HOW)
    cluster.render(CLICKS, told, tmp_path / "two.mp4", scheduler, remark=remarks.append, **HOW)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
    assert remarks[0] == remarks[1]
    assert "flashes too fast" in remarks[0]


def test_what_goes_wrong_on_a_worker_is_said_here_and_leaves_no_film(
    told: str, scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = replace(parcel.packed(told), layout="another")
    monkeypatch.setattr(cluster.parcel, "packed", lambda *_: sent)
    with pytest.raises(BadScene, match=r"signals another are .* on this machine \(install the same Monochord\)"):
        cluster.render(CLICKS, told, tmp_path / "a.mp4", scheduler, **HOW)
    sent = replace(sent, scene="gone.toml", layout=parcel.LAYOUT)
    with pytest.raises(MissingDriver, match=r"a worker cannot draw: .*gone.* \(does monochord doctor"):
        cluster.render(CLICKS, told, tmp_path / "a.mp4", scheduler, **HOW)
    assert not list(tmp_path.glob("*.mp4"))


def test_a_film_that_is_given_up_leaves_no_file(told: str, scheduler: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())

    def give_up(share: float) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cluster.render(CLICKS, told, tmp_path / "a.mp4", scheduler, progress=give_up, **HOW)
    assert sorted(tmp_path.iterdir()) == before


def test_a_scene_that_builds_on_its_own_pictures_is_refused_before_anybody_is_asked(tmp_path: Path) -> None:
    kept = tmp_path / "kept.fs"
    kept.write_text('/*{"PASSES": [{"TARGET": "a", "PERSISTENT": true}]}*/\nvoid main() { gl_FragColor = vec4(1.0); }')
    with pytest.raises(BadScene, match=r"builds on its own pictures: .*leave --scheduler out"):
        cluster.render(CLICKS, str(kept), tmp_path / "a.mp4", "tcp://127.0.0.1:1", **HOW)


def test_a_scheduler_without_workers_is_told_in_one_line(told: str, tmp_path: Path) -> None:
    none = distributed.LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0", silence_logs="ERROR")
    with none, pytest.raises(BadSetting, match=r"has no workers \(start one: dask worker tcp://"):
        cluster.render(CLICKS, told, tmp_path / "a.mp4", none.scheduler_address, **HOW)
    assert not (tmp_path / "a.mp4").exists()
