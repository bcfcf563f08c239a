"""Excerpts: what is drawn of a show that was heard once is what its film shows, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.audio.hearing_settings import HearingSettings
from engine.errors import BadScene, MissingDriver
from engine.films.excerpts import Excerpts
from engine.frame import HOP, RATE
from engine.rehearsal import Rehearsal, pictures, render
from engine.stage import gpu
from engine.stage.drawing import Moment
from engine.stage.history import MOST_HOPS
from engine.stage.scene import load_scene

SIZE = (64, 36)
FPS = 30.0
CLICKS = HearingSettings(source="clicks:2")
REMEMBERS = """/*{
    "INPUTS": [{"NAME": "loud", "TYPE": "float"}, {"NAME": "tones", "TYPE": "audioFFT"}],
    "PASSES": [{"TARGET": "before", "PERSISTENT": true, "FLOAT": true}, {}]
}*/
void main() {
    if (PASSINDEX == 0) gl_FragColor = mix(IMG_THIS_PIXEL(before), vec4(loud) + IMG_THIS_PIXEL(tones), 0.2);
    else gl_FragColor = vec4(IMG_THIS_PIXEL(before).rgb, 1.0);
}
"""
HEARD = """/*{"INPUTS": [{"NAME": "spectrogram", "TYPE": "image"}, {"NAME": "levelTrail", "TYPE": "image"}]}*/
void main() { gl_FragColor = vec4(vec3(IMG_THIS_PIXEL(spectrogram).r + IMG_THIS_PIXEL(levelTrail).rgb) * 0.2, 1.0); }
"""


@pytest.fixture
def driver() -> None:
    """Skips where no graphics driver is installed."""
    try:
        gpu.release(gpu.headless())
    except MissingDriver as reason:
        pytest.skip(str(reason))


def scene(folder: Path, code: str) -> str:
    (folder / "a.fs").write_text(code)
    path = folder / "a.toml"
    bound = '[bind.loud]\nsignal = "sound.peak"\nfrom = [-40, 0]\n' if "loud" in code else ""
    path.write_text(f'shader = "a.fs"\n{bound}')
    return str(path)


def of_a_film(shown: str, moments: list[float], lead: float, path: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The stills of a film, and the same from excerpts of its show."""
    excerpts = Excerpts(moments, FPS, lead)
    film = render(CLICKS, shown, path, size=SIZE, fps=FPS, seconds=2.5, stills_at=moments, watch=excerpts.step)
    return zip(film, excerpts.stills(load_scene(shown), SIZE), strict=True)


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_a_scene_that_is_drawn_from_the_beginning_on_looks_as_in_its_film(tmp_path: Path) -> None:
    moments = [0.0, 0.5, 1.3, 1.3]
    for one, other in of_a_film(scene(tmp_path, REMEMBERS), moments, lead=9.0, path=tmp_path / "a.mp4"):
        assert np.array_equal(one, other)


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_a_scene_that_shows_what_was_heard_sees_also_what_lies_before_the_excerpt(tmp_path: Path) -> None:
    found = list(of_a_film(scene(tmp_path, HEARD), [1.1, 2.2], lead=0.1, path=tmp_path / "a.mp4"))
    assert all(np.array_equal(one, other) for one, other in found)
    assert np.count_nonzero(found[1][0][:, :, :3].max(axis=(0, 2)) > 8) >= 2  # clicks, the first of them long before


def test_of_a_long_recording_no_more_is_kept_than_leads_up_to_what_is_wanted() -> None:
    shown = next(pictures(Rehearsal(CLICKS, 0.1), FPS)).moment
    excerpts = Excerpts([100.0], FPS, lead=0.1)
    hops = round(RATE / HOP / FPS)
    for count in range(round(101 * FPS)):
        rows = np.repeat(shown.row[np.newaxis], hops, axis=0)
        rows[:, 0] = hops * count + np.arange(hops)
        excerpts.step(Moment(row=rows[-1], samples=shown.samples, time=count / FPS, rows=rows))
        assert len(excerpts._heard) <= MOST_HOPS // hops + 2
    assert [count for count, _ in excerpts._kept] == [2997, 2998, 2999, 3000]
    first = excerpts._kept[0][1]
    assert np.array_equal(first.rows[:, 0], hops * 2997 + hops - 1 - np.arange(MOST_HOPS)[::-1])
    assert len(first.samples) >= MOST_HOPS * HOP


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_a_scene_that_cannot_be_drawn_is_said(tmp_path: Path) -> None:
    excerpts = Excerpts([0.1], FPS)
    for picture in pictures(Rehearsal(CLICKS, 0.3), FPS):
        excerpts.step(picture.moment)
    with pytest.raises(BadScene, match=r"a\.fs:2"):
        excerpts.stills(load_scene(scene(tmp_path, "/*{}*/\nvoid main() { nothing }")), SIZE)
