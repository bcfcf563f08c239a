"""A folder's reports by several processes: the same bytes as by one, and a broken file costs a line."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from engine.corpus.recordings import recordings
from engine.frame import RATE
from engine.report.folder import jobs, reported
from engine.report.writing import Wanted

from ..features.sounds import plucked

pytestmark = pytest.mark.slow


def test_several_processes_write_what_one_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="work is shared by dask: the extra fit")
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (it is in the report extra)")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))  # nobody's show file, here or in the workers
    place = tmp_path / "in"
    place.mkdir()
    for seed, hz in enumerate((220, 330)):
        soundfile.write(place / f"{hz}.wav", 0.5 * plucked(hz, 0.6, seed), RATE)
    (place / "broken.wav").write_text("no sound")
    wanted = Wanted(stills=False, compared=False)
    troubles = {}
    for workers in (1, 2):
        todo = jobs(recordings(place), place, tmp_path / f"by {workers}", {}, None, wanted)
        outcomes = list(reported(todo, workers=workers))
        assert len(outcomes) == 3
        troubles[workers] = [(job.path.name, why) for job, why in outcomes if isinstance(why, str)]
    assert troubles[1] == troubles[2]
    assert [name for name, _ in troubles[1]] == ["broken.wav"]
    alone = {path.relative_to(tmp_path / "by 1"): path for path in (tmp_path / "by 1").rglob("*") if path.is_file()}
    assert {path.name for path in alone} >= {"report.html", "figures.json", "done.json", "frames.npz", "level.svg"}
    for inside, path in alone.items():
        assert path.read_bytes() == (tmp_path / "by 2" / inside).read_bytes(), inside
