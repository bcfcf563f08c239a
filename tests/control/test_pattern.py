"""OSC's patterns find what they mean, and none of them is expensive."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.control.pattern import MOST_STEPS, Addresses, Costly, is_pattern

KNOWN = ("/m/brightness", "/m/blackout", "/m/freeze", "/scene/flow", "/scene/flow/release", "/scene/next", "/tap")


def matching(pattern: str) -> list[str]:
    return Addresses(KNOWN).matching(pattern)


def test_a_star_stops_at_a_slash() -> None:
    assert matching("/m/b*") == ["/m/blackout", "/m/brightness"]
    assert matching("/*") == ["/tap"]
    assert matching("/*/*") == sorted(one for one in KNOWN if one.count("/") == 2)
    assert matching("/scene/*/release") == ["/scene/flow/release"]


def test_a_star_may_be_nothing_and_stand_in_the_middle() -> None:
    assert matching("/m/b*t*ness") == ["/m/brightness"]
    assert matching("/ta*p") == ["/tap"]


def test_a_question_mark_is_one_letter_and_brackets_are_one_of_some() -> None:
    assert matching("/?ap") == ["/tap"]
    assert matching("/m/[a-b]*") == ["/m/blackout", "/m/brightness"]
    assert matching("/m/[!b]*") == ["/m/freeze"]
    assert matching("/?") == matching("/[!x]ap/") == []


def test_braces_are_one_of_some_words() -> None:
    assert matching("/m/{freeze,blackout}") == ["/m/blackout", "/m/freeze"]
    assert matching("/{scene,m}/{f*,n[e]xt}") == ["/m/freeze", "/scene/flow", "/scene/next"]


def test_an_address_without_special_letters_is_no_pattern() -> None:
    assert not any(map(is_pattern, KNOWN))
    assert all(map(is_pattern, ["/*", "/?", "/[a]", "/{a}", "/]", "/}"]))


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("/[a", "brackets without an end"),
        ("/{a", "braces without an end"),
        ("/{a,{b}}", "braces without an end"),
        ("/{a,b}{a,b}{a,b}{a,b}", "means too much"),
        ("/" + "?" * 200, "too long"),
        ("/" + "[!-~]" * 20, "means too much"),
    ],
)
def test_what_is_no_pattern_or_costs_too_much_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(Costly, match=re.escape(why)):
        matching(pattern)


def test_the_work_that_is_left_is_all_that_is_done() -> None:
    addresses = Addresses(f"/input{n}" for n in range(1000))
    with pytest.raises(Costly):
        addresses.matching("/*", 20)
    assert addresses.steps < 40


def _twin(pattern: str) -> list[str]:
    """The same by regular expression: slow in the worst case, and plain."""
    words = re.sub(r"\{([^{}]*)\}", lambda m: f"({'|'.join(m[1].split(','))})", pattern)
    rule = re.sub(r"\[!", "[^/", words).replace("?", "[^/]").replace("*", "[^/]*")
    return sorted(one for one in KNOWN if re.fullmatch(rule, one))


parts = st.sampled_from(
    ["m", "scene", "b", "f", "low", "*", "?", "/", "[a-m]", "[!a-m]", "{flow,next}", "{b,f}*", "tap"]
)


@given(st.lists(parts, max_size=8).map(lambda found: "/" + "".join(found)))
@settings(deadline=None)
def test_patterns_mean_what_regular_expressions_say(pattern: str) -> None:
    if pattern.count("{") > 3:
        with pytest.raises(Costly):
            Addresses(KNOWN).matching(pattern)
    else:
        assert Addresses(KNOWN).matching(pattern, 100_000) == _twin(pattern)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=140))
@settings(deadline=None)
def test_no_text_costs_more_than_the_bound(text: str) -> None:
    addresses = Addresses(KNOWN)
    with suppress(Costly):
        assert set(addresses.matching("/" + text)) <= set(KNOWN)
    assert addresses.steps <= MOST_STEPS + 128
