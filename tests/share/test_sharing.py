"""Sharing: the record comes first, everything is made from it and can be made from it again, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.audio.hearing_settings import HearingSettings
from engine.errors import BadFile, BadSetting
from engine.frame import RATE
from engine.rehearsal import Progress, Rehearsal, render
from engine.replay.programme import changed_since, hashes
from engine.settings import Settings, said_by, settings
from engine.share import films, sharing
from engine.share.films import Format, formats
from engine.share.sharing import Wish, share
from engine.share.story import story_of
from engine.stage import gpu
from engine.takes.take import Take, TakeWriter, show_in

from ..conftest import SoundFile
from ..features.sounds import gain, placed, plucked

TINY = Format("landscape", (160, 90), 10.0)
STORY = story_of({"title": "Test", "captions": [{"from": 0.2, "to": 0.6, "en": "now"}]})


@contextmanager
def quietly(_title: str) -> Iterator[Progress]:
    """Shows nobody how far it is."""
    yield lambda _share: None


def shared(chosen: Settings, folder: Path, **more: Any) -> tuple[Path, list[str]]:
    remarks: list[str] = []
    wish = {"story": STORY, "languages": None, "formats": (), **more}
    return share(chosen, Wish(**wish), folder, quietly, remarks.append), remarks


def listed(folder: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((folder / "share.json").read_text())["pieces"]
    return found


@pytest.fixture
def tune(sound_file: SoundFile) -> Path:
    """A second of plucked string at a rate that is not ours."""
    notes = [(at, plucked(hz, 0.4, k) * gain(-9)) for k, (at, hz) in enumerate([(0.1, 220), (0.5, 330)])]
    return sound_file("my tune.wav", placed(notes, 1.0).astype(np.float32), 44_100)


@pytest.fixture
def driver() -> None:
    """Skips where no graphics driver is installed."""
    from engine.errors import MissingDriver

    try:
        gpu.headless().release()
    except MissingDriver as reason:
        pytest.skip(str(reason))


def test_without_films_there_is_a_page_sound_captions_and_the_take(tune: Path, tmp_path: Path) -> None:
    page, _ = shared(settings(source=str(tune), scene="fallback"), tmp_path / "out")
    names = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file())
    beside = ["page/captions.en.vtt", "page/index.html", "page/sound.m4a", "page/sound.mp3", "share.json"]
    assert names == ["heard.json", "my_tune.monochord", *beside]
    assert page == tmp_path / "out" / "page" / "index.html"
    assert set(listed(tmp_path / "out")) == {name for name in names if name != "share.json"}


def test_the_sound_is_the_recordings_own(tune: Path, tmp_path: Path) -> None:
    import av

    shared(settings(source=str(tune), scene="fallback"), tmp_path / "out")
    for name in ("sound.mp3", "sound.m4a"):
        with av.open(str(tmp_path / "out" / "page" / name)) as container:
            sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
            assert container.metadata["title"] == "Test"
        loud = np.abs(sound[0]).reshape(-1)[: RATE // 10 * 9]
        assert 0.95 < sound.shape[1] / RATE < 1.15
        assert loud[: RATE // 20].max() < 0.1 * loud.max()
        assert 0.05 < loud.max() <= 1.0


def test_what_is_there_is_kept_and_what_has_changed_is_made_again(
    tune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settings(source=str(tune), scene="fallback")
    shared(chosen, tmp_path / "out")
    before = listed(tmp_path / "out")
    with monkeypatch.context() as context:
        context.setattr(sharing, "Recorder", None)  # whoever listens again fails
        shared(chosen, tmp_path / "out")
        assert listed(tmp_path / "out") == before
        (tmp_path / "out" / "page" / "sound.mp3").write_bytes(b"half")
        with pytest.raises(TypeError):
            shared(chosen, tmp_path / "out")
    shared(chosen, tmp_path / "out")
    assert listed(tmp_path / "out") == before


def test_an_interruption_leaves_nothing_half(tune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(sharing.Recorder):
        def __iter__(self) -> Iterator[Any]:
            for number, pair in enumerate(super().__iter__()):
                if number == 50:
                    raise KeyboardInterrupt
                yield pair

    monkeypatch.setattr(sharing, "Recorder", Stopped)
    with pytest.raises(KeyboardInterrupt):
        shared(settings(source=str(tune), scene="fallback"), tmp_path / "out")
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []


def test_a_take_keeps_its_show_and_brings_it_back(tune: Path, tmp_path: Path) -> None:
    (tmp_path / "show.toml").write_text(
        'scene = "fallback"\npalette = "moon"\ndelay_ms = 40\n'
        '[[cues]]\nscene = "fallback"\nat = 0.5\n[stage]\nfps = 24\n'
    )
    show = tmp_path / "show.toml"
    chosen = settings(show, source=str(tune))
    shared(chosen, tmp_path / "out", show=show)
    take = tmp_path / "out" / "my_tune.monochord"
    again = settings(source=str(take))
    assert (again.scene, again.stage.palette, again.stage.delay) == ("fallback", "moon", 0.04)
    assert again.cues == chosen.cues
    assert "stage.fps" not in said_by(None, str(take))
    assert settings(source=str(take), scene="ink").scene == "ink"
    assert settings(show, source=str(take)).cues == chosen.cues
    kept = show_in(take)
    assert kept is not None
    assert kept["made_with"] == json.loads(json.dumps(hashes(chosen)))
    assert any(name.endswith("fallback.fs") for name in kept["made_with"]["scenes"])


def test_a_take_gives_the_frames_and_sound_that_it_was_made_of(tune: Path, tmp_path: Path) -> None:
    shared(settings(source=str(tune), scene="fallback"), tmp_path / "out")
    take = tmp_path / "out" / "my_tune.monochord"
    heard = [(block.samples.copy(), frame.row.copy()) for block, frame in Rehearsal(HearingSettings(source=str(tune)))]
    again = [(block.samples.copy(), frame.row.copy()) for block, frame in Rehearsal(HearingSettings(source=str(take)))]
    kept = Take(take)
    assert len(heard) == len(again) == kept.hops
    for (sound, row), (same_sound, same_row), held in zip(heard, again, kept.rows, strict=True):
        assert (sound == same_sound).all()
        assert np.array_equal(row, same_row, equal_nan=True)
        assert np.array_equal(row, held, equal_nan=True)


def test_of_an_evenings_take_the_frames_stay_those_of_the_evening(tune: Path, tmp_path: Path) -> None:
    evening = tmp_path / "evening.monochord"
    with TakeWriter(evening, 1) as writer:
        for block, frame in Rehearsal(HearingSettings(source=str(tune))):
            row = frame.row.copy()
            row[-1] = 0.125  # as if the machine had not kept up
            writer.write(row, block.samples)
    shared(settings(source=str(evening), scene="fallback"), tmp_path / "out")
    assert np.array_equal(Take(tmp_path / "out" / "evening.monochord").rows, Take(evening).rows, equal_nan=True)


def test_it_says_when_what_draws_has_changed(tune: Path, tmp_path: Path) -> None:
    chosen = settings(source=str(tune), scene="fallback")
    shared(chosen, tmp_path / "out")
    take = tmp_path / "out" / "my_tune.monochord"
    now = hashes(chosen)
    assert changed_since(take, now) == []
    name = next(iter(now["scenes"]))
    other = {**now, "monochord": "9.9", "scenes": {**now["scenes"], name: "0"}}
    assert changed_since(take, other) == [f"Monochord was {now['monochord']}", f"{name} has changed"]


def test_a_cover_shows_no_caption_where_it_can_be_helped() -> None:
    story = story_of({"captions": [{"from": 5, "to": 7, "en": "a"}, {"from": 7, "to": 8, "en": "b"}]})
    assert sharing._wordless(story, 9.0, 20.0) == 9.0
    assert sharing._wordless(story, 7.5, 20.0) == 8.1
    assert sharing._wordless(story_of({"captions": [{"from": 0, "to": 20, "en": "a"}]}), 7.5, 20.0) == 7.5


def test_a_take_whose_show_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    for show, said in (
        ({"keys": 3}, "the keys of a show are wanted"),
        ({"keys": {"scen": "ink"}}, "did you mean scene"),
    ):
        path = tmp_path / "a.monochord"
        TakeWriter(path, 1, show=show).close()
        with pytest.raises((BadFile, BadSetting), match=said):
            settings(source=str(path))


def test_mistakes_are_said_before_anything_is_made(tune: Path, tmp_path: Path) -> None:
    chosen = settings(source=str(tune), scene="fallback")
    for more, said in (
        ({"burnt": "zh"}, "burn=zh is none of the languages, en"),
        ({"burnt": "en", "story": None}, "there are no captions"),
    ):
        with pytest.raises(BadSetting, match=said):
            shared(chosen, tmp_path / "out", **more)
        assert not (tmp_path / "out").exists()
    with pytest.raises(BadFile, match="no such file"):
        shared(settings(source=str(tmp_path / "none.wav"), scene="fallback"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(BadFile, match="cannot be made"):
        shared(chosen, tmp_path / "file" / "out")


def test_a_take_is_not_shared_over_itself(tune: Path, tmp_path: Path) -> None:
    shared(settings(source=str(tune), scene="fallback"), tmp_path / "out")
    take = tmp_path / "out" / "my_tune.monochord"
    before = take.read_bytes()
    with pytest.raises(BadSetting, match="choose another folder"):
        shared(settings(source=str(take)), tmp_path / "out")
    assert take.read_bytes() == before


def test_formats_are_named() -> None:
    assert [form.name for form in formats("vertical, square,vertical")] == ["vertical", "square"]
    assert formats("none") == ()
    assert max(formats("landscape", draft=True)[0].size) < 640
    assert formats("landscape", fps=25)[0].fps == 25
    for wrong, said in (("vertica", "did you mean vertical"), ("", "formats=")):
        with pytest.raises(BadSetting, match=said):
            formats(wrong)


@pytest.mark.gl
@pytest.mark.slow
@pytest.mark.usefixtures("driver")
def test_the_take_gives_the_same_pictures_as_the_recording_did(tune: Path, tmp_path: Path) -> None:
    chosen = settings(source=str(tune), scene="ink", palette="moon")
    shared(chosen, tmp_path / "out", formats=(TINY,))
    first = listed(tmp_path / "out")["page/landscape.mp4"]
    shared(settings(source=str(tmp_path / "out" / "my_tune.monochord")), tmp_path / "again", formats=(TINY,))
    again = listed(tmp_path / "again")["page/landscape.mp4"]
    assert again["pictures"] == first["pictures"]
    assert again["sha256"] == first["sha256"]
    # And they are those of the recording itself, which no take has touched.
    drawn = films.hashlib.sha256()

    def seen(_time: float, pixels: Any) -> Any:
        drawn.update(pixels.tobytes())
        return pixels

    how: dict[str, Any] = {"size": TINY.size, "fps": TINY.fps, "palette": "moon", "retouch": seen}
    render(chosen.hearing, "ink", tmp_path / "plain.mp4", **how)
    assert drawn.hexdigest() == first["pictures"]


@pytest.mark.gl
@pytest.mark.slow
@pytest.mark.usefixtures("driver")
def test_films_cover_and_preview_are_made_and_kept(tune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    chosen = settings(source=str(tune), scene="fallback")
    upright = Format("vertical", (90, 160), 10.0)
    shared(chosen, tmp_path / "out", formats=(TINY, upright))
    before, page = listed(tmp_path / "out"), tmp_path / "out" / "page"
    with Image.open(page / "cover.png") as png, Image.open(page / "cover.jpg") as jpeg:
        assert png.size == jpeg.size == TINY.size
    with Image.open(page / "preview.webp") as preview:
        assert getattr(preview, "n_frames", 1) > 3
    assert (page / "preview.webp").stat().st_size < 2_000_000
    with monkeypatch.context() as context:
        context.setattr(sharing, "film", None)
        shared(chosen, tmp_path / "out", formats=(TINY, upright))
        assert listed(tmp_path / "out") == before
        shared(chosen, tmp_path / "out", formats=(TINY,))
        assert not (page / "vertical.mp4").exists()
        with pytest.raises(TypeError):  # other letters, another film
            shared(chosen, tmp_path / "out", formats=(TINY,), story=story_of({"title": "Other"}))
