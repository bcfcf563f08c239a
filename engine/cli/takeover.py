"""`monochord takeover`: the machine that stood by tells the lights from now on."""

from __future__ import annotations

import json
import socket
import time
import urllib.request
from typing import Annotated, Final

import typer

from engine.control.osc_packet import osc_packet
from engine.errors import BadSetting, UserMistake

_ADDRESS: Final = "/monochord/lights/muted"
_OSC, _PAGE = 9100, 9110
_TIMES: Final = 3  # a datagram may be lost
_BETWEEN: Final = 0.05
_PATIENCE: Final = 2.0  # seconds until it must have obeyed


def takeover(
    host: Annotated[
        str,
        typer.Argument(help="The machine that stands by; its OSC port where it is not 9100.", metavar="HOST[:PORT]"),
    ] = "127.0.0.1",
    mute: Annotated[
        bool, typer.Option("--mute", help="The other way round: let it stand by, and tell nobody.")
    ] = False,
    page: Annotated[
        int,
        typer.Option(min=1, max=65535, help="Where it serves its page, to be asked whether it obeyed.", metavar="PORT"),
    ] = _PAGE,
) -> None:
    """Let the machine that stands by tell the lights from now on.

    There: monochord live --backup --osc-in 0.0.0.0:9100 --osc-from THIS_MACHINE.

    Example: monochord takeover 192.168.1.21
    """
    name, port = _place(host)
    try:
        family, kind, _, _, place = socket.getaddrinfo(name, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as out:
            for _ in range(_TIMES):
                out.sendto(osc_packet(_ADDRESS, "T", [mute]), place)
                time.sleep(_BETWEEN)
    except (OSError, UnicodeError) as why:
        reason = getattr(why, "strerror", None) or why
        raise UserMistake(
            f"host={host} cannot be told ({reason}): press Muted on its page, or look at the cable"
        ) from why
    obeyed = _obeyed(name, page, mute)
    done = "stands by" if mute else "tells the lights now"
    if obeyed is None:
        print(f"{host} was told; whether it obeyed cannot be asked (it serves no page at {page}, or not to us)")
    elif obeyed:
        print(f"{host} {done}")
    else:
        raise UserMistake(f"host={host} did not obey: does it take OSC from here? (--osc-in, --osc-from there)")


def _place(said: str) -> tuple[str, int]:
    if not said.strip():
        raise BadSetting("host= is not HOST[:PORT] (try 192.168.1.21)")
    name, colon, port = said.rpartition(":")
    if not colon or said.endswith("]"):
        return said.strip("[]"), _OSC
    if not (port.isdecimal() and 1 <= int(port) <= 65535 and name):
        raise BadSetting(f"host={said} is not HOST[:PORT] (try 192.168.1.21)")
    return name.strip("[]"), int(port)


def _obeyed(name: str, page: int, mute: bool) -> bool | None:
    """Whether it says that it is so; None where it cannot be asked."""
    found = None
    end = time.monotonic() + _PATIENCE
    host = f"[{name}]" if ":" in name else name
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://{host}:{page}{_ADDRESS}?VALUE", timeout=_PATIENCE) as answer:
                found = json.load(answer)["VALUE"] == [mute]
        except (OSError, ValueError, KeyError, TypeError):
            return found
        if found:
            return True
        time.sleep(_BETWEEN)
    return found
