"""What a phone sends is a vote, or it is nothing."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.survey.questions import PAIRS
from engine.survey.vote import FORM, MOST_BYTES, read_vote

PIECES = st.sampled_from([b"music=", b"visuals=", b"&", b"A", b"B", b"D", b"E", b"a", b"%41", b";", b"\n", b"\0", b" "])
BODIES = st.one_of(st.binary(max_size=2 * MOST_BYTES), st.lists(PIECES, max_size=8).map(b"".join))
WHOLE = {urlencode({"music": pair[0], "visuals": pair[1]}).encode(): pair for pair in PAIRS}


def test_each_of_the_sixteen_votes_is_read() -> None:
    assert len(WHOLE) == 16
    for body, pair in WHOLE.items():
        assert read_vote(FORM, body) == pair


@settings(deadline=None)
@given(BODIES)
def test_nothing_else_is_a_vote_and_no_body_raises(body: bytes) -> None:
    assert read_vote(FORM, body) == WHOLE.get(body)


@settings(deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.binary(min_size=1, max_size=8), st.booleans())
def test_a_vote_with_anything_before_or_behind_it_is_none(body: bytes, more: bytes, before: bool) -> None:
    assert read_vote(FORM, more + body if before else body + more) is None


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", ""])
def test_what_no_form_of_ours_sends_is_none(kind: str) -> None:
    assert read_vote(kind, next(iter(WHOLE))) is None
