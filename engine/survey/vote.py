"""A vote as a phone sends it: a form's two fields, and nothing else."""

from __future__ import annotations

import re
from typing import Final

MOST_BYTES: Final = 1024
"""Of a body, before anybody looks into it."""
FORM: Final = "application/x-www-form-urlencoded"
"""The media type that a form is sent as."""
_VOTE: Final = re.compile(rb"music=([A-D])&visuals=([A-D])")


def read_vote(kind: str, body: bytes) -> str | None:
    """The two answers, as in `PAIRS`, of a body of this media type; None for whatever is not exactly a vote."""
    match = _VOTE.fullmatch(body) if kind == FORM and len(body) <= MOST_BYTES else None
    return None if match is None else (match[1] + match[2]).decode("ascii")
