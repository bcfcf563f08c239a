"""What of a machine's own settings can stop a show is named, with its mend."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from engine.foundation import power

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looked at on Linux only")


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("engine.foundation.awake.refused", lambda: False)


def written(folder: Path, **texts: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text + "\n")
    return folder


@pytest.mark.usefixtures("quiet")
def test_a_battery_that_is_being_used_up_is_named_and_one_that_is_charged_is_not(tmp_path: Path) -> None:
    battery = written(tmp_path / "supplies/BAT0", type="Battery", status="Discharging", capacity="63")
    written(tmp_path / "supplies/AC", type="Mains", online="0")
    assert power.troubles(tmp_path / "supplies", tmp_path) == ["runs on its battery, 63 % left (plug it in)"]
    written(battery, status="Charging")
    assert power.troubles(tmp_path / "supplies", tmp_path) == []


@pytest.mark.usefixtures("quiet")
def test_a_clock_that_is_held_low_is_named_but_not_where_powersave_means_another_thing(tmp_path: Path) -> None:
    for core in range(4):
        scaling = {"scaling_governor": "powersave", "scaling_driver": "acpi-cpufreq"}
        written(tmp_path / f"cpu{core}/cpufreq", **scaling)
    (line,) = power.troubles(tmp_path / "none", tmp_path)
    assert line.startswith("4 cores keep their clock low, governor powersave")
    written(tmp_path / "cpu0/cpufreq", scaling_driver="intel_pstate")
    assert power.troubles(tmp_path / "none", tmp_path) == []


@pytest.mark.usefixtures("quiet")
def test_a_screen_saver_and_a_screen_that_sleeps_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As xset of X.Org prints it.
    answer = """Screen Saver:
  prefer blanking:  yes    allow exposures:  yes
  timeout:  600    cycle:  600
DPMS (Energy Star):
  Standby: 600    Suspend: 600    Off: 600
  DPMS is Enabled
"""
    program = written(tmp_path / "bin", answer=answer) / "xset"
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/bin/answer\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin", prepend=":")
    monkeypatch.setenv("DISPLAY", ":7")
    found = power.troubles(tmp_path / "none", tmp_path / "none")
    assert found == [
        "the screen saver comes after 10 min (xset s off)",
        "the screen goes to sleep by itself (xset -dpms)",
    ]
    written(tmp_path / "bin", answer="Screen Saver:\n  timeout:  0    cycle:  600\nDPMS is Disabled")
    assert power.troubles(tmp_path / "none", tmp_path / "none") == []


def test_a_user_who_may_not_let_the_sound_go_first_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("resource.getrlimit", lambda _: (0, 0))
    monkeypatch.setattr("engine.foundation.awake.refused", lambda: False)
    (line,) = power.troubles(tmp_path, tmp_path)
    assert "group audio" in line


def test_another_system_is_not_looked_at_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    (line,) = power.troubles()
    assert line.startswith("not looked at on darwin")


@pytest.mark.usefixtures("quiet")
def test_processors_that_may_sleep_deeply_are_named_with_the_rule_that_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.foundation.awake.refused", lambda: True)
    (line,) = power.troubles(tmp_path, tmp_path)
    assert line.startswith("the processors may sleep deeply")
    assert 'KERNEL=="cpu_dma_latency"' in line
