"""`monochord devices`: what can be listened to and played through, and which of it this user's shows take."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer


def devices(
    use: Annotated[str | None, typer.Option(help="Listen to this device from now on: saved, by name.")] = None,
    use_output: Annotated[
        str | None, typer.Option(help="Play through this device from now on: saved, by name.")
    ] = None,
    show: Annotated[Path | None, typer.Option(help="Save in this show file instead of the user's own.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List the sound devices and monitors, or choose a device for good.

    Example: monochord devices --use "Scarlett 2i2"
    """
    from engine.audio.device import devices as all_devices
    from engine.audio.device import find_device
    from engine.settings import save

    for name, direction, key in ((use, "input", "sound.device"), (use_output, "output", "sound.output")):
        if name is not None:
            device = find_device(name, "input" if direction == "input" else "output")
            print(f"{direction}: {device.full_name} (saved in {save(key, device.full_name, show)})")
    if use is not None or use_output is not None:
        return
    found = all_devices()
    monitors = _monitors()
    if as_json:
        listed = [{key: value for key, value in asdict(device).items() if key != "number"} for device in found]
        print(json.dumps({"sound": listed, "monitors": monitors}, indent=1))
        return
    for device in found:
        default = "*" if device.default_input or device.default_output else " "
        print(f"{default} {device.full_name:48} in {device.inputs:2}  out {device.outputs:2}  {device.rate} Hz")
    print("\n".join(f"  monitor: {name}" for name in monitors) or "  no monitor")


def _monitors() -> list[str]:
    from engine.errors import MissingDriver
    from engine.stage.window import monitor_names

    try:
        return monitor_names()
    except MissingDriver:
        return []
