"""Films, checked by decoding them again."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadFile, BadSetting, MissingDriver
from engine.frame import RATE
from engine.stage.film import PRESETS, Film, open_film

SIZE = (160, 90)
FPS = 60
HOP = RATE // FPS


def blank(level: int = 0) -> np.ndarray:
    return np.full((SIZE[1], SIZE[0], 4), level, np.uint8)


def decoded(path: Path) -> tuple[list[tuple[float, np.ndarray]], np.ndarray, float]:
    """Pictures with their times, the sound (n, channels), and the time of its first sample."""
    import av

    pictures, sound, start = [], [], 0.0
    with av.open(str(path)) as container:
        for frame in container.decode(*container.streams):
            if isinstance(frame, av.VideoFrame):
                pictures.append((float(frame.time), frame.to_ndarray(format="rgb24")))
            else:
                start = float(frame.time) if not sound else start
                sound.append(frame.to_ndarray().T)
    return pictures, np.concatenate(sound) if sound else np.zeros((0, 0)), start


def write_click_and_flash(path: Path, at: int, pictures: int) -> None:
    with Film(path, SIZE, FPS) as film:
        for number in range(pictures):
            film.picture(blank(255 if number == at else 0))
            samples = np.zeros((HOP, 2), np.float32)
            samples[:4] = 0.9 if number == at else 0.0
            film.sound(samples)


@pytest.mark.parametrize(("at", "pictures"), [(0, 60), (30, 60), (59, 60), (100, 180)])
def test_a_click_and_a_flash_stay_together(tmp_path: Path, at: int, pictures: int) -> None:
    write_click_and_flash(tmp_path / "a.mp4", at, pictures)
    seen, sound, start = decoded(tmp_path / "a.mp4")
    flash = next(time for time, picture in seen if picture.mean() > 128)
    click = start + int(np.abs(sound[:, 0]).argmax()) / RATE
    assert flash == pytest.approx(at / FPS, abs=1e-3)
    assert click == pytest.approx(at / FPS, abs=1e-3)


def test_a_film_has_every_picture_and_every_sample(tmp_path: Path) -> None:
    write_click_and_flash(tmp_path / "a.mp4", 3, 61)
    seen, sound, start = decoded(tmp_path / "a.mp4")
    assert [round(time * FPS) for time, _ in seen] == list(range(61))
    assert start == 0.0
    assert 61 * HOP <= len(sound) < 61 * HOP + 2048


def test_colours_and_the_way_up_survive(tmp_path: Path) -> None:
    picture = blank()
    picture[:45] = [200, 30, 40, 0]
    picture[45:] = [20, 60, 180, 255]
    with Film(tmp_path / "a.mp4", SIZE, 25, channels=0) as film:
        for _ in range(5):
            film.picture(picture[::-1][::-1])
    seen, sound, _ = decoded(tmp_path / "a.mp4")
    assert len(sound) == 0
    assert np.abs(seen[-1][1][20, 80].astype(int) - [200, 30, 40]).max() <= 6
    assert np.abs(seen[-1][1][70, 80].astype(int) - [20, 60, 180]).max() <= 6


def test_a_film_says_what_its_colours_are_and_can_begin_before_it_is_loaded(tmp_path: Path) -> None:
    import av

    write_click_and_flash(tmp_path / "a.mp4", 3, 10)
    with av.open(str(tmp_path / "a.mp4")) as container:
        video, audio = container.streams.video[0].codec_context, container.streams.audio[0].codec_context
        assert (video.name, video.pix_fmt, audio.name, audio.rate) == ("h264", "yuv420p", "aac", RATE)
        assert (int(video.colorspace), int(video.color_range), int(video.color_primaries)) == (1, 1, 1)
    data = (tmp_path / "a.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_same_pictures_and_sound_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        write_click_and_flash(tmp_path / name, 5, 40)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.parametrize("size", [(64, 48), (112, 64), (128, 72)])
def test_the_smallest_films_are_the_same_bytes_too(tmp_path: Path, size: tuple[int, int]) -> None:
    width, height = size
    rng = np.random.default_rng(0)
    blocks = np.kron(rng.integers(0, 255, (height // 8, width // 8, 4)), np.ones((8, 8, 1))).astype(np.uint8)
    films = set()
    for _ in range(8):
        with Film(tmp_path / "a.mp4", size, 30, channels=0) as film:
            for number in range(40):
                bright = 0.5 + 0.5 * np.sin(0.4 * number)
                film.picture((np.roll(blocks, (3 * number, 5 * number), (0, 1)) * bright).astype(np.uint8))
        films.add((tmp_path / "a.mp4").read_bytes())
    assert len(films) == 1


def test_sound_may_come_in_any_pieces_in_mono_and_with_holes(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    tone = (0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.float32)[:, np.newaxis]
    holes = tone.copy()
    holes[1000:1010] = np.nan
    with Film(tmp_path / "a.mp4", SIZE, FPS, channels=1) as film:
        for piece in np.split(holes, np.sort(rng.integers(0, RATE, 50))):
            film.sound(piece)
        for _ in range(60):
            film.picture(blank())
    _, sound, _ = decoded(tmp_path / "a.mp4")
    assert sound.shape[1] == 1
    assert np.sqrt(np.mean(sound[2000:40_000] ** 2)) == pytest.approx(0.5 / 2**0.5, rel=0.02)


def test_a_film_without_a_picture_is_still_a_file_or_one_line(tmp_path: Path) -> None:
    try:
        with Film(tmp_path / "a.mp4", SIZE, FPS):
            pass
    except BadFile:
        assert not list(tmp_path.iterdir())


def test_an_exception_leaves_nothing_behind_and_the_old_film_stands(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"the old film")

    def record() -> None:
        with Film(tmp_path / "a.mp4", SIZE, FPS) as film:
            film.picture(blank())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record()
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_bytes() == b"the old film"
    assert not any(thread.name == "film" for thread in threading.enumerate())


@pytest.mark.parametrize("moment", ["_add_streams", "_finish"])
def test_a_signal_while_the_file_is_opened_or_finished_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def leave(*_: object) -> None:
        raise SystemExit(143)

    monkeypatch.setattr(Film, moment, leave)
    with pytest.raises(SystemExit), Film(tmp_path / "a.mp4", SIZE, FPS) as film:
        film.picture(blank())
    assert not list(tmp_path.iterdir())
    assert not any(thread.name == "film" for thread in threading.enumerate())


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def record() -> None:
        with Film(tmp_path / "a.mp4", SIZE, FPS) as film:
            monkeypatch.setattr(film, "_encode_one", full)
            for _ in range(20):
                film.picture(blank())
                film.sound(np.zeros((HOP, 2), np.float32))

    with pytest.raises(BadFile, match=r"a\.mp4: the film cannot be written: No space left on device"):
        record()
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_a_disk_that_fills_up_while_the_file_is_finished_is_one_line_too(tmp_path: Path) -> None:
    # A limit on the size of files stands in for a small disk: what av flushes at the end no longer fits.
    code = """
import resource, signal, sys, numpy as np
from pathlib import Path
from engine.errors import BadFile
from engine.stage.film import PRESETS, Film, open_film
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
noise = np.random.default_rng(0).integers(0, 255, (90, 160, 4), np.uint8)
try:
    with Film(Path(sys.argv[1]), (160, 90), 60) as film:
        for n in range(30):
            film.picture(np.roll(noise, n * 7, axis=0))
            film.sound(np.zeros((800, 2), np.float32))
except BadFile as refusal:
    print(refusal)
"""
    for room in (1000, 70_000):
        said = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "a.mp4"), str(room)],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            timeout=60,
        )
        assert "a.mp4: the film cannot be written: File too large" in said.stdout, said
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "more"),
    [
        (r"size=161x90 of a film must be even, 2 to 8192 \(try 162x90\)", {"size": (161, 90)}),
        ("size=0x90", {"size": (0, 90)}),
        ("fps=0 of a film must be 1 to 240", {"fps": 0}),
        ("channels=3 of a film must be 0, 1 or 2", {"channels": 3}),
        (r"must end in \.mp4 or \.gif \(try .*a\.mp4\)", {"name": "a.avi"}),
    ],
)
def test_what_no_film_can_be_is_refused_at_once(tmp_path: Path, words: str, more: dict[str, object]) -> None:
    with pytest.raises(BadSetting, match=words):
        Film(tmp_path / str(more.pop("name", "a.mp4")), **{"size": SIZE, **more})  # type: ignore[arg-type]  # options of every kind


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"absent/a\.mp4: the film cannot be written: No such file"):
        Film(tmp_path / "absent/a.mp4", SIZE, FPS).__enter__()


def test_a_picture_of_another_size_is_a_bug(tmp_path: Path) -> None:
    with Film(tmp_path / "a.mp4", SIZE, FPS) as film:
        film.picture(blank())
        with pytest.raises(ValueError, match=r"is \(90, 160, 4\) uint8"):
            film.picture(np.zeros((90, 160, 3), np.uint8))
        with pytest.raises(ValueError, match=r"is \(n, 2\)"):
            film.sound(np.zeros((10, 1), np.float32))


def test_without_av_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingDriver, match="pip install av"):
        Film(tmp_path / "a.mp4", SIZE, FPS).__enter__()


def test_a_gif_holds_every_picture_for_its_time_and_is_the_same_bytes_again(tmp_path: Path) -> None:
    import av

    for name in ("a.gif", "b.gif"):
        with open_film(tmp_path / name, SIZE, 20) as film:
            for number in range(12):
                picture = blank(20 * number)
                picture[:, :80, 0] = 255
                film.picture(picture)
                film.sound(np.zeros((HOP, 2), np.float32))
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()
    with av.open(str(tmp_path / "a.gif")) as container:
        seen = [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    assert [time for time, _ in seen] == pytest.approx(np.arange(12) / 20)
    for number, (_, picture) in enumerate(seen):
        assert np.abs(picture[45, 20].astype(int) - [255, 20 * number, 20 * number]).max() <= 2
        assert np.abs(picture[45, 120].astype(int) - 20 * number).max() <= 2


def test_a_rate_that_a_gif_cannot_keep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"fps=60 of a GIF must divide 100, at most 50 \(try 20 or 25\)"):
        open_film(tmp_path / "a.gif", SIZE, 60)


def test_every_preset_is_a_film(tmp_path: Path) -> None:
    for name, (size, fps) in PRESETS.items():
        made = open_film(tmp_path / ("a.gif" if name == "gif" else "a.mp4"), size, fps)
        assert (made.size, made.fps) == (size, fps)


def test_what_a_killed_render_has_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".a.{dead.pid}.part.mp4").touch()
    living = tmp_path / f".a.{os.getppid()}.part.mp4"
    living.touch()
    write_click_and_flash(tmp_path / "a.mp4", 1, 5)
    assert sorted(tmp_path.iterdir()) == sorted([living, tmp_path / "a.mp4"])


def test_av_is_not_imported_before_a_film_is_made() -> None:
    code = "import sys, engine.stage.film, engine.stage.render; assert 'av' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
