"""The command line as a person meets it: what it prints, how it ends, what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.cli.typed import gathered
from engine.foundation import assets
from engine.frame import RATE, SIGNALS, Numbers
from engine.stage.scene import scene_names
from engine.stage.transition import transition_names

from ..listening.little_onnx import little_map, little_network

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `monochord ARGUMENTS` in a folder of its own, without a display and with a home that is empty."""

    def command(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config"), **environment}
        if "DISPLAY" not in environment:
            env.pop("DISPLAY", None)
            env.pop("WAYLAND_DISPLAY", None)
        env.setdefault("NUMBA_CACHE_DIR", os.environ.get("NUMBA_CACHE_DIR", ""))
        if not env["NUMBA_CACHE_DIR"]:
            env.pop("NUMBA_CACHE_DIR")
        return subprocess.run(
            [sys.executable, "-m", "engine", *map(str, arguments)],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return command


@pytest.mark.parametrize(
    "command",
    [
        "preview",
        "live",
        "render",
        "analyse",
        "share",
        "devices",
        "scenes",
        "doctor",
        "takeover",
        "latency",
        "soundcheck",
        "testcard",
    ],
)
def test_every_command_explains_itself_with_an_example(run: Run, command: str) -> None:
    shown = run(command, "--help", COLUMNS="200")
    assert shown.returncode == 0
    assert f"Example: monochord {command}" in shown.stdout


def test_bad_usage_is_exit_code_two(run: Run) -> None:
    assert run("analyse").returncode == 2
    assert run("preview", "--no-such-option").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["analyse", "none.wav", "--out", "o"], "none.wav: no such file"),
        (["preview", "none.wav", "--headless"], "none.wav: no such file"),
        (["render", "tone:440", "a.mp4", "--scene", "montains"], "did you mean mountains"),
        (["render", "tone:440", "nowhere/a.mp4"], "there is no folder nowhere"),
        (["render", "tone:440", "a.avi"], "must end in .mp4"),
        (["render", "tone:440", "a.mp4", "--size", "3x3"], "size"),
        (["render", "tone:440", "a.mp4", "--preset", "vertcal"], "did you mean vertical?"),
        (["render", "tone:440", "a.mp4", "--preset", "gif"], "must end in .gif"),
        (["render", "tone:440", "a.mp4", "--scene", "ink", "--workers", "2"], "builds on its own pictures"),
        (["testcard", "--out", "card.nothing"], "the card cannot be written"),
        (["preview", "tone:440", "--headless", "--osc", "nowhere"], "HOST:PORT"),
        (["preview", "tone:440", "--headless", "--size", "big"], "size=big must be WIDTHxHEIGHT"),
        (["preview", "tone:440", "--headless", "--channels", "left"], "channels=left must be numbers"),
        (["analyse", "tone:440", "--out", "o", "--channels", "1:Erhu"], "musician='Erhu' must be a name"),
        (["analyse", "tone:440", "--out", "o", "--channels", "1:erhu,2:drum"], "channels=2 is not there"),
        (["live", "--headless", "--show", "none.toml"], "show=none.toml"),
        (["analyse", "tone:440", "--out", "o", "--space", "mine"], "space=mine: there is no "),
        (["preview", "tone:440", "--headless", "--silent", "--space", "mine"], "space=mine: there is no "),
    ],
)
def test_a_users_mistake_is_one_line_and_exit_code_one(
    run: Run, arguments: list[str], said: str, tmp_path: Path
) -> None:
    ended = run(*arguments)
    assert ended.returncode == 1, ended.stderr
    assert said in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.glob("*.mp4"))


def test_analyse_writes_an_array_a_signal_and_a_summary(run: Run, sound_file: Callable, tmp_path: Path) -> None:
    clicks = np.zeros(2 * RATE, np.float32)
    clicks[[24_000, 60_000]] = 0.9
    path = sound_file("clicks.wav", clicks)
    ended = run("analyse", path, "--out", "numbers", "--no-report")
    assert ended.returncode == 0, ended.stderr
    with np.load(tmp_path / "numbers" / "frames.npz") as arrays:
        assert set(arrays) == {"time", *SIGNALS}
        hops = len(arrays["time"])
        for name, signal in SIGNALS.items():
            assert arrays[name].shape == ((hops, signal.size) if isinstance(signal, Numbers) else (hops,))
            assert np.isfinite(arrays[name]).all()
    summary = json.loads((tmp_path / "numbers" / "summary.json").read_text())
    assert summary["duration"] == pytest.approx(2.0)
    assert summary["onsets"] == pytest.approx([0.5, 1.25], abs=0.01)


def test_analyse_finds_places_on_the_map_that_is_named(run: Run, tmp_path: Path) -> None:
    little_map(tmp_path, little_network(tmp_path), "mine")
    ended = run("analyse", "tone:440", "--seconds", "2", "--out", "numbers", "--space", "mine", "--no-report")
    assert ended.returncode == 0, ended.stderr
    assert "stands still" not in ended.stderr
    with np.load(tmp_path / "numbers" / "frames.npz") as arrays:
        assert arrays["place.cube"].shape == (len(arrays["time"]), 3)
        assert arrays["place.confidence"][-1] > 0
        assert arrays["place.age"][60:].max() < 0.15


def test_analyse_says_what_the_ear_hears_each_patch_or_many_taken_as_one(run: Run, tmp_path: Path) -> None:
    for splice, count in (("0", 31), ("15", 1)):  # 30 s are 31 patches; 6 are trimmed at both ends, 4 are left over
        ended = run("analyse", "clicks:9", "--seconds", "30", "--out", "numbers", "--splice", splice, "--no-report")
        assert ended.returncode == 0, ended.stderr
        with np.load(tmp_path / "numbers" / "embedding.npz") as arrays:
            assert arrays["embedding"].shape == (count, 128)
            assert np.isfinite(arrays["embedding"]).all()
            assert (np.diff(arrays["time"]) > 0).all()
    refused = run("analyse", "clicks:9", "--out", "numbers", "--splice", "16")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "splice=16 must be 0, 15, 18 or 30" in refused.stderr


def test_one_bad_file_does_not_end_the_batch(run: Run, sound_file: Callable, tmp_path: Path) -> None:
    good = sound_file("good.wav", np.zeros(4800, np.float32))
    bad = tmp_path / "bad.wav"
    bad.write_text("no sound")
    ended = run("analyse", bad, good, "--out", "numbers", "--no-report")
    assert ended.returncode == 1
    assert "bad.wav" in ended.stderr
    assert (tmp_path / "numbers" / "good" / "summary.json").exists()
    assert not (tmp_path / "numbers" / "bad").exists()


def test_scenes_lists_every_scene_with_what_moves_it(run: Run) -> None:
    listed = json.loads(run("scenes", "--json").stdout)
    assert set(listed["scenes"]) == set(scene_names())
    assert "texture.fractal" in listed["scenes"]["mountains"]["signals"]
    assert list(listed["transitions"]) == transition_names()
    assert all(listed["transitions"].values())


def test_without_portaudio_a_recording_is_played_silently_and_a_stage_says_what_to_install(
    run: Run, tmp_path: Path
) -> None:
    # A sounddevice that finds no library raises OSError when it is imported.
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    ended = run("live", "--headless", "--seconds", "1", PYTHONPATH=str(tmp_path))
    assert ended.returncode == 3, ended.stderr
    assert "apt-get install libportaudio2" in ended.stderr
    ended = run(
        "preview", "tone:440", "--headless", "--seconds", "0.5", "--scene", "fallback", PYTHONPATH=str(tmp_path)
    )
    assert ended.returncode == 0, ended.stderr
    assert "playing silently" in ended.stderr
    ended = run("devices", PYTHONPATH=str(tmp_path))
    assert ended.returncode == 3
    assert "libportaudio2" in ended.stderr


@pytest.mark.jack
def test_a_device_that_is_not_there_is_refused_with_the_nearest_name(run: Run, jack_server: object) -> None:
    ended = run("live", "--headless", "--device", "sistem")
    assert ended.returncode == 1, ended.stderr
    assert "device=sistem" in ended.stderr
    assert "did you mean system" in ended.stderr


@pytest.mark.jack
def test_a_device_is_chosen_for_good_by_its_name(run: Run, jack_server: object, tmp_path: Path) -> None:
    ended = run("devices", "--use", "system")
    assert ended.returncode == 0, ended.stderr
    saved = next((tmp_path / "config").rglob("show.toml"))
    assert 'device = "system, JACK Audio Connection Kit"' in saved.read_text()
    listed = json.loads(run("devices", "--json").stdout)
    assert any(device["name"] == "system" and device["inputs"] == 2 for device in listed["sound"])


@pytest.mark.gl
def test_doctor_names_what_works_and_what_is_missing(run: Run) -> None:
    ended = run("doctor", "--json")
    findings = json.loads(ended.stdout)
    assert findings["senses"]["ok"]
    assert findings["graphics"]["ok"]
    assert "a place costs" in findings["ear"]["text"] or "there is no" in findings["ear"]["text"]
    assert not findings["screen"]["ok"]
    assert "xvfb" in findings["screen"]["text"]
    assert ended.returncode == 0


@pytest.mark.gl
@pytest.mark.slow
def test_doctor_walks_through_a_show_and_its_last_line_says_whether_it_is_ready(run: Run, tmp_path: Path) -> None:
    show = tmp_path / "show.toml"
    small = 'scene = "strings"\nscenes = ["strings"]\n[stage]\nsize = [64, 36]\n'
    show.write_text(small + '[[osc]]\nto = "no.such.host.invalid:9101"\n')
    ended = run("doctor", "--show", show, "--file", "tone:440", "--headless")
    assert ended.returncode == 1
    last = ended.stdout.splitlines()[-1]
    assert last.startswith("NOT READY: ")
    assert "osc: no.such.host.invalid:9101:generic is an unknown host" in last
    show.write_text(small)
    ended = run("doctor", "--show", show, "--file", "tone:440", "--headless", "--json")
    assert ended.returncode == 0
    told = json.loads(ended.stdout)
    assert told["ready"]
    assert {"name": "models", "ok": True} in [{key: one[key] for key in ("name", "ok")} for one in told["show"]]
    show.write_text("scene = [")
    ended = run("doctor", "--show", show)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("monochord: ")


@pytest.mark.gl
@pytest.mark.slow
def test_preview_without_a_screen_leaves_a_clip_and_a_contact_sheet_and_says_so(run: Run, tmp_path: Path) -> None:
    ended = run("preview", assets.RECORDING, "--seconds", "2", "--size", "160x90", "--fps", "10")
    assert ended.returncode == 0, ended.stderr
    assert "there is no screen" in ended.stderr
    assert (tmp_path / "out" / "mountains.mp4").stat().st_size > 10_000
    assert (tmp_path / "out" / "sheet.png").stat().st_size > 10_000
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["mountains.mp4", "sheet.png"]


@pytest.mark.gl
@pytest.mark.slow
def test_the_same_take_gives_the_same_film(run: Run, tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        ended = run(
            "render", "clicks:3", name, "--scene", "strings", "--size", "160x90", "--fps", "12", "--seconds", "1"
        )
        assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.gl
@pytest.mark.slow
def test_a_render_that_is_killed_leaves_no_film_and_a_gif_is_one(run: Run, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "engine", "render", "tone:440", "a.mp4", "--scene", "fallback", "--seconds", "60"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as render:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob(".a.*.part.mp4")):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        render.terminate()
        assert render.wait(20) == 128 + 15
    assert not list(tmp_path.iterdir())
    ended = run("render", "tone:440", "a.gif", "--scene", "fallback", "--seconds", "0.5", "--size", "64x36")
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "a.gif").read_bytes().startswith(b"GIF89a")


@pytest.mark.parametrize("typed", [["1:string,2:drum"], ["1:string", "2:drum"], ["1:string 2:drum"]])
def test_musicians_are_named_after_their_channels_with_commas_or_spaces(
    run: Run, sound_file: Callable, tmp_path: Path, typed: list[str]
) -> None:
    clicks = np.zeros((RATE, 2), np.float32)
    clicks[24_000, 0] = clicks[36_000, 1] = 0.9
    path = sound_file("duo.wav", clicks)
    ended = run("analyse", "--no-report", "--out", "numbers", "--channels", *typed, path)
    assert ended.returncode == 0, ended.stderr
    assert "2 onsets (string 1, drum 1)" in ended.stdout
    summary = json.loads((tmp_path / "numbers" / "summary.json").read_text())
    assert summary["musicians"]["string"]["onsets"] == pytest.approx([0.5], abs=0.01)
    assert summary["musicians"]["drum"]["onsets"] == pytest.approx([0.75], abs=0.01)


def test_only_musicians_right_after_channels_are_gathered() -> None:
    assert gathered(["--channels", "1:a", "2:b", "2:b.wav", "3:c"]) == ["--channels", "1:a,2:b", "2:b.wav", "3:c"]
    assert gathered(["1:a", "2:b"]) == ["1:a", "2:b"]
    assert gathered(["--channels", "1", "tune.wav"]) == ["--channels", "1", "tune.wav"]
    assert gathered([]) == []


def test_scenes_are_drawn_against_silence_and_music(run: Run) -> None:
    files = ("clicks:2", "tone:220", "--seconds", "1", "--size", "64x36")
    drawn = run("scenes", *files, "--scene", "fallback", "--palette", "storm", "--sheet", "one.png")
    if drawn.returncode == 3:
        pytest.skip(drawn.stderr.strip())
    assert (drawn.returncode, drawn.stdout) == (0, "one.png\n")
    assert run("scenes", *files, "--scene", "fallback", "--scene", "strings", "--sheet", "o").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tone:440"], "tone:440: what shall be done with it? (add --sheet OUT or --judge)"),
        (["--sheet", "o", "--scene", "inkk"], "scene='inkk' is none (did you mean ink"),
        (["--sheet", "o", "--scene", "ink", "--palette", "strm"], "palette='strm' is none (did you mean storm"),
        (["--sheet", "o", "--scene", "ink", "none.wav"], "none.wav: no such file"),
        (["--sheet", "o", "--music", "druming"], "music='druming' is none (did you mean drummed?)"),
        (["--sheet", "o", "--size", "big"], "size=big must be WIDTHxHEIGHT"),
    ],
)
def test_what_scenes_cannot_draw_is_one_line(run: Run, arguments: list[str], said: str) -> None:
    shown = run("scenes", *arguments)
    assert shown.returncode == 1
    assert said in shown.stderr
    assert len(shown.stderr.strip().splitlines()) == 1
