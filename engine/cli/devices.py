"""`monochord devices`: what can be listened to and played through, and which of it this user's shows take."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from engine.cli import typed


def devices(
    use: Annotated[
        str | None, typer.Option(help="Listen to this device from now on: saved, by name.", metavar="NAME")
    ] = None,
    use_output: Annotated[
        str | None, typer.Option(help="Play through this device from now on: saved, by name.", metavar="NAME")
    ] = None,
    show: Annotated[
        Path | None, typer.Option(help="Save in this show file instead of the user's own.", metavar="SHOW.toml")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List sound devices, monitors and MIDI ports, or choose a device.

    Example: monochord devices --use "Scarlett 2i2"
    """
    from engine.audio.device import devices as all_devices
    from engine.audio.device import find_device
    from engine.show.show_file import save

    typed.own_show(show)
    for name, direction, key in ((use, "input", "sound.device"), (use_output, "output", "sound.output")):
        if name is not None:
            device = find_device(name, "input" if direction == "input" else "output")
            print(f"{direction}: {device.full_name} (saved in {save(key, device.full_name, show)})")
    if use is not None or use_output is not None:
        return
    found = all_devices()
    monitors, (heard, told) = _monitors(), _midi_ports()
    if as_json:
        listed = [{key: value for key, value in asdict(device).items() if key != "number"} for device in found]
        print(json.dumps({"sound": listed, "monitors": monitors, "midi": {"inputs": heard, "outputs": told}}, indent=1))
        return
    for device in found:
        default = "*" if device.default_input or device.default_output else " "
        print(f"{default} {device.full_name:48} in {device.inputs:2}  out {device.outputs:2}  {device.rate} Hz")
    print("\n".join(f"  monitor: {name}" for name in monitors) or "  no monitor")
    for name in dict.fromkeys((*heard, *told)):
        print(f"  midi: {name:48} {'in ' if name in heard else '   '} {'out' if name in told else ''}".rstrip())


def _midi_ports() -> tuple[list[str], list[str]]:
    """Names of the MIDI ports in and out; none where the optional library or a driver is missing."""
    from engine.control.midi_ports import RtPorts
    from engine.errors import MissingDriver

    try:
        ports = RtPorts()
    except MissingDriver:
        return [], []
    found = ports.inputs(), ports.outputs()
    ports.close()
    return found


def _monitors() -> list[str]:
    from engine.errors import MissingDriver
    from engine.stage.display import monitor_names

    try:
        return monitor_names()
    except MissingDriver:
        return []
