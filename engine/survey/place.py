"""Where phones find the survey: which address of this machine, which port, and how it is said in a show file."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.control.listening_place import is_loopback, read_place
from engine.control.page_place import own_address
from engine.errors import BadSetting
from engine.survey.ballot_box import MOST_VOTES, PER_MINUTE

SURVEY_PORT: Final = 9120
"""Where phones are let in, if nothing else is said."""
_CODES: Final = (".svg", ".png")


@dataclass(frozen=True, slots=True)
class SurveySettings:
    """`open`: from the beginning of the show; else when somebody at the desk says so.

    `host` is an address of this machine, None for the one by which it reaches the network. `votes`: the CSV that is
    written, under the next free name where there is one already; `code`: the QR code as an SVG or PNG. `per_minute`:
    votes from one address, in the long run; `most`: in all.
    """

    open: bool = False
    host: str | None = None
    port: int = SURVEY_PORT
    votes: Path | None = None
    code: Path | None = None
    per_minute: int = PER_MINUTE
    most: int = MOST_VOTES


def read_survey(found: Mapping[str, Any]) -> SurveySettings:
    """From the keys of `[survey]`; BadSetting, in one line, for what cannot be. An open one has an address already."""
    host, port = _place(found.get("address"))
    votes = None if (file := found.get("votes")) is None else Path(file).expanduser()
    code = None if (file := found.get("code")) is None else Path(file).expanduser()
    if votes is not None and votes.suffix.lower() != ".csv":
        raise BadSetting(f"survey={votes} must end in .csv (try votes.csv)")
    if code is not None and code.suffix.lower() not in _CODES:
        raise BadSetting(f"survey.code={code} must end in .svg or .png")
    chosen = SurveySettings(
        open=bool(found.get("open", False)),
        host=host,
        port=port,
        votes=votes,
        code=code,
        per_minute=int(found.get("per_minute", PER_MINUTE)),
    )
    if chosen.open:
        host_of(chosen)
    return chosen


def host_of(settings: SurveySettings) -> str:
    """The address that phones are led to: the one that was said, else the one by which we reach the network.

    BadSetting where only this machine itself would find it, and where the whole internet might.
    """
    if settings.host is not None:
        return settings.host
    found = own_address()
    others = [found] if not is_loopback(found) else _addresses()  # a network of our own leads nowhere else
    if len(others) != 1:
        why = f"this machine is in several networks ({', '.join(others)})" if others else "no network is here"
        raise BadSetting(f"survey: {why}: say at which address phones find it (--survey-address 192.168.1.10)")
    if ipaddress.ip_address(others[0]).is_global:
        raise BadSetting(
            f"survey: {others[0]} can be reached from the internet: if that is meant, say so (--survey-address"
            f" {others[0]})"
        )
    return others[0]


def _place(said: str | None) -> tuple[str | None, int]:
    """`HOST[:PORT]` as typed; BadSetting for what is no address of one machine."""
    if said is None:
        return None, SURVEY_PORT
    if _is_address(said):
        host, port = said, SURVEY_PORT
    else:
        host, port = read_place("survey.address", said, SURVEY_PORT)
    if said.isdecimal() or not _is_address(host) or ipaddress.ip_address(host).is_unspecified:
        raise BadSetting(f"survey.address={said} must be one address of this machine (try 192.168.1.10)")
    return host, port


def _addresses() -> list[str]:
    """The IPv4 addresses at which any network reaches this machine."""
    from ifaddr import get_adapters  # zeroconf's own

    found = (ipaddress.ip_address(ip.ip) for one in get_adapters() for ip in one.ips if isinstance(ip.ip, str))
    return sorted(str(one) for one in found if not one.is_loopback and not one.is_link_local)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
