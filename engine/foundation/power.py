"""What of this machine's own settings can stop a show: sleep, a battery, a slow clock, a screen that goes dark."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from engine.foundation import awake

_SUPPLIES: Final = Path("/sys/class/power_supply")
_CPUS: Final = Path("/sys/devices/system/cpu")
_SLOW: Final = ("powersave", "conservative")  # governors that keep a clock low until it is late
_LONG: Final = 2.0  # seconds that a program of the desktop may take to answer


def troubles(supplies: Path = _SUPPLIES, cpus: Path = _CPUS) -> list[str]:
    """One line each, with its mend; nothing on a machine that is set up for the stage. Looked at on Linux only."""
    if sys.platform != "linux":
        return [f"not looked at on {sys.platform}: let neither machine nor screen sleep, and plug it in"]
    return [*_battery(supplies), *_governor(cpus), *_screen_saver(), *_priority(), *_sleep()]


def _battery(supplies: Path) -> list[str]:
    for battery in sorted(supplies.glob("*")):
        if _text(battery / "type") == "Battery" and _text(battery / "status") == "Discharging":
            return [f"runs on its battery, {_text(battery / 'capacity') or '?'} % left (plug it in)"]
    return []


def _governor(cpus: Path) -> list[str]:
    slow = [text for path in sorted(cpus.glob("cpu*/cpufreq/scaling_governor")) if (text := _text(path)) in _SLOW]
    # intel_pstate and amd-pstate call `powersave` what other drivers call `schedutil`: it is not slow there.
    driven = _text(cpus / "cpu0/cpufreq/scaling_driver")
    if not slow or driven.startswith(("intel_pstate", "amd-pstate", "amd_pstate")):
        return []
    return [f"{len(slow)} cores keep their clock low, governor {slow[0]} (cpupower frequency-set -g performance)"]


def _screen_saver() -> list[str]:
    if not os.environ.get("DISPLAY") or shutil.which("xset") is None:
        return []
    try:
        told = subprocess.run(["xset", "q"], capture_output=True, text=True, timeout=_LONG, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    found = []
    if (seconds := _number(r"timeout:\s+(\d+)", told)) > 0:
        found.append(f"the screen saver comes after {seconds // 60} min (xset s off)")
    if "DPMS is Enabled" in told:
        found.append("the screen goes to sleep by itself (xset -dpms)")
    return found


def _priority() -> list[str]:
    import resource

    if os.geteuid() == 0 or resource.getrlimit(resource.RLIMIT_RTPRIO)[1] != 0:
        return []
    return ["hearing may not go before other programs (add this user to the group audio, with limits for rtprio)"]


def _sleep() -> list[str]:
    if not awake.refused():
        return []
    rule = 'KERNEL=="cpu_dma_latency", GROUP="audio", MODE="0660"'
    return [f"the processors may sleep deeply between two hops (/etc/udev/rules.d/99-awake.rules: {rule})"]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0
