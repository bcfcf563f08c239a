"""Scenes: checked when they are loaded, and refused in one line: name, value, rule, mend."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import BadScene
from engine.foundation import assets
from engine.frame import ROW, SIGNALS
from engine.stage.scene import load_scene, scene_names

from .conftest import Write, isf

INPUTS = [
    {"NAME": "flow", "TYPE": "float"},
    {"NAME": "mode", "TYPE": "long", "VALUES": [0, 3]},
    {"NAME": "steps", "TYPE": "long"},
    {"NAME": "position", "TYPE": "point2D"},
    {"NAME": "ground", "TYPE": "color"},
    {"NAME": "open", "TYPE": "bool"},
    {"NAME": "wave", "TYPE": "audio"},
]


@pytest.fixture
def shaders(write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of shaders and one of scenes that stand in for the engine's own."""
    write("shaders/ink.fs", isf(INPUTS=INPUTS))
    write("shaders/silk.fs", isf())
    write("scenes/ink.toml", 'shader = "ink.fs"\ntitle = "Ink"')
    write("scenes/strings.toml", 'shader = "silk.fs"')
    monkeypatch.setattr(assets, "SHADERS", tmp_path / "shaders")
    monkeypatch.setattr(assets, "SCENES", tmp_path / "scenes")
    return tmp_path


def test_a_scene_is_found_by_its_name(shaders: Path) -> None:
    assert scene_names() == ["ink", "strings"]
    scene = load_scene("ink")
    assert (scene.name, scene.title, scene.shader.name) == ("ink", "Ink", "ink")
    assert scene.files == (shaders / "scenes/ink.toml", shaders / "shaders/ink.fs")


def test_an_unknown_scene_names_the_nearest(shaders: Path) -> None:
    with pytest.raises(BadScene, match=r"scene='string' is none \(did you mean strings\?; or give"):
        load_scene("string")


def test_a_scene_may_lie_anywhere_with_its_shader_beside_it(shaders: Path, write: Write) -> None:
    mine = write("elsewhere/own.fs", isf())
    assert load_scene(write("elsewhere/a.toml", 'shader = "own.fs"')).shader.path == mine
    assert load_scene(write("elsewhere/b.toml", 'shader = "ink.fs"')).shader.path == shaders / "shaders/ink.fs"


def test_a_bare_shader_is_a_scene_in_which_nothing_is_bound(shaders: Path) -> None:
    scene = load_scene(shaders / "shaders/ink.fs")
    assert (scene.name, scene.bindings, scene.files) == ("ink", (), (shaders / "shaders/ink.fs",))


def test_a_palette_colours_the_inputs_that_are_named_for_its_roles(shaders: Path, write: Write) -> None:
    scene = load_scene(write("a.toml", 'shader = "ink.fs"\n[palette]\nground = "#FF0000"\nlight = "#FFFFFF"'))
    assert dict(scene.values) == {"ground": (1.0, 0.0, 0.0, 1.0)}
    assert scene.palette["light"] == (1.0, 1.0, 1.0, 1.0)
    other = load_scene(write("b.toml", 'shader = "ink.fs"\npalette.ground = "#FF0000"\nset.ground = "#00FF00"'))
    assert other.values["ground"] == (0.0, 1.0, 0.0, 1.0)


REFUSALS = [
    ('"a\\nb" = 1\nshader = "ink.fs"', "has no key a\\nb"),
    ("shadr = 1", "has no key shadr (did you mean shader?)"),
    ("", "shader=None must name an ISF file"),
    ("shader = 'inc.fs'", "shader='inc.fs' is not there (did you mean ink.fs"),
    ("shader = 3", "shader=3 must name an ISF file"),
    ("title = 3", "title=3 must be text"),
    ("bind = 3", "bind must be a table: [bind]"),
    ("bind.flo = 'sound.level'", "bind.flo is no input of ink.fs (did you mean flow?)"),
    ("bind.wave = 'sound.level'", "bind.wave is audio input of ink.fs, which the engine feeds by itself"),
    ("bind.flow = 'sound.levl'", "bind.flow signal='sound.levl' is none (did you mean sound.level"),
    ("bind.flow = 'sound.bands'", "signal=sound.bands is a list of 8 (choose one: sound.bands[0] to sound.bands[7])"),
    ("bind.flow = 'sound.bands[8]'", "signal=sound.bands[8] has no such element (sound.bands[0] to sound.bands[7])"),
    ("bind.flow = 'sound.level[0]'", "signal=sound.level[0] has no elements (write sound.level)"),
    ("bind.flow = 3", "bind.flow must be the name of a signal or a table"),
    ("bind.flow = {}", "bind.flow needs a signal"),
    ("bind.flow = {signal = 'sound.level', atack = 1}", "bind.flow has no key atack (did you mean attack?)"),
    ("bind.flow = {signal = 'sound.level', from = [1, 1]}", "from=[1.0, 1.0] must be two different numbers"),
    ("bind.flow = {signal = 'sound.level', from = [1]}", "from=[1] must be two finite numbers: [0, 1]"),
    ("bind.flow = {signal = 'sound.level', to = [0, nan]}", "to=[0, nan] must be two finite numbers"),
    ("bind.flow = {signal = 'sound.level', to = [0, inf]}", "to=[0, inf] must be two finite numbers"),
    ("bind.flow = {signal = 'sound.level', to = [0, true]}", "to=[0, True] must be two finite numbers"),
    ("bind.flow = {signal = 'sound.level', curve = 'smoth'}", "curve='smoth' is none of ours (did you mean smooth"),
    ("bind.flow = {signal = 'sound.level', attack = -1}", "attack=-1 must be seconds, 0 to 3600"),
    ("bind.flow = {signal = 'sound.level', release = '1'}", "release='1' must be seconds"),
    ("bind.flow = {signal = 'sound.level', clock = 1}", "clock=1 must be true or false"),
    (
        "bind.flow = {signal = 'sound.level', trust = 'mood.know'}",
        "signal='mood.know' is none (did you mean mood.known",
    ),
    ("bind.flow = {signal = 'sound.level', trust = 'pitch.hz'}", "trust=pitch.hz goes from "),
    ("bind.position = 'sound.level'", "bind.position is a point: bind its axes one by one ([bind.position.x]"),
    ("bind.position.z = 'sound.level'", "bind.position is a point: bind its axes"),
    ("bind.position.x = 'sound.level'", "bind.position.x needs to = [low, high]: the shader gives this input no MIN"),
    ("bind.steps = 'sound.level'", "bind.steps needs to = [low, high]"),
    ("bind.ground = {signal = 'sound.level', to = [0, 1]}", "to=[0, 1] must be two colours"),
    ("bind.ground = {signal = 'sound.level', curve = 'none'}", "curve='none' is none of a colour"),
    ("set.flo = 1", "set.flo is no input of ink.fs (did you mean flow?)"),
    ("set.flow = nan", "set.flow = nan must be a finite number"),
    ("set.flow = true", "set.flow = True must be a finite number"),
    ("set.mode = 2", "set.mode = 2 is none of its values (0, 3)"),
    ("set.steps = 5000000000", "set.steps = 5000000000 must be a whole number"),
    ("set.open = 1", "set.open = 1 must be true or false"),
    ("set.position = [1]", "set.position = [1] must be [x, y]"),
    ("set.ground = 'red'", "set.ground = 'red' must be a colour"),
    ("set.ground = [1, 2]", "set.ground = [1, 2] must be a colour"),
    ("set.flow = 1\nbind.flow = 'sound.level'", "flow is both in [set] and in [bind] (remove one)"),
    ("palette.grond = '#000000'", "palette has no role grond (did you mean ground?)"),
    ("palette.ground = '#00'", "palette.ground = '#00' must be a colour"),
    ("lights.wash = 3", "lights.wash must be a table of channels"),
    ("lights.wash.hue = 'sound.levl'", "lights.wash.hue signal='sound.levl' is none (did you mean sound.level"),
    ("lights.wash.hue = nan", "lights.wash.hue must be the name of a signal"),
]


@pytest.mark.parametrize(("text", "words"), REFUSALS, ids=[text[:40] for text, _ in REFUSALS])
def test_a_wrong_scene_is_refused_in_one_line(shaders: Path, write: Write, text: str, words: str) -> None:
    path = write("wrong.toml", text if "shader" in text or not text else f'shader = "ink.fs"\n{text}')
    with pytest.raises(BadScene) as caught:
        load_scene(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert words in message
    assert "\n" not in message


STRANGERS = [
    ((), "erhu.pitch.hz", "no musician erhu in this show (nobody has a name yet: --channels 1:erhu gives one)"),
    (("erhu", "drum"), "ehru.pitch.hz", "there is no musician ehru in this show (musicians: erhu, drum)"),
    (("erhu", "drum"), "zither.sound.bands[3]", "there is no musician zither in this show (musicians: erhu, drum)"),
    (("erhu", "drum"), "erhu.pitch.hx", "signal='erhu.pitch.hx' is none (did you mean erhu.pitch.hz"),
    (("erhu",), "erhu.sound.bands", "is a list of 8 (choose one: erhu.sound.bands[0] to erhu.sound.bands[7])"),
    (("erhu",), "sound.levl", "signal='sound.levl' is none (did you mean sound.level"),
]


@pytest.mark.parametrize(("musicians", "signal", "words"), STRANGERS, ids=[signal for _, signal, _ in STRANGERS])
@pytest.mark.parametrize("part", ["bind.flow", "lights.wash.hue"])
def test_a_scene_that_names_a_musician_who_does_not_play_is_refused(
    shaders: Path, write: Write, part: str, musicians: tuple[str, ...], signal: str, words: str
) -> None:
    path = write("wrong.toml", f'shader = "ink.fs"\n{part} = {{signal = "{signal}", to = [0, 1]}}')
    with pytest.raises(BadScene) as caught:
        load_scene(path, musicians)
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{path}: {part} signal=")
    assert "\n" not in str(caught.value)


def test_a_scene_may_name_whoever_plays(shaders: Path, write: Write) -> None:
    path = write("a.toml", 'shader = "ink.fs"\n[bind.flow]\nsignal = "drum.sound.bands[2]"\nto = [0, 1]')
    (binding,) = load_scene(path, ("erhu", "drum")).bindings
    assert binding.signal.name == "drum.sound.bands"
    assert binding.column == 2 * ROW + SIGNALS["sound.bands"].start + 2


def test_broken_toml_names_its_line(shaders: Path, write: Write) -> None:
    path = write("wrong.toml", 'shader = "ink.fs"\nbind flow')
    with pytest.raises(BadScene, match=r"wrong\.toml:2: is not TOML"):
        load_scene(path)


def test_a_wrong_shader_is_refused_by_its_own_file_and_line(shaders: Path, write: Write) -> None:
    bad = write("shaders/bad.fs", "/*{\n?}*/")
    with pytest.raises(BadScene, match=rf"{bad}:2: "):
        load_scene(write("a.toml", 'shader = "bad.fs"'))
    with pytest.raises(BadScene, match=r"absent\.toml: no such file"):
        load_scene(bad.with_name("absent.toml"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text()
    | st.lists(
        st.tuples(
            st.sampled_from(["set.flow", "bind.flow", "set.mode", "bind.position.x", "lights.a", "palette", "title"]),
            st.sampled_from(["1", "nan", "'sound.level'", "[]", "{}", "1e400", "[[]]", "1979-05-27", "{signal=[]}"]),
        ).map("=".join)
    ).map("\n".join)
)
def test_any_text_is_a_scene_or_one_line_of_refusal(shaders: Path, text: str) -> None:
    path = shaders / "any.toml"
    path.write_text(f'shader="ink.fs"\n{text}', encoding="utf-8", errors="surrogatepass")
    try:
        load_scene(path)
    except BadScene as refusal:
        _is_one_line(str(refusal))


def _is_one_line(text: str) -> None:
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize("name", scene_names())
def test_every_scene_of_the_engine_loads(name: str) -> None:
    assert load_scene(name).shader.inputs
