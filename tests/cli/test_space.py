"""`monochord space` as a person meets it: a folder of recordings becomes a map, and bad ones are told."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import typer

from engine.cli.space import fit, show
from engine.corpus import fitting
from engine.corpus.fitting import gathered, held_out, listen
from engine.corpus.recordings import Listening, Shelf, heard_in, recordings
from engine.errors import BadFile, BadSetting, MissingDriver
from engine.listening.map_learning import Training
from engine.listening.mel import MEL_RATE, log_mel, patches
from engine.listening.space import Space
from engine.listening.vggish import Vggish
from tests.features.sounds import bowed, plucked
from tests.listening.little_onnx import little_network

pytest.importorskip("onnx", reason="a map is written by onnx: the extra fit")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network, and a folder of two families with two files each, and one that is no sound."""
    folder = tmp_path_factory.mktemp("fit")
    little_network(folder)
    for family, voice in (("erhu", bowed), ("guqin", plucked)):
        (folder / "recordings" / family).mkdir(parents=True)
        for number in range(2):
            sound = np.concatenate([voice(220 * 2 ** (k / 12), 1.5, seed=k) for k in range(number, 12, 2)])
            soundfile.write(folder / "recordings" / family / f"{number}.wav", 0.3 * sound[:: 48_000 // 16_000], 16_000)
    (folder / "recordings" / "guqin" / "broken.wav").write_bytes(b"RIFF no sound at all")
    return folder


@pytest.fixture
def place(shared: Path, tmp_path: Path) -> Path:
    shutil.copytree(shared / "recordings", tmp_path / "recordings")
    return tmp_path


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Training.__init__, "__defaults__", tuple(asdict(replace(Training(), pairs=64, least=60, rest=30)).values())
    )


def _fit(place: Path, shared: Path, **more: object) -> None:
    options = {"workers": 1, "hop": 0.1, "passes": 1.0, "network": str(shared / "little.onnx"), **more}
    scheduler, splice = options.pop("scheduler", None), options.pop("splice", 0)
    fit(place / "recordings", out=place / "mine", scheduler=scheduler, splice=splice, **options)  # type: ignore[arg-type]  # **options are of several kinds


def test_a_folder_becomes_a_map_and_bad_files_are_told(
    place: Path, shared: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(typer.Exit) as ended:
        _fit(place, shared)
    assert ended.value.exit_code == 1
    said = capsys.readouterr()
    complaints = [line for line in said.err.splitlines() if line.startswith("monochord: ")]
    assert len(complaints) == 1
    assert "broken.wav" in complaints[0]
    for kind in ("onnx", "toml", "npz", "png"):
        assert Path(f"{place / 'mine'}.{kind}").stat().st_size > 0
        assert f"mine.{kind}" in said.out
    known = Space(place / "mine")
    assert known.families == ("erhu", "guqin")
    known.check(Vggish(shared / "little.onnx").sha256)

    (place / "recordings" / "guqin" / "broken.wav").unlink()
    monkeypatch.setattr(fitting, "heard_in", lambda *_: pytest.fail("it was listened to before"))
    _fit(place, shared)

    show(str(place / "mine"), picture=place / "anchors.png", as_json=False)
    told = capsys.readouterr().out
    assert "families        erhu, guqin" in told
    assert "plane_trustworthiness" in told
    assert (place / "anchors.png").exists()
    show(str(place / "mine.onnx"), picture=None, as_json=True)
    assert json.loads(capsys.readouterr().out)["families"] == ["erhu", "guqin"]


def test_two_workers_hear_what_one_hears(place: Path, shared: Path) -> None:
    pytest.importorskip("distributed", reason="work is shared by dask: the extra fit")
    how = Listening(str(shared / "little.onnx"), hop=0.2)
    files = recordings(place / "recordings")
    shelves = [Shelf(place / f"shelf{workers}", how) for workers in (1, 2)]
    outcomes = [
        sorted((recording.path.name, bool(why)) for recording, why in listen(files, shelf, how, workers=workers))
        for workers, shelf in zip((1, 2), shelves, strict=True)
    ]
    assert outcomes[0] == outcomes[1]
    for recording in files[:4]:
        one, two = (shelf.read(shelf.place(recording.path)) for shelf in shelves)
        assert one is not None
        assert two is not None
        assert np.array_equal(one[0], two[0])


def test_a_cluster_that_runs_already_is_asked_by_its_address(place: Path, shared: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="work is shared by dask: the extra fit")
    how = Listening(str(shared / "little.onnx"), hop=0.2)
    files = recordings(place / "recordings")
    shelf = Shelf(place / "shelf", how)
    running = {"n_workers": 1, "threads_per_worker": 1, "processes": True, "dashboard_address": "127.0.0.1:0"}
    with distributed.LocalCluster(**running) as cluster:
        outcomes = list(listen(files, shelf, how, scheduler=cluster.scheduler_address))
    assert [recording.path.name for recording, why in outcomes if why] == ["broken.wav"]
    assert sum(shelf.read(shelf.place(recording.path)) is not None for recording in files) == 4


def test_a_recording_is_heard_in_pieces_as_in_one(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = 0.3 * bowed(330, 9.3)[::3].astype(np.float32)
    soundfile.write(tmp_path / "long.wav", sound, MEL_RATE, subtype="FLOAT")
    how = Listening(str(shared / "little.onnx"), hop=0.25)
    monkeypatch.setattr("engine.corpus.recordings._PIECE", 1.3)
    embedding, time = heard_in(tmp_path / "long.wav", how)
    whole = Vggish(shared / "little.onnx").embed(patches(log_mel(sound), 25))
    assert time == pytest.approx(0.25 * np.arange(len(time)))
    assert embedding == pytest.approx(whole, abs=1e-4)


def test_silence_and_a_single_sample_are_told(shared: Path, tmp_path: Path) -> None:
    how = Listening(str(shared / "little.onnx"))
    for name, sound in (("silence.wav", np.zeros(48_000)), ("one.wav", np.ones(1))):
        soundfile.write(tmp_path / name, sound, 16_000)
        with pytest.raises(BadFile, match=f"{name} is silent or shorter than a second"):
            heard_in(tmp_path / name, how)


def test_a_recording_that_changed_is_listened_to_again(place: Path, shared: Path) -> None:
    how = Listening(str(shared / "little.onnx"))
    shelf = Shelf(place / "shelf", how)
    path = place / "recordings" / "erhu" / "0.wav"
    before = shelf.place(path)
    assert Shelf(place / "shelf", Listening(how.network, hop=0.2)).place(path) != before
    soundfile.write(path, np.zeros(99), 16_000)
    assert shelf.place(path) != before
    shelf.folder.joinpath("bad.npz").write_bytes(b"PK")
    assert shelf.read(shelf.folder / "bad.npz") is None


def test_recordings_that_go_away_meanwhile_are_told_and_the_others_are_heard(place: Path, shared: Path) -> None:
    how = Listening(str(shared / "little.onnx"))
    shelf, files = Shelf(place / "shelf", how), recordings(place / "recordings")
    gone = next(recording.path for recording in files if recording.path.name == "1.wav")
    gone.unlink()
    said = {recording.path: why for recording, why in listen(files, shelf, how)}
    assert said[gone] == f"{gone}: No such file or directory"
    heard = [path for path, why in said.items() if not why]
    assert len(heard) == 3
    heard[0].unlink()
    assert len(np.unique(gathered(files, shelf).group)) == 2


def test_the_family_is_the_first_folder_else_the_file(place: Path) -> None:
    soundfile.write(place / "recordings" / "gong.wav", np.zeros(9), 16_000)
    (place / "recordings" / "notes.txt").write_text("not a sound")
    found = {(recording.path.name, recording.family) for recording in recordings(place / "recordings")}
    assert ("gong.wav", "gong") in found
    assert ("0.wav", "erhu") in found
    assert not any(name == "notes.txt" for name, _ in found)


def test_whole_recordings_are_held_out_where_there_are_enough() -> None:
    group, family = np.arange(100) // 5, np.repeat([0, 1], [95, 5])
    out = held_out(group, family)
    assert all(out[group == one].all() or not out[group == one].any() for one in range(19))
    assert 10 <= out[family == 0].sum() <= 20
    assert out[family == 1].sum() == 0  # five sounds are too few to keep one
    assert held_out(np.zeros(20), np.zeros(20, int)).tolist() == [False] * 17 + [True] * 3


def test_mistakes_are_told_before_anything_is_heard(place: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "empty").mkdir()
    with pytest.raises(BadFile, match="holds no recordings"):
        recordings(place / "empty")
    with pytest.raises(BadFile, match="there is no such folder"):
        recordings(place / "nowhere")
    for mistake, said in (
        ({"workers": 0}, "workers=0 must be 1 or more"),
        ({"hop": 0.0}, "hop=0 must be from 0.01 to 60 seconds"),
        ({"splice": 7}, "splice=7 must be 0, 15, 18 or 30"),
        ({"scheduler": "here"}, r"scheduler=here must be an address \(try tcp://here:8786\)"),
    ):
        with pytest.raises(BadSetting, match=said):
            _fit(place, shared, **mistake)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingDriver, match=r"pip install 'monochord\[fit\]', or --workers 1"):
        _fit(place, shared, workers=2)


def test_too_little_material_is_told_in_one_line(place: Path, shared: Path) -> None:
    with pytest.raises(BadFile, match="sounds were heard, a map needs 100"):
        _fit(place, shared, hop=2.0)
