"""Rehearsal: the film shows what the show would have shown, and the same sound gives the same frames."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from engine import rehearsal
from engine.audio.hearing_settings import HearingSettings
from engine.errors import BadFile, BadScene, BadSetting, MissingDriver
from engine.frame import HOP, RATE
from engine.rehearsal import Rehearsal, pictures, render
from engine.stage import gpu
from engine.stage.film import Film
from engine.timing.cues import read_cues
from engine.timing.wandering import Wandering

from .conftest import PLAYING, SoundFile
from .listening.little_onnx import little_map, little_network

SIZE = (64, 36)
FPS = 30
CLICKS = HearingSettings(source="clicks:2")
FLASH = """/*{"INPUTS": [{"NAME": "loud", "TYPE": "float"}]}*/
void main() { gl_FragColor = vec4(vec3(step(0.5, loud)), 1.0); }
"""
DRIFT = """/*{
    "INPUTS": [{"NAME": "loud", "TYPE": "float"}, {"NAME": "tones", "TYPE": "audioFFT"}],
    "PASSES": [{"TARGET": "before", "PERSISTENT": true, "FLOAT": true}, {}]
}*/
void main() {
    vec4 new = vec4(isf_FragNormCoord, loud, 1.0) * (0.5 + 0.5 * sin(3.0 * TIME));
    if (PASSINDEX == 0) gl_FragColor = mix(IMG_THIS_PIXEL(before), new + IMG_THIS_PIXEL(tones), 0.2);
    else gl_FragColor = IMG_THIS_PIXEL(before);
}
"""


@pytest.fixture(scope="session")
def driver() -> None:
    """Skips where no graphics driver is installed."""
    try:
        gpu.headless().release()
    except MissingDriver as reason:
        pytest.skip(str(reason))


def scene(folder: Path, code: str) -> str:
    (folder / "a.fs").write_text(code)
    path = folder / "a.toml"
    path.write_text('shader = "a.fs"\n[bind.loud]\nsignal = "sound.peak"\nfrom = [-40, 0]\n')
    return str(path)


def film(hearing: HearingSettings, shown: str, path: Path, **more: object) -> list[np.ndarray]:
    settings: dict[str, object] = {"size": SIZE, "fps": FPS, "seconds": 2.0, **more}
    return render(hearing, shown, path, **settings)  # type: ignore[arg-type]  # settings of every kind


def decoded(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The pictures (n, height, width, 3) and the sound (n, channels) of a film whose first sample is at 0 s."""
    import av

    seen, heard = [], []
    with av.open(str(path)) as container:
        for frame in container.decode(*container.streams):
            if isinstance(frame, av.VideoFrame):
                seen.append(frame.to_ndarray(format="rgb24"))
            else:
                assert heard or frame.time == 0.0
                heard.append(frame.to_ndarray().T)
    return np.stack(seen), np.concatenate(heard)


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
@pytest.mark.parametrize("fps", [24, 30, 60])
def test_a_flash_and_its_click_are_within_one_picture(tmp_path: Path, fps: int) -> None:
    film(CLICKS, scene(tmp_path, FLASH), tmp_path / "a.mp4", fps=fps)
    seen, heard = decoded(tmp_path / "a.mp4")
    assert len(seen) == 2 * fps
    bright = seen.mean(axis=(1, 2, 3)) > 128
    flashes = np.flatnonzero(bright & ~np.concatenate([[False], bright[:-1]])) / fps
    loud = np.flatnonzero(np.abs(heard[:, 0]) > 0.3) / RATE
    clicks = loud[np.diff(loud, prepend=-1.0) > 0.1]
    assert clicks == pytest.approx([0.5, 1.0, 1.5], abs=1e-3)
    assert flashes == pytest.approx(clicks, abs=1 / fps + 1e-3)


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_the_same_sound_gives_the_same_film_byte_for_byte(tmp_path: Path) -> None:
    shown = scene(tmp_path, DRIFT)
    for name in ("a.mp4", "b.mp4"):
        film(CLICKS, shown, tmp_path / name)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_stills_are_pictures_of_the_film(tmp_path: Path) -> None:
    shown, moments = scene(tmp_path, DRIFT), [0.0, 0.5, 1.3, 1.3]
    found = film(CLICKS, shown, tmp_path / "a.mp4", stills_at=moments)
    assert len(found) == 4
    seen, _ = decoded(tmp_path / "a.mp4")
    for second, still in zip(moments, found, strict=True):
        away = np.abs(seen[round(second * FPS)].astype(int) - still[:, :, :3])
        assert away.mean() < 4  # what the encoder makes of it; the next picture differs by more
    assert not np.array_equal(found[1], found[2])
    assert np.array_equal(found[2], found[3])


def test_delay_holds_the_pictures_back_by_exactly_that_many_hops_and_the_sound_not_at_all() -> None:
    now = list(pictures(Rehearsal(CLICKS, 1.0), FPS))
    for hops in (1, 9, 40):
        later = list(pictures(Rehearsal(CLICKS, 1.0), FPS, delay=hops * HOP / RATE))
        assert len(later) == len(now)
        for one, other in zip(now, later, strict=True):
            assert other.moment.row[0] == max(one.moment.row[0] - hops, -1)
            assert other.moment.time == one.moment.time
            assert np.array_equal(other.sound, one.sound)


def test_a_delayed_picture_has_the_sound_of_its_own_frame_for_shaders() -> None:
    hops = 9
    now, later = (list(pictures(Rehearsal(CLICKS, 1.0), RATE / HOP, delay=late * HOP / RATE)) for late in (0, hops))
    for one, other in zip(now, later[hops:], strict=False):
        assert np.array_equal(one.moment.row, other.moment.row)
        assert np.array_equal(one.moment.samples, other.moment.samples)


@pytest.mark.parametrize("fps", [24.0, 29.97, 60.0, 240.0])
def test_the_sound_of_all_pictures_is_the_sound_of_the_recording(sound_file: SoundFile, fps: float) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, RATE).astype(np.float32)
    hearing = HearingSettings(source=str(sound_file("a.wav", noise, subtype="FLOAT")))
    whole = np.concatenate([picture.sound for picture in pictures(Rehearsal(hearing), fps)])
    assert np.array_equal(whole[:RATE, 0], noise[: len(whole)])
    assert abs(len(whole) - RATE) <= RATE / fps


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_an_exception_in_mid_render_leaves_no_film(tmp_path: Path) -> None:
    shown = scene(tmp_path, DRIFT)
    (tmp_path / "old.mp4").write_bytes(b"the old film")
    before = sorted(tmp_path.iterdir())

    def give_up(share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    for name in ("new.mp4", "old.mp4"):
        with pytest.raises(KeyboardInterrupt):
            film(CLICKS, shown, tmp_path / name, progress=give_up)
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "old.mp4").read_bytes() == b"the old film"


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_a_disk_that_fills_up_in_mid_render_is_one_line_and_leaves_no_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = scene(tmp_path, DRIFT)
    before = sorted(tmp_path.iterdir())
    encode, room = Film._encode_one, [20]

    def encoded(self: Film, item: object) -> None:
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        encode(self, item)

    monkeypatch.setattr(Film, "_encode_one", encoded)
    with pytest.raises(BadFile, match=r"a\.mp4: the film cannot be written: No space left on device") as caught:
        film(CLICKS, shown, tmp_path / "a.mp4")
    assert "\n" not in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


def test_what_cannot_be_filmed_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    shown = scene(tmp_path, FLASH)
    with pytest.raises(BadSetting, match=r"there is no folder .*absent \(make it first\)"):
        film(CLICKS, shown, tmp_path / "absent" / "a.mp4")
    with pytest.raises(BadScene, match="is none"):
        film(CLICKS, "montains", tmp_path / "a.mp4")
    with pytest.raises(BadFile, match="no such file"):
        film(HearingSettings(source=str(tmp_path / "a.wav")), shown, tmp_path / "a.mp4")
    assert not list(tmp_path.glob("*.mp4"))


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_a_scene_that_follows_the_drum_does_not_see_the_string(duo: str, tmp_path: Path) -> None:
    shown = scene(tmp_path, FLASH)
    (tmp_path / "a.toml").write_text('shader = "a.fs"\n[bind.loud]\nsignal = "drum.sound.peak"\nfrom = [-40, 0]\n')
    moments = [0.0, 0.35, 0.63, 0.93, 1.23, 1.53]
    found = film(HearingSettings(duo, **PLAYING), shown, tmp_path / "a.mp4", stills_at=moments)
    assert [int(still[0, 0, 0]) for still in found] == [0, 0, 255, 0, 255, 0]
    with pytest.raises(BadScene, match="there is no musician drum in this show"):
        film(HearingSettings(duo), shown, tmp_path / "b.mp4")


def test_moments_are_spread_within_the_recording() -> None:
    moments = rehearsal.spread(60.0, 6)
    assert len(moments) == 6
    assert moments == sorted(moments)
    assert moments[0] > 0.0
    assert moments[-1] < 60.0


def test_the_same_sound_has_the_same_places_bit_for_bit_after_a_fixed_lag(tmp_path: Path) -> None:
    space = str(little_map(tmp_path, little_network(tmp_path)))
    hearing = HearingSettings(source="clicks:2", space=space)
    one, other = ([bytes(frame) for _, frame in Rehearsal(hearing, 2.0)] for _ in range(2))
    assert one == other
    ages = np.array([frame.place.age for _, frame in Rehearsal(HearingSettings("tone:440", space=space), 2.0)])
    assert ages[40:].max() < 0.125


def test_a_rehearsal_says_that_there_is_no_map_and_no_sense_of_mood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.foundation.assets.MODELS", tmp_path)
    place, mood = Rehearsal(CLICKS, 0.1).remarks
    assert "stands still" in place
    assert "stays neutral" in mood
    with pytest.raises(BadFile, match="space=mine"):
        Rehearsal(HearingSettings(source="clicks:2", space="mine"))


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_cues_change_the_scene_in_a_film_and_the_same_ones_give_the_same_film(tmp_path: Path) -> None:
    (tmp_path / "white.fs").write_text("/*{}*/ void main() { gl_FragColor = vec4(1.0); }")
    (tmp_path / "black.fs").write_text("/*{}*/ void main() { gl_FragColor = vec4(0.0, 0.0, 0.0, 1.0); }")
    cues = read_cues(
        [
            {"scene": str(tmp_path / "white.fs"), "at": 0.5, "transition": "bleed", "seconds": 0.4},
            {"scene": str(tmp_path / "black.fs"), "onsets": 2},
            {"scene": str(tmp_path / "white.fs"), "key": "1"},
        ]
    )
    for name in ("a.mp4", "b.mp4"):
        film(CLICKS, str(tmp_path / "black.fs"), tmp_path / name, cues=cues, flash_limiter=False)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    light = decoded(tmp_path / "a.mp4")[0].mean(axis=(1, 2, 3))
    assert light[: FPS // 2 - 1].max() < 5
    assert 20 < light[round(0.7 * FPS)] < 235
    assert light[round(0.95 * FPS)] > 250
    assert light[round(1.2 * FPS) :].max() < 5


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_a_show_that_wanders_changes_in_a_film_too_and_the_same_file_gives_the_same_film(tmp_path: Path) -> None:
    (tmp_path / "white.fs").write_text("/*{}*/ void main() { gl_FragColor = vec4(1.0); }")
    (tmp_path / "black.fs").write_text("/*{}*/ void main() { gl_FragColor = vec4(0.0, 0.0, 0.0, 1.0); }")
    black, white = str(tmp_path / "black.fs"), str(tmp_path / "white.fs")
    wander = Wandering((black, white), (1.0, 1.1), on="rhythm.onsets")
    for name in ("a.mp4", "b.mp4"):
        film(CLICKS, black, tmp_path / name, wander=wander, seconds=2.0, flash_limiter=False)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    light = decoded(tmp_path / "a.mp4")[0].mean(axis=(1, 2, 3))
    assert light[:FPS].max() < 5
    assert light[-5:].min() > 250


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_a_palette_that_is_pinned_is_worn_in_a_film(tmp_path: Path) -> None:
    ground = '/*{"INPUTS": [{"NAME": "ground", "TYPE": "color"}]}*/ void main() { gl_FragColor = ground; }'
    (tmp_path / "ground.fs").write_text(ground)
    (still,) = film(CLICKS, str(tmp_path / "ground.fs"), tmp_path / "a.mp4", palette="xuan", stills_at=[0.5])
    assert tuple(still[0, 0, :3]) == (0xF1, 0xE9, 0xDA)
