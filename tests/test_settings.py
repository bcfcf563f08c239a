"""Settings: what the command line says wins, the show file comes next, and what is wrong is said with its mend."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.errors import BadFile, BadScene, BadSetting, UserMistake
from engine.instrument import InstrumentBand
from engine.musician import Musician
from engine.settings import DEFAULT_SCENE, settings
from engine.show.show_file import preset_file, read_show, save, user_show
from engine.takes.take import TakeWriter


@pytest.fixture
def show(tmp_path: Path) -> Path:
    path = tmp_path / "show.toml"
    path.write_text(
        'scene = "ink"\ndelay_ms = 40\n'
        '[sound]\ndevice = "Scarlett"\noutput = "Speakers"\nchannels = [2]\ngain_db = 6\n'
        '[stage]\nmonitor = "EPSON"\nsize = [800, 600]\n'
        '[[osc]]\nto = "10.0.0.9:8000@80"\nhz = 44\n'
    )
    return path


def test_nothing_needs_to_be_said() -> None:
    chosen = settings(Path("/dev/null"))
    assert chosen.scene == DEFAULT_SCENE
    assert chosen.hearing.source is None
    assert "fallback" not in chosen.scenes
    assert len(chosen.scenes) >= 3


def test_a_show_file_is_taken_over_and_the_command_line_wins(show: Path) -> None:
    chosen = settings(show, stage__size=[320, 180], osc=["127.0.0.1:9101"], sound__gain_db=0.0)
    assert chosen.scene == "ink"
    assert chosen.hearing.device == "Scarlett"
    assert list(chosen.hearing.channels) == [2]
    assert chosen.hearing.gain_db == 0.0
    assert chosen.stage.size == (320, 180)
    assert chosen.stage.delay == 0.04
    assert chosen.stage.full_screen  # a monitor was named: that is what it is for
    first, second = chosen.destinations
    assert (first.host, first.delay, first.hz) == ("10.0.0.9", 0.08, 44)
    assert second.port == 9101


def test_consoles_are_patched_and_whoever_types_only_an_address_has_lights_too(show: Path) -> None:
    patch = '[[lights]]\nto = "10.0.0.8:qlcplus"\n[lights.map]\n"wash.level" = "1/1"\n'
    show.write_text(show.read_text() + patch)
    chosen = settings(show, osc=["10.0.0.7:magicq", "127.0.0.1:9101"])
    assert [str(one) for one in chosen.destinations] == ["10.0.0.9:8000:generic", "127.0.0.1:9101:generic"]
    assert [str(one.destination) for one in chosen.lights] == ["10.0.0.8:7700:qlcplus", "10.0.0.7:8000:magicq"]
    assert [len(one.outlets) for one in chosen.lights] == [1, 5]


def test_a_recording_plays_through_the_output_and_a_stage_listens_to_the_input(show: Path) -> None:
    assert settings(show, source="tone:440").hearing.device == "Speakers"
    assert settings(show).hearing.device == "Scarlett"


def test_channels_may_have_musicians_whose_signals_move_scenes(tmp_path: Path) -> None:
    scene = tmp_path / "a.toml"
    scene.write_text('shader = "ink.fs"\n[bind]\nflow = "drum.rhythm.hits"\n')
    path = tmp_path / "show.toml"
    path.write_text(f'scene = "{scene}"\n[sound]\nchannels = ["1:erhu", 2, "3+4:drum"]\n')
    hearing = settings(path).hearing
    assert hearing.channels == (1, 2, 3, 4)
    assert hearing.playing == (Musician("erhu", (1,)), Musician("drum", (3, 4)))
    assert hearing.names == ("erhu", "drum")
    with pytest.raises(BadScene, match=r"there is no musician drum in this show \(musicians: erhu\)"):
        settings(path, sound__channels=["1:erhu"])


def test_who_plays_in_a_take_plays_unless_others_are_named(tmp_path: Path) -> None:
    take = tmp_path / "a.monochord"
    with TakeWriter(take, 2, (Musician("erhu", (2,)),)):
        pass
    nothing = Path("/dev/null")
    assert settings(nothing, source=str(take)).hearing.names == ("erhu",)
    assert settings(nothing, source=str(take), sound__channels=[1]).hearing.names == ()
    assert settings(nothing, source=str(take), sound__channels=["1:voice"]).hearing.names == ("voice",)


def test_what_a_take_has_been_through_is_not_done_to_it_again(show: Path, tmp_path: Path) -> None:
    with TakeWriter(tmp_path / "a.monochord", 1, (Musician("erhu", (1,)),)):
        pass
    hearing = settings(show, source=str(tmp_path / "a.monochord")).hearing
    assert (hearing.channels, hearing.gain_db, hearing.names) == ((), 0.0, ("erhu",))
    assert settings(show, source=str(tmp_path / "a.monochord"), sound__gain_db=3.0).hearing.gain_db == 3.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[sound]\nchannels = ["1:Erhu"]', "musician='Erhu' must be a name"),
        ("[sound]\nchannels = [{}]", "or with the name of a musician"),
        ('scen = "ink"', "no key scen .did you mean scene"),
        ('[sound]\ndevise = "x"', "did you mean sound.device"),
        ("delay_ms = -1", "delay_ms=-1 must be 0 to"),
        ("delay_ms = nan", "delay_ms=nan must be"),
        ("[sound]\nchannels = [0]", "numbers from 1"),
        ("[sound]\ngain_db = 1000", "gain_db=1000"),
        ("[band]\nlow_hz = 5", "band.low_hz=5 must be 20 to 20000 Hz"),
        ("[band]\nlow_hz = 500\nhigh_hz = 400", "band.low_hz=500, band.high_hz=400 must lie"),
        ("[band]\nhum_hz = 50", "band.hum_hz=50 must be a list"),
        ("[band]\nlow_hz = 100\nhum_hz = [20]", "band.hum_hz: 20 must lie in the band"),
        ("[band]\nroom_dbfs = 3", "band.room_dbfs=3 must be -120 to 0 dBFS"),
        ("[stage]\nsize = [1]", "width, height"),
        ("[stage]\nfps = true", "pictures a second"),
        ("[[osc]]\nhz = 3", "osc.to is missing"),
        ('[[osc]]\nto = "x"', "HOST:PORT"),
        ('[[osc]]\nto = "h:1"\nbandwidth = 3', "no key bandwidth"),
        ("[[lights]]\nsafe = 1", "lights.to is missing"),
        ('[[lights]]\nto = "h:qlcplus"\n[lights.map]\nlevle = { address = "1/1", to = 3 }', "must be two numbers"),
        ('lights = "h:1"', r"lights='h:1' must be \[\[lights\]\] tables"),
        ("scene = [", "is not TOML"),
    ],
)
def test_a_wrong_show_file_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "show.toml"
    path.write_text(text)
    with pytest.raises(UserMistake, match=said) as refusal:
        settings(path)
    assert "\n" not in str(refusal.value).strip()


def test_a_scene_that_is_none_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(BadScene, match="did you mean mountains"):
        settings(Path("/dev/null"), scene="montains")
    path = tmp_path / "show.toml"
    path.write_text('scenes = ["ink", "inc"]')
    with pytest.raises(BadScene, match="'inc'"):
        settings(path)


def test_a_show_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="No such file"):
        settings(tmp_path / "none.toml")


def test_saving_a_device_keeps_all_else_in_the_file(show: Path) -> None:
    show.write_text("# my tour\n" + show.read_text())
    save("sound.device", "Babyface, ALSA", show)
    assert show.read_text().startswith("# my tour")
    found = read_show(show)
    assert found["sound.device"] == "Babyface, ALSA"
    assert found["sound.output"] == "Speakers"
    assert found["scene"] == "ink"


def test_saving_makes_the_file_where_there_is_none(tmp_path: Path) -> None:
    path = save("sound.output", "Speakers", tmp_path / "new" / "show.toml")
    assert read_show(path) == {"sound.output": "Speakers"}


def test_a_broken_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "show.toml"
    path.write_text("scene = [")
    with pytest.raises(BadFile, match="cannot be changed"):
        save("sound.output", "Speakers", path)
    assert path.read_text() == "scene = ["


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_a_length_that_is_none_is_refused(seconds: float) -> None:
    with pytest.raises(BadSetting, match="seconds="):
        settings(Path("/dev/null"), seconds=seconds)


def test_the_band_of_a_sound_check_is_saved_with_the_show_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "show.toml"
    band = InstrumentBand(190.5, 5200.0, (250.1,), -58.3)
    for key, value in (("low_hz", 190.5), ("high_hz", 5200.0), ("hum_hz", [250.1]), ("room_dbfs", -58.3)):
        save(f"band.{key}", value, path)
    assert settings(path).hearing.band == band
    assert settings(Path("/dev/null")).hearing.band is None


def test_a_map_is_named_in_the_show_and_the_command_line_wins(tmp_path: Path) -> None:
    path = tmp_path / "show.toml"
    path.write_text('space = "mine"\n')
    assert settings(path).hearing.space == "mine"
    assert settings(path, space="yours").hearing.space == "yours"
    assert settings(Path("/dev/null")).hearing.space is None
    with pytest.raises(BadSetting, match="space='' must be the name of a map"):
        settings(path, space="")


def test_outputs_are_read_and_a_monitor_among_them_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "show.toml"
    path.write_text('[[outputs]]\nmonitor = "left"\npart = [0, 0, 0.5, 1]\n[[outputs]]\nmonitor = "right"\n')
    stage = settings(path).stage
    assert [output.monitor for output in stage.outputs] == ["left", "right"]
    assert stage.full_screen
    assert settings(Path("/dev/null")).stage.outputs == ()
    path.write_text("[[outputs]]\ngamma = 9\n")
    with pytest.raises(BadSetting, match=r"outputs\.gamma=9 must be 1 to 4"):
        settings(path)


def test_the_flash_limiter_is_on_until_somebody_says_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "show.toml"
    path.write_text("[stage]\nflash_limiter = false\n")
    assert settings(Path("/dev/null")).stage.flash_limiter
    assert not settings(path).stage.flash_limiter
    assert settings(path, stage__flash_limiter=True).stage.flash_limiter


CUES = '[change]\ntransition = "fade"\nwhen = "beat"\n[[cues]]\nscene = "ink"\nat = 2\ntransition = "mist"\n'


def test_cues_and_how_the_scene_keys_change_are_read_with_the_show(tmp_path: Path) -> None:
    path = tmp_path / "show.toml"
    path.write_text(CUES)
    made = settings(path)
    assert [(cue.change.scene, cue.change.transition, cue.number) for cue in made.cues] == [
        ("ink", "mist", ("at", 2.0))
    ]
    assert (made.change.transition, made.change.seconds, made.change.when) == ("fade", 2.0, "beat")
    assert settings().change.transition == "cut"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[cues]]\nscene = "inkk"', "scene='inkk' is none"),
        ('[[cues]]\nscene = "ink"\ntransition = "blead"', "transition='blead' is none"),
        ('[[cues]]\nscene = "ink"\nat = "soon"', "cues[1]: at='soon' must be seconds, or a place in the score"),
        ('[change]\nwhen = "soon"', "change: when='soon' is none"),
        ('[change]\ntransition = "blead"', "transition='blead' is none"),
        ("[change]\nseconds = -1", "change.seconds=-1 must be 0 to 600 seconds"),
    ],
)
def test_a_cue_that_cannot_come_is_refused_before_the_show(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "show.toml"
    path.write_text(text)
    with pytest.raises(UserMistake, match=re.escape(said)):
        settings(path)


def test_a_palette_is_pinned_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "show.toml"
    path.write_text('scene = "ink"\npalette = "storm"\n')
    assert settings(path).stage.palette == "storm"
    assert settings(path, palette="moon").stage.palette == "moon"
    assert settings(Path("/dev/null")).stage.palette is None
    with pytest.raises(BadScene, match=r"palette='strom' is none \(did you mean storm"):
        settings(path, palette="strom")


def test_a_show_and_its_cues_may_name_presets(tmp_path: Path) -> None:
    (tmp_path / "a.fs").write_text('/*{"INPUTS": [{"NAME": "wet", "TYPE": "float"}]}*/\nvoid main() {}')
    scene = tmp_path / "a.toml"
    scene.write_text('shader = "a.fs"\n[preset.dry]\nwet = 0.0\n')
    path = tmp_path / "show.toml"
    path.write_text(f'scene = "{scene}:dry"\n[[cues]]\nscene = "{scene}:dry"\nkey = "1"\n')
    assert settings(path).cues[0].change.scene == f"{scene}:dry"
    with pytest.raises(BadScene, match=r"has no preset drry \(did you mean dry\?\)"):
        settings(path, scene=f"{scene}:drry")


def test_a_show_may_wander_through_scenes_and_all_their_presets(tmp_path: Path) -> None:
    (tmp_path / "a.fs").write_text('/*{"INPUTS": [{"NAME": "wet", "TYPE": "float"}]}*/\nvoid main() {}')
    scene = tmp_path / "a.toml"
    scene.write_text('shader = "a.fs"\n[preset.dry]\nwet = 0.0\n[preset.wet]\nwet = 1.0\n')
    path = tmp_path / "show.toml"
    path.write_text(f'[wander]\nscenes = ["{scene}:*", "ink"]\nevery = [5, 6]\n')
    wander = settings(path).wander
    assert wander is not None
    assert wander.scenes == (str(scene), f"{scene}:dry", f"{scene}:wet", "ink")
    path.write_text('[wander]\nscenes = ["inkk", "ink"]\n')
    with pytest.raises(BadScene, match="did you mean ink"):
        settings(path)
    path.write_text('[wander]\nscenes = ["strings", "ink"]\ntransition = "mst"\n')
    with pytest.raises(BadScene, match="did you mean mist"):
        settings(path)
    path.write_text("[wander]\nevry = 3\n")
    with pytest.raises(BadSetting, match=r"has no key wander\.evry"):
        settings(path)


def test_orders_by_osc_are_listened_for_only_where_the_show_or_the_command_says_so(tmp_path: Path) -> None:
    show = tmp_path / "show.toml"
    show.write_text('scene = "fallback"\n')
    assert settings(show).osc_in is None
    assert str(settings(show, osc_in__listen="9100").osc_in) == "127.0.0.1:9100"
    show.write_text('scene = "fallback"\n[osc_in]\nlisten = 9200\nsenders = ["192.168.1.20"]\n')
    assert str(settings(show).osc_in) == "127.0.0.1:9200"
    found = settings(show, osc_in__listen="0.0.0.0:9100", osc_from=["10.0.0.2"]).osc_in
    assert found is not None
    assert [str(network) for network in found.senders] == ["192.168.1.20/32", "10.0.0.2/32"]
    show.write_text('scene = "fallback"\n[osc_in]\nlisten = "0.0.0.0:9100"\n')
    with pytest.raises(BadSetting, match="can be reached from the network: say who may send"):
        settings(show)


def test_nothing_is_sent_to_where_we_listen_ourselves(tmp_path: Path) -> None:
    show = tmp_path / "show.toml"
    show.write_text('scene = "fallback"\n')
    with pytest.raises(BadSetting, match=r"osc=127.0.0.1:9100:generic is where we listen ourselves \(osc_in=127"):
        settings(show, osc=["127.0.0.1:9100"], osc_in__listen="9100")


def test_presets_are_kept_beside_the_show(tmp_path: Path) -> None:
    assert preset_file(tmp_path / "tonight.toml") == tmp_path / "tonight.presets.toml"
    assert preset_file(Path("concert")) == user_show().with_name("concert.presets.toml")
    assert preset_file(None) == user_show().with_name("show.presets.toml")
