"""An evening again: what hands did in a show is in the film of its take, picture for picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.audio.hearing_settings import HearingSettings
from engine.conductor import Conductor
from engine.control.orders import Master, Override, Release, SelectScene
from engine.errors import BadFile, MissingDriver
from engine.films import crew
from engine.frame import HOP, RATE, SIGNALS
from engine.rehearsal import Rehearsal, heard_again, render
from engine.replay.evening import Evening, take_of
from engine.replay.programme import changed_since, hashes
from engine.settings import Settings, settings
from engine.stage import gpu
from engine.stage.stage_settings import StageSettings
from engine.takes.take import Take, TakeWriter, script_in
from engine.takes.told import Script, Told
from engine.timing.cues import Change, read_cues

SIZE, FPS = (32, 18), 30
CLICKS = HearingSettings(source="clicks:2")
GREY = """/*{"INPUTS": [
    {"NAME": "grey", "TYPE": "float", "DEFAULT": 0.2, "MIN": 0.0, "MAX": 1.0},
    {"NAME": "burst", "TYPE": "event"}, {"NAME": "ground", "TYPE": "color", "DEFAULT": [0.0, 0.0, 0.0, 1.0]},
    {"NAME": "count", "TYPE": "long", "DEFAULT": 0, "MIN": 0, "MAX": 9}, {"NAME": "loud", "TYPE": "float"}
]}*/
void main() { gl_FragColor = vec4(burst ? 1.0 : grey, fract(TIME * 0.5), ground.b + 0.01 * loud, 1.0); }
"""
WHITE = "/*{}*/ void main() { gl_FragColor = vec4(1.0, fract(TIME * 0.5), 1.0, 1.0); }"


@pytest.fixture(scope="session")
def driver() -> None:
    """Skips where no graphics driver is installed."""
    try:
        gpu.headless().release()
    except MissingDriver as reason:
        pytest.skip(str(reason))


@pytest.fixture
def grey(tmp_path: Path) -> str:
    (tmp_path / "grey.fs").write_text(GREY)
    (tmp_path / "grey.toml").write_text('shader = "grey.fs"\n[bind.loud]\nsignal = "sound.peak"\nfrom = [-40, 0]\n')
    return str(tmp_path / "grey.toml")


@pytest.fixture
def white(tmp_path: Path) -> str:
    (tmp_path / "white.fs").write_text(WHITE)
    return str(tmp_path / "white.fs")


def hop_at(seconds: float) -> int:
    """The first hop that begins then or later."""
    return math.ceil(seconds * RATE / HOP)


def drawn(hearing: HearingSettings, scene: str, path: Path, script: Script | None, **more: object) -> np.ndarray:
    """Every picture, (n, height, width, 3); the flash limiter does not look at them."""
    seconds = float(more.pop("seconds", 2.0))  # type: ignore[arg-type]  # a number
    moments = [picture / FPS for picture in range(int(seconds * FPS))]
    how = {"size": SIZE, "fps": FPS, "seconds": seconds, "flash_limiter": False, "stills_at": moments, **more}
    return np.stack(render(hearing, scene, path, script=script, **how))[..., :3]  # type: ignore[arg-type]  # of several kinds


def red(pictures: np.ndarray) -> np.ndarray:
    return pictures[:, 0, 0, 0].astype(int)


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_a_film_shows_what_was_told_from_the_hop_on_in_which_it_was_told(grey: str, white: str, tmp_path: Path) -> None:
    script = Script(
        (
            Told(hop_at(0.3), scene=grey, hold={"grey": 0.8}),
            Told(hop_at(0.5), scene=grey, hold={"burst": True}),
            Told(hop_at(0.6), scene=grey, release=("grey",)),
            Told(hop_at(1.0), Change(white)),
            Told(hop_at(1.2), masters={"blackout": True}),
            Told(hop_at(1.6), masters={"blackout": False, "brightness": 0.5}),
        )
    )
    seen = red(drawn(CLICKS, grey, tmp_path / "a.mp4", script))
    assert set(seen[:9]) == {51}  # .2 of 255
    assert seen[9] > 51  # what is heard while it stands ends at .333 s
    assert set(seen[11:15]) == {204}
    assert seen[15] == 255  # an event is one picture long
    assert set(seen[16:18]) == {204}
    assert set(seen[28:30]) == {51}
    assert set(seen[30:36]) == {255}
    assert 0 < seen[37] < 255  # a blackout is no stroke
    assert seen[46] < 6
    assert seen[-1] == pytest.approx(128, abs=3)


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_a_picture_that_was_frozen_stands_and_goes_on_where_it_stood(grey: str, white: str, tmp_path: Path) -> None:
    script = Script(
        (
            Told(hop_at(0.5), masters={"freeze": True}),
            Told(hop_at(0.8), Change(white)),
            Told(hop_at(1.0), masters={"freeze": False}),
        )
    )
    seen = drawn(CLICKS, grey, tmp_path / "a.mp4", script)[:, 0, 0]
    free = drawn(CLICKS, grey, tmp_path / "a.mp4", None)[:, 0, 0]
    assert np.array_equal(seen[:15], free[:15])
    assert (seen[15:24] == seen[14]).all()
    assert seen[24].tolist() == [255, 0, 255]  # a new scene is seen once, at its beginning
    assert (seen[25:30] == seen[24]).all()
    assert seen[59, 1] == pytest.approx(255 * 0.5, abs=3)  # its clock has gone on for 1 s


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_a_palette_is_worn_as_long_as_it_was(grey: str, tmp_path: Path) -> None:
    script = Script((Told(hop_at(0.5), masters={"palette": "xuan"}), Told(hop_at(2.5), masters={"palette": None})))
    blue = drawn(CLICKS, grey, tmp_path / "a.mp4", script, seconds=4.0)[:, 0, 0, 2].astype(int)
    assert blue[:15].max() < 4
    assert blue[74] > blue[60] + 10 > blue[30] + 20  # colours walk
    assert blue[-1] < blue[74] - 10


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_the_same_words_in_a_take_and_in_a_rehearsal_of_its_sound_give_the_same_film_byte_for_byte(
    grey: str, white: str, tmp_path: Path
) -> None:
    said = (
        Told(hop_at(0.2), scene=grey, hold={"grey": 0.9, "ground": (0.1, 0.2, 0.6, 1.0)}),
        Told(hop_at(0.7), Change(white, "bleed", 0.4)),
        Told(hop_at(1.3), masters={"brightness": 0.4}),
        Told(hop_at(1.5), Change(grey, "fade", 0.3)),
    )
    take = tmp_path / "a.monochord"
    with TakeWriter(take, 1, staged=True) as writer:
        for block, frame in Rehearsal(CLICKS, 2.0):
            for told in said:
                if told.hop == block.index:
                    writer.tell(told)
            writer.write(frame.row, block.samples)
    films = [tmp_path / name for name in ("sound.mp4", "take.mp4", "again.mp4", "heard.mp4")]
    hearing = HearingSettings(source=str(take))
    drawn(CLICKS, grey, films[0], Script(said))
    for film in films[1:3]:
        drawn(hearing, grey, film, script_in(take))
    drawn(hearing, grey, films[3], None)
    assert films[0].read_bytes() == films[1].read_bytes() == films[2].read_bytes()
    assert films[3].read_bytes() != films[0].read_bytes()


@pytest.mark.gl
@pytest.mark.usefixtures("driver")
def test_what_cannot_be_done_any_more_is_a_line_and_the_rest_is_done(grey: str, white: str, tmp_path: Path) -> None:
    script = Script(
        (
            Told(10, Change(str(tmp_path / "gone.fs"), "fade", 1.0)),
            Told(20, scene=grey, hold={"gone": 0.5, "grey": (0.5, 0.5), "count": 0.5}),
            Told(30, scene=white, hold={"grey": 1.0}),  # of a scene that is not on: it came too late that evening too
            Told(40, masters={"palette": "gone"}),
            Told(60, Change(white, "gone", 1.0)),
            Told(80, masters={"brightness": 0.0}),
        ),
        broken=2,
    )
    remarks: list[str] = []
    seen = red(drawn(CLICKS, grey, tmp_path / "a.mp4", script, seconds=1.0, remark=remarks.append))
    assert set(seen[:9]) == {51}
    assert seen[10] == 255
    assert seen[-1] == 0
    assert not any("\n" in line for line in remarks)
    assert remarks[0] == "2 lines of what the stage was told cannot be read, and is left out"
    for start in ("0:00.1 is not as it was: ", "0:00.1 is not as it was: ", "more is not as it was"):
        assert any(line.startswith(start) for line in remarks)
    assert any("grey.toml has no input gone that can be held at 0.5" in line for line in remarks)
    assert len(remarks) == 7


def _staged(path: Path, tapped: float = 0.0) -> Script:
    """A take of clicks whose frames say that a beat was tapped."""
    with TakeWriter(path, 1, staged=True) as writer:
        for block, frame in Rehearsal(CLICKS, 1.0):
            row = frame.row.copy()
            row[SIGNALS["rhythm.tempo"].start] = tapped
            writer.write(row, block.samples)
            if block.index == 5:
                writer.tell(Told(5, masters={"freeze": True}))
    script = script_in(path)
    assert script is not None
    return script


def test_beats_that_were_tapped_are_in_the_frames_of_the_evening(tmp_path: Path) -> None:
    path = tmp_path / "a.monochord"
    script, hearing = _staged(path, 97.0), HearingSettings(source=str(path))
    kept, anew = (list(heard_again(hearing, None, one)) for one in (script, None))
    assert {frame.rhythm.tempo for _, frame in kept} == {97.0}
    assert 97.0 not in {frame.rhythm.tempo for _, frame in anew}
    assert len(kept) == len(anew)
    for (one, _), (other, _) in zip(kept, anew, strict=True):
        assert one.index == other.index
        assert np.array_equal(one.samples, other.samples)
    assert isinstance(heard_again(replace(hearing, gain_db=3.0), None, script), Rehearsal)
    assert len(list(heard_again(hearing, 0.5, script))) == 94


@pytest.mark.gl
@pytest.mark.slow
@pytest.mark.usefixtures("driver")
def test_several_processes_draw_from_the_frames_of_the_evening_too(tmp_path: Path) -> None:
    (tmp_path / "tempo.fs").write_text(GREY)
    bound = '[bind.grey]\nsignal = "rhythm.tempo"\nfrom = [0, 194]\n'
    (tmp_path / "tempo.toml").write_text(f'shader = "tempo.fs"\n{bound}')
    path, scene = tmp_path / "a.monochord", str(tmp_path / "tempo.toml")
    _staged(path, 97.0)
    hearing, how = HearingSettings(source=str(path)), {"size": SIZE, "fps": float(FPS), "script": Script()}
    (still,) = render(hearing, scene, tmp_path / "one.mp4", stills_at=[0.5], **how)  # type: ignore[arg-type]  # of several kinds
    assert int(still[0, 0, 0]) == pytest.approx(128, abs=2)
    crew.render(hearing, scene, tmp_path / "two.mp4", 2, **how)  # type: ignore[arg-type]  # of several kinds
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_a_take_without_a_hop_is_no_evening(tmp_path: Path) -> None:
    TakeWriter(tmp_path / "a.monochord", 1, staged=True).close()
    take = take_of(HearingSettings(source=str(tmp_path / "a.monochord")))
    assert take is not None
    with pytest.raises(BadFile, match="holds no sound that can be read"):
        Evening(take)


def test_a_take_is_played_as_its_evening_was_unless_another_show_is_asked_for(tmp_path: Path) -> None:
    path, show = tmp_path / "a.monochord", tmp_path / "other.toml"
    script = _staged(path)
    show.write_text('scene = "ink"\n')
    assert settings(source=str(path)).script == script == Script((Told(5, masters={"freeze": True}),))
    assert settings(source=str(path), as_written=True).script is None
    assert settings(source=str(path), scene="ink").script is None
    assert settings(show, source=str(path)).script is None
    assert settings(source="clicks:2").script is None


@pytest.mark.gl
@pytest.mark.slow
@pytest.mark.usefixtures("driver")
def test_the_film_of_a_live_shows_take_has_what_hands_did_in_it(grey: str, white: str, tmp_path: Path) -> None:
    path = tmp_path / "a.monochord"
    hearing = HearingSettings(source="clicks:60", silent=True)
    stage = StageSettings(headless=True, size=SIZE, fps=30.0, flash_limiter=False)
    cues = read_cues([{"scene": white, "at": 0.2}, {"scene": grey, "key": "1", "transition": "fade", "seconds": 0.2}])
    keys = {"scene": grey, "stage.flash_limiter": False}
    show = Settings(hearing=hearing, stage=stage, keys=keys, scene=grey, scenes=(grey, white), cues=cues)
    show = replace(show, record=path, seconds=90.0)
    heard: dict[str, int] = {}

    with Conductor(show, print) as conductor:
        backdrop = conductor.backdrop
        assert backdrop is not None
        steps: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
            ("cue", lambda: None, lambda: backdrop.scene == white),
            ("key", lambda: conductor.desk.wish("key:1"), lambda: backdrop.scene == grey),
            ("hold", lambda: conductor.order(Override(grey, "grey", 0.7)), lambda: backdrop["overrides"]),
            ("dark", lambda: conductor.order(Master("blackout", True)), lambda: backdrop["blackout"]),
            ("light", lambda: conductor.order(Master("blackout", False)), lambda: not backdrop["blackout"]),
            ("release", lambda: conductor.order(Release(grey)), lambda: not backdrop["overrides"]),
            ("scene", lambda: conductor.order(SelectScene(white)), lambda: backdrop.scene == white),
        ]
        waiting, asked = list(steps), [False]

        def play(show: Conductor) -> None:
            """The next step, when the one before has been on for half a second."""
            name, do, done = waiting[0]
            if not asked[0] and show.hops > max(heard.values(), default=0) + hop_at(0.5):
                do()
                asked[0] = True
            if asked[0] and done():
                heard[name] = show.hops
                asked[0] = False
                waiting.pop(0)
                if not waiting:
                    show.stop()

        conductor.run(play)
    assert not waiting
    script = script_in(path)
    assert script is not None
    assert script.broken == 0
    scenes = [(line.change.scene, line.change.transition) for line in script.lines if line.change]
    assert scenes == [(white, "cut"), (grey, "fade"), (white, "cut")]
    hops = {name: line.hop for line in script.lines for name in (*line.hold, *line.release, *line.masters)}
    assert [line.masters for line in script.lines if line.masters] == [{"blackout": True}, {"blackout": False}]
    assert [dict(line.hold) for line in script.lines if line.hold] == [{"grey": 0.7}]
    assert all(line.hop <= conductor.hops for line in script.lines)
    again = settings(source=str(path))
    assert again.script == script
    assert changed_since(path, hashes(again)) == []
    seconds = Take(path).hops * HOP / RATE
    first = drawn(again.hearing, again.scene, tmp_path / "a.mp4", again.script, seconds=seconds, cues=again.cues)
    second = drawn(again.hearing, again.scene, tmp_path / "b.mp4", again.script, seconds=seconds)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert np.array_equal(first, second)  # cues have had their say
    seen = red(first)

    def just_before(line: Told) -> int:
        return int((line.hop * HOP / RATE) * FPS) - 2

    white_on, grey_on, white_again = (line for line in script.lines if line.change)
    (held,), (dark, light) = ([x for x in script.lines if x.hold], [x for x in script.lines if x.masters])
    (let_go,) = (line for line in script.lines if line.release)
    assert set(seen[: just_before(white_on)]) == {51}
    assert seen[just_before(grey_on)] == 255
    assert seen[just_before(held)] == 51
    assert seen[just_before(dark)] == 178  # .7 of 255
    assert seen[just_before(light)] < 3
    assert seen[just_before(let_go)] == 178
    assert seen[just_before(white_again)] == 51
    assert hops["grey"] == let_go.hop
