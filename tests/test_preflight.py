"""A show is walked through before the doors open: what would fail is named, and nothing is started."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine import preflight
from engine.audio.device import Device
from engine.errors import NoSuchDevice
from engine.foundation.findings import Finding
from engine.rehearsal import nobody
from engine.settings import Settings, settings

SMALL = "[stage]\nsize = [64, 36]\n"


@pytest.fixture
def receiver() -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening.getsockname()[1]


def show(folder: Path, text: str, **more: Any) -> Settings:
    path = folder / "show.toml"
    path.write_text(text)
    return settings(path, source="tone:440", headless=True, **more)


def found(chosen: Settings) -> dict[str, list[Finding]]:
    by_name: dict[str, list[Finding]] = {}
    for finding in preflight.walk(chosen, nobody):
        by_name.setdefault(finding.name, []).append(finding)
    return by_name


@pytest.mark.gl
def test_a_show_that_lacks_nothing_is_well_and_its_progress_goes_up_to_the_end(tmp_path: Path, receiver: int) -> None:
    chosen = show(
        tmp_path,
        f'scene = "strings"\nscenes = ["strings", "drum"]\n{SMALL}[change]\ntransition = "fade"\nseconds = 1\n'
        f'[[osc]]\nto = "127.0.0.1:{receiver}"\n',
    )
    told: list[float] = []
    findings = list(preflight.walk(chosen, told.append))
    assert [one.text for one in findings if one.needed and not one.well] == []
    (scenes,) = [one for one in findings if one.name == "scenes"]
    assert scenes.text == "2 of 2 drawn at 64x36, with 2 changes"
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_every_change_that_the_evening_may_bring_is_tried_once(tmp_path: Path) -> None:
    chosen = show(
        tmp_path,
        'scene = "ink"\nscenes = ["ink", "silk"]\n[[cues]]\nscene = "drum"\ntransition = "mist"\nat = 5\n'
        '[[cues]]\nscene = "drum"\ntransition = "mist"\nat = 9\n[[cues]]\nscene = "ink"\nat = 12\n',
    )
    wanted = [(change.scene, change.transition) for change in preflight.changes(chosen)]
    assert wanted == [("ink", "cut"), ("silk", "cut"), ("drum", "mist")]


@pytest.mark.gl
def test_a_scene_that_does_not_compile_is_named_and_the_others_are_tried_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "broken.fs").write_text("/*{}*/\nvoid main() { gl_FragColor = vec4(1.0) }\n")
    chosen = show(tmp_path, f'scene = "strings"\nscenes = ["strings", "{tmp_path}/broken.fs"]\n{SMALL}')
    refused, summary = found(chosen)["scenes"]
    assert "broken.fs" in refused.text
    assert not refused.well
    assert not summary.well
    assert summary.text.startswith("1 of 2 drawn")


def test_a_receiver_at_which_nobody_listens_is_named(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as brief:
        brief.bind(("127.0.0.1", 0))
        port = brief.getsockname()[1]
    chosen = show(
        tmp_path, f'[[osc]]\nto = "127.0.0.1:{port}"\n[[lights]]\nto = "127.0.0.1:{port}:qlcplus"\n[lights.map]\n'
    )
    findings = list(preflight.told(chosen))
    assert [(one.name, one.well) for one in findings] == [("osc", False), ("lights", False)]
    assert findings[0].text == f"127.0.0.1:{port}:generic has nobody who listens"


def test_a_port_that_somebody_else_has_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        chosen = show(tmp_path, f"[page]\nlisten = {port}\n[osc_in]\nlisten = {port}\n")
        findings = {name: preflight.examined(name, check) for name, check in preflight.listened(chosen)}
    assert findings["osc in"].well
    assert not findings["page"].well
    assert "choose another port" in findings["page"].text


def test_a_take_needs_a_folder_and_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = preflight.examined("disk", lambda: preflight.disk(show(tmp_path, "", record=tmp_path / "no" / "a.take")))
    assert "there is no folder" in gone.text
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2**30))
    small = preflight.examined("disk", lambda: preflight.disk(show(tmp_path, "", record=tmp_path / "a.monochord")))
    assert not small.well
    assert "4 hours of a take are" in small.text


def test_a_channel_that_the_device_does_not_have_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "show.toml"
    path.write_text('[sound]\nchannels = ["1:erhu", "3:drum"]\n')
    two = Device("Scarlett 2i2", "ALSA", 2, 2, 48_000, 0, True, True)
    monkeypatch.setattr("engine.audio.device.find_device", lambda *_: two)
    with pytest.raises(NoSuchDevice, match=r"Scarlett 2i2.* has 2 channels, channel 3 is listened to"):
        preflight.sound(settings(path, headless=True))


def test_a_controller_that_is_unplugged_is_named_with_the_nearest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ports:
        def inputs(self) -> list[str]:
            return ["nanoKONTROL2 CTRL"]

        def outputs(self) -> list[str]:
            return ["Volca Keys"]

        def close(self) -> None:
            pass

    monkeypatch.setattr(preflight, "RtPorts", Ports)
    there = show(tmp_path, '[midi]\ninput = "nanoKONTROL"\nclock_to = "Volca"\n')
    assert preflight.midi(there) == "nanoKONTROL, Volca there"
    with pytest.raises(NoSuchDevice, match=r"midi=Faderfox is not there"):
        preflight.midi(show(tmp_path, '[midi]\ninput = ["nanoKONTROL", "Faderfox"]\n'))
