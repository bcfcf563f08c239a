"""The show file: which keys it may have, what each takes, and how one of them is written into it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

import platformdirs
import tomlkit

from engine.audio.hops import MAX_GAIN_DB
from engine.errors import BadFile, BadSetting, nearest
from engine.foundation import assets
from engine.foundation.number import is_number
from engine.foundation.whole_file import whole_file
from engine.frame import SILENT_DB
from engine.frame_ring import LONGEST_DELAY
from engine.instrument import HIGHEST_HZ, LOWEST_HZ, MOST_HUM
from engine.score.opening import NOTATIONS
from engine.stage.views import VIEWS
from engine.timing.wandering import KEYS as WANDER_KEYS

_Check = Callable[[Any], bool]


def _counted(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def is_text(value: Any) -> bool:
    """Whether it is text."""
    return isinstance(value, str)


def _named(value: Any) -> bool:
    return is_text(value) and value.strip() != ""


def _channel(value: Any) -> bool:
    return _counted(value) or is_text(value)


def user_show() -> Path:
    """The show file that is read where none is named: the user's own, if there is one."""
    return platformdirs.user_config_path("monochord") / "show.toml"


@dataclass(frozen=True, slots=True)
class _Key:
    """A key of a show file: which values it takes, and in what words they are wanted."""

    fits: _Check
    rule: str


def _between(low: float, high: float) -> _Check:
    return lambda v: is_number(v) and low <= v <= high


def _list_of(fits: _Check, least: int = 0, most: int = 64) -> _Check:
    return lambda v: isinstance(v, list | tuple) and least <= len(v) <= most and all(fits(item) for item in v)


_BOOL: Final = _Key(lambda v: isinstance(v, bool), "true or false")
_NAME: Final = _Key(is_text, 'a name: "…"')
_HERTZ: Final = _Key(_between(LOWEST_HZ, HIGHEST_HZ), f"{LOWEST_HZ:.0f} to {HIGHEST_HZ:.0f} Hz")
_PORT: Final = _Key(_named, 'the name of a MIDI port: "nanoKONTROL"')
_MOST_DELAY: Final = LONGEST_DELAY * 1000
_KEYS: Final[Mapping[str, _Key]] = {
    "scene": _NAME,
    "scenes": _Key(_list_of(is_text, 1), 'names: ["mountains", "ink"]'),
    "space": _Key(lambda v: is_text(v) and v.strip() != "", 'the name of a map, or its path: "mine"'),
    "palette": _NAME,
    "score": _Key(
        lambda v: _named(v) or _list_of(_named, 1)(v),
        'the path of a score: "tune.musicxml", or those of its pages: ["p1.jpg", "p2.jpg"]',
    ),
    "notation": _Key(lambda v: v in NOTATIONS, f"one of {', '.join(NOTATIONS)}"),
    "delay_ms": _Key(_between(0, _MOST_DELAY), f"0 to {_MOST_DELAY:.0f} milliseconds"),
    "change.transition": _NAME,
    "change.seconds": _Key(_between(0, 600), "0 to 600 seconds"),
    "change.when": _NAME,
    "cues": _Key(_list_of(lambda v: isinstance(v, dict), 0, 1000), "[[cues]] tables"),
    **{f"wander.{key}": _Key(lambda _: True, "") for key in WANDER_KEYS},
    "sound.device": _NAME,
    "sound.output": _NAME,
    "sound.channels": _Key(
        _list_of(_channel, 1, 32), 'numbers from 1, or with the name of a musician: [1, 2] or ["1:erhu", "2:drum"]'
    ),
    "sound.gain_db": _Key(_between(-MAX_GAIN_DB, MAX_GAIN_DB), f"−{MAX_GAIN_DB:.0f} to {MAX_GAIN_DB:.0f} dB"),
    "band.low_hz": _HERTZ,
    "band.high_hz": _HERTZ,
    "band.hum_hz": _Key(_list_of(is_number, 0, MOST_HUM), f"a list of at most {MOST_HUM} frequencies in Hz: [250.0]"),
    "band.room_dbfs": _Key(_between(SILENT_DB, 0), f"{SILENT_DB:.0f} to 0 dBFS"),
    "stage.monitor": _NAME,
    "stage.full_screen": _BOOL,
    "stage.panel": _BOOL,
    "stage.flash_limiter": _BOOL,
    "stage.view": _Key(lambda v: v in VIEWS, f"one of {', '.join(VIEWS)}"),
    "stage.size": _Key(
        _list_of(lambda v: isinstance(v, int) and 16 <= v <= 16384, 2, 2), "[width, height], 16 to 16384 pixels"
    ),
    "stage.fps": _Key(_between(1, 240), "1 to 240 pictures a second"),
    "outputs": _Key(_list_of(lambda v: isinstance(v, dict), 1, 16), "[[outputs]] tables"),
    "followers": _Key(_list_of(is_text, 0, 64), 'machines, each HOST[:PORT]: ["192.168.1.21"]'),
    "osc": _Key(_list_of(lambda v: isinstance(v, dict)), "[[osc]] tables"),
    "lights": _Key(_list_of(lambda v: isinstance(v, dict)), "[[lights]] tables"),
    "osc_in.listen": _Key(
        lambda v: is_text(v) or _counted(v), "a port, or an address of this machine and a port: 9100"
    ),
    "page.listen": _Key(lambda v: is_text(v) or _counted(v), "a port, or an address of this machine and a port: 9110"),
    "page.announce": _BOOL,
    "survey.open": _BOOL,
    "survey.address": _Key(_named, 'an address of this machine: "192.168.1.10", with a port if need be'),
    "survey.votes": _Key(_named, 'the path of a CSV that is written: "votes.csv"'),
    "survey.code": _Key(_named, 'the path of an SVG or PNG that is written: "survey.png"'),
    "survey.per_minute": _Key(lambda v: _counted(v) and v <= 6000, "1 to 6000 votes a minute from one address"),
    "midi.input": _Key(
        lambda v: _named(v) or _list_of(_named, 1, 16)(v), 'the name of a port, or names: "nanoKONTROL"'
    ),
    "midi.output": _PORT,
    "midi.clock_to": _PORT,
    "midi.feedback": _BOOL,
    "midi.follow_clock": _BOOL,
    "midi.programs": _BOOL,
    "midi.map": _Key(_list_of(lambda v: isinstance(v, dict), 0, 1024), "[[midi.map]] tables"),
    "timecode.channel": _Key(lambda v: _counted(v) and v <= 32, "a channel of the sound, 1 to 32"),
    "osc_in.senders": _Key(_list_of(is_text, 0, 64), 'addresses of machines: ["192.168.1.20"]'),
}


def read_show(path: Path | None) -> dict[str, Any]:
    """The keys of a show file, flat (`sound.device`), checked. None reads the user's own, if there is one.

    A name without an ending is a show that comes with the engine, where no such file is there: what this machine
    listens to, and the instrument's own band, are those of the user's own show.
    BadFile if it cannot be read, BadSetting for a key or value that is none.
    """
    found: dict[str, Any] = {}
    if path is None:
        path = user_show()
        if not path.exists():
            return {}
    elif not path.suffix and not path.exists():
        path, found = _own_show(str(path)), _of_this_machine()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as why:
        raise BadFile(f"show={path}: {why.strerror} (a TOML file is wanted)") from why
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise BadFile(f"show={path} is not TOML: {why}") from why
    for name, value in _flat(table):
        if name not in _KEYS:
            raise BadSetting(f"show={path} has no key {name} ({nearest(name, _KEYS)})")
        found[name] = check(name, value, f"show={path}: ")
    return found


def preset_file(show: Path | None) -> Path:
    """Where the user's own presets are kept: beside the show; for a show of the engine's, beside the user's own."""
    beside = show or user_show()
    if not beside.suffix and not beside.exists():
        beside = user_show().with_name(beside.name)
    return beside.with_name(f"{beside.stem}.presets.toml")


def show_names() -> list[str]:
    """The shows that come with the engine, sorted."""
    return sorted(path.stem for path in assets.SHOWS.glob("*.toml"))


def _own_show(name: str) -> Path:
    if name not in show_names():
        raise BadFile(f"show={name} is none ({nearest(name, show_names())}; or give a .toml file)")
    return assets.SHOWS / f"{name}.toml"


def _of_this_machine() -> dict[str, Any]:
    """What `devices --use` and `soundcheck --save` have kept, which no show that comes along can say."""
    return {name: value for name, value in read_show(None).items() if name.startswith(("sound.", "band."))}


def check(name: str, value: Any, where: str = "") -> Any:
    """The value, if this key takes it; BadSetting with the rule if not, or if there is no such key."""
    if name not in _KEYS:
        raise BadSetting(f"{where}there is no key {name} ({nearest(name, _KEYS)})")
    key = _KEYS[name]
    if not key.fits(value):
        raise BadSetting(f"{where}{name}={value!r} must be {key.rule}")
    return value


def _flat(table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, Mapping):
            pairs += [(f"{name}.{key}", inner) for key, inner in value.items()]
        else:
            pairs.append((name, value))
    return pairs


def save(key: str, value: Any, path: Path | None = None) -> Path:
    """Write one key into a show file, leaving all else in it as it was, comments included; its path.

    BadFile if it cannot be read or written. The file is replaced when the new one is whole.
    """
    path = path or user_show()
    check(key, value)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
        group, dot, name = key.partition(".")
        if not dot:
            document[key] = value
        else:
            if group not in document:
                document[group] = tomlkit.table()
            table: Any = document[group]
            table[name] = value
        with whole_file(path) as part:
            part.write_text(tomlkit.dumps(document), encoding="utf-8")
    except OSError as why:
        _refuse(path, why.strerror)
    except (tomlkit.exceptions.TOMLKitError, UnicodeDecodeError) as why:
        _refuse(path, why)
    return path


def _refuse(path: Path, why: object) -> NoReturn:
    raise BadFile(f"show={path} cannot be changed: {why}") from None
