"""The survey at the desk: one order opens and closes it, and only who may see the show sees how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.control.bad_order import BadOrder
from engine.control.orders import OpenSurvey, ShowSurvey
from engine.control.page_place import PageSettings
from engine.control.page_server import PageServer
from engine.control.table import Repertoire, Table
from engine.errors import BadSetting
from engine.lights.hand import Hand
from engine.live.desk import Desk
from engine.settings import Settings
from engine.timing.cues import CueList
from engine.timing.tapping import TappedBeat

from ..control.fake_view import FakeView
from ..control.test_page_server import TOKEN, FromAfar, ask

URL = "http://192.168.1.10:9120/"
CODE = {"side": 25, "bits": "1f"}


class Asked:
    """What the desk needs of a survey, and what it was told."""

    def __init__(self, trouble: str = "") -> None:
        self.wanted, self._trouble = False, trouble
        self.shown, self.seconds = False, 0.0

    def open(self) -> None:
        if self._trouble:
            raise BadSetting(self._trouble)
        self.wanted = True

    def close(self) -> None:
        self.wanted = self.shown = False

    def show(self, on: bool, seconds: float = 0.0) -> None:
        if on and not self.wanted:
            raise BadSetting("it is closed")
        self.shown, self.seconds = on, seconds

    def on_wall(self) -> dict[str, Any] | None:
        return CODE if self.shown else None


class Stage:
    """What the desk needs of a stage here: what it is to show, and how often it was told."""

    def __init__(self) -> None:
        self.on: dict[str, Any] = {"code": None}
        self.told: list[dict[str, Any]] = []
        self.inputs = None

    def __getitem__(self, name: str) -> Any:
        return self.on[name]

    def set(self, **values: Any) -> None:
        self.on |= values
        self.told.append(values)


def desk(survey: Any, said: list[str], stage: Any = None) -> Desk:
    ears: Any = None
    return Desk(
        Settings(scene="ink", scenes=("ink",)),
        ears,
        stage,
        CueList(()),
        TappedBeat(),
        wanderer=None,
        heard=lambda: 0.0,
        say=said.append,
        stop=lambda: None,
        lights=Hand(),
        survey=survey,
    )


def test_one_order_opens_and_closes_it() -> None:
    survey, said = Asked(), list[str]()
    one = desk(survey, said)
    for value, on in ((1, True), (0, False), (True, True)):
        order = one.table.read("/monochord/survey/open", [value])
        assert order == OpenSurvey(on)
        one.obey_all([order])
        assert survey.wanted is on
        assert one.present()["/monochord/survey/open"] == (on,)
    assert said == []


def test_another_order_lays_its_code_on_the_wall_and_the_stage_is_told_once() -> None:
    survey, said, stage = Asked(), list[str](), Stage()
    one = desk(survey, said, stage)
    one.tend()
    assert stage.told == []
    one.obey_all([OpenSurvey(True), one.table.read("/monochord/survey/show", [1])])
    assert survey.shown
    for _ in range(3):
        one.tend()
    assert stage.told == [{"code": CODE}]
    one.obey_all([OpenSurvey(False)])
    one.tend()
    assert stage.told == [{"code": CODE}, {"code": None}]
    assert said == []


def test_the_code_may_be_asked_for_so_many_seconds() -> None:
    table = Table(Repertoire())
    assert table.read("/monochord/survey/show", [1, 20]) == ShowSurvey(True, 20.0)
    assert table.read("/monochord/survey/show", [False]) == ShowSurvey(False, 0.0)
    for given in ([], [1, -1], [1, 1e6], [1, "long"], [1, 2, 3], ["http://evil.example"]):
        with pytest.raises(BadOrder):
            table.read("/monochord/survey/show", given)


def test_a_code_that_would_lead_nowhere_is_refused() -> None:
    survey, said = Asked(), list[str]()
    desk(survey, said).obey_all([ShowSurvey(True)])
    desk(None, said).obey_all([ShowSurvey(True)])
    assert said == ["/monochord/survey/show: it is closed", "/monochord/survey: there is none in this show"]
    assert not survey.shown


@pytest.mark.parametrize("given", [[], ["http://evil.example"], [1, 2], [float("nan")]])
def test_the_order_takes_nothing_else(given: list[object]) -> None:
    with pytest.raises(BadOrder):
        Table(Repertoire()).read("/monochord/survey/open", given)


def test_what_keeps_it_closed_is_told_in_one_line() -> None:
    said = list[str]()
    desk(Asked("survey: no network is here"), said).obey_all([OpenSurvey(True)])
    desk(None, said).obey_all([OpenSurvey(True)])
    assert said == [
        "/monochord/survey/open: survey: no network is here",
        "/monochord/survey: there is none in this show",
    ]


class View(FakeView):
    """A show with a survey that is open or closed."""

    url = ""

    def facts(self) -> Mapping[str, Any]:
        return {**super().facts(), "survey": {"url": self.url}}

    def survey_csv(self) -> str:
        return "minute,music,visuals,votes\n2026-05-01T20:15+02:00,A,B,3\n"


def test_code_and_votes_are_served_to_who_may_see_the_show(monkeypatch: pytest.MonkeyPatch) -> None:
    view = View()
    with PageServer(PageSettings(port=0), view) as server:
        assert ask(server, "/page/survey.svg")[0] == 404
        view.url = URL
        status, headers, body = ask(server, "/page/survey.svg")
        assert (status, headers["Content-Type"].partition(";")[0]) == (200, "image/svg+xml")
        assert b"<svg" in body
        status, headers, body = ask(server, "/page/survey.csv")
        assert (status, headers["Content-Type"].partition(";")[0]) == (200, "text/csv")
        assert body.decode() == view.survey_csv()
        assert ask(server, "/page/survey.js")[0] == 200
        monkeypatch.setattr(server._entrance, "gate", FromAfar(TOKEN, []))
        assert ask(server, "/page/survey.svg")[0] == ask(server, "/page/survey.csv")[0] == 401


def test_a_show_without_a_survey_serves_no_code() -> None:
    with PageServer(PageSettings(port=0), FakeView()) as server:
        assert ask(server, "/page/survey.svg")[0] == 404
