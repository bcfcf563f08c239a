"""The one table of all benchmarks: rows from what scripts say, what is missing told in its row, and the run goes on."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import bench
import numpy as np
import pytest
from bench import JOBS, Runner, command_told, kept_before, measure, told
from benchmarks import figures
from benchmarks.job import DATA, PYTHON, SECTIONS, Job
from benchmarks.peers import NotHere, Peers
from benchmarks.report import curves_told, excerpt, machine, markdown
from benchmarks.table import Figure, Good, Row, cells, line, shown

SAID = json.loads(Path(__file__).with_name("bench_said.json").read_text(encoding="utf-8"))
"""What each script has written once, cut short."""


def script(folder: Path, code: str) -> str:
    """A benchmark of a few lines; `found` is what it writes."""
    path = folder / "measures.py"
    path.write_text(
        "import argparse, json, os, subprocess, sys, time\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--json')\n"
        "parser.add_argument('--python', action='append', default=[])\n"
        "parser.add_argument('--turns', type=int, default=7)\n"
        "said = parser.parse_args()\n"
        f"{code}\n"
        "json.dump(found, open(said.json, 'w'))\n"
    )
    return str(path)


HERE = {"cores": os.cpu_count(), "processor": "x86_64", "system": "Linux", "graphics": "none"}
BEGUN = {"date": "", "load": 0.1, "machine": HERE, "why": ""}


def job(path: str, **more: Any) -> Job:
    """A job with one row: what we take beside what `them` take."""
    row = Row("a hop", "ours", {"them": "theirs"}, Good("faster", ahead=1.0))
    read = {"read": lambda found: {name: Figure((value,), "µs") for name, value in found.items()}}
    return Job(**{"name": "trial", "section": "Speed", "args": (path,), "rows": (row,), **read, **more})


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The graphics driver is asked for its name by one test alone."""
    monkeypatch.setattr(bench, "machine", lambda: HERE)


@pytest.fixture
def peers(tmp_path: Path) -> Peers:
    return Peers(tmp_path / "peers")


@pytest.fixture
def runner(tmp_path: Path, peers: Peers) -> Runner:
    return Runner(peers, tmp_path / "data", tmp_path / "logs", quick=False)


@pytest.mark.parametrize(
    ("ours", "theirs", "times"),
    [
        (Figure((40.0,), "µs"), Figure((72.0,), "µs"), 1.8),
        (Figure((70.0,), "frames/s", more=True), Figure((35.0,), "frames/s", more=True), 2.0),
        (Figure((3.0, 6.0, 9.0), "ms", judged=1), Figure((3.0, 3.0, 9.0), "ms", judged=1), 0.5),
        (Figure((3.0, 6.0, 9.0), "ms", judged=1), Figure((3.0,), "ms"), 0.5),
        (Figure((0.0,), "in 1000"), Figure((4.0,), "in 1000"), None),
    ],
)
def test_a_ratio_says_how_many_times_as_good_ours_is(ours: Figure, theirs: Figure, times: float | None) -> None:
    assert ours.ahead_of(theirs) == (None if times is None else pytest.approx(times))


@pytest.mark.parametrize(
    ("good", "met"),
    [
        (Good("≤ 6", most=6.0), True),
        (Good("≤ 5", most=5.0), False),
        (Good("≥ 6", least=6.0), True),
        (Good("≥ 7", least=7.0), False),
        (Good("twice as fast", ahead=2.0), True),
        (Good("three times as fast", ahead=3.0), False),
        (Good(), None),
    ],
)
def test_a_target_is_held_against_the_figure_that_counts(good: Good, met: bool | None) -> None:
    assert good.met(Figure((3.0, 6.0, 9.0), "ms", judged=1), Figure((9.0, 12.0, 99.0), "ms", judged=1)) is met


def test_a_target_that_hangs_on_a_peer_is_open_where_the_peer_is_not_here() -> None:
    assert Good("faster", ahead=1.0).met(Figure((3.0,)), None) is None


def test_nothing_late_is_better_than_anything_late() -> None:
    none, some = Figure((0.0,), "in 1000"), Figure((4.0,), "in 1000")
    assert Good("none more", ahead=1.0).met(none, some) is True
    assert Good("none more", ahead=1.0).met(none, none) is True
    assert Good("none more", ahead=1.0).met(some, none) is False


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.94, "", ".940"),
        (1.0, "", "1.000"),
        (0.0, "", "0"),
        (3.1e-13, "", "3e-13"),
        (5333.0, "µs", "5333"),
        (12632.4, "µs", "12,632"),
        (3.345, "ms", "3.35"),
        (0.0568, "×", "0.0568"),
    ],
)
def test_numbers_have_the_digits_that_say_something(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text


@pytest.mark.parametrize("name", [each.name for each in JOBS])
def test_every_row_finds_its_figures_in_what_its_script_has_said(name: str) -> None:
    (chosen,) = (each for each in JOBS if each.name == name)
    figures = chosen.read(SAID[name])
    for row in chosen.rows:
        told_line = line(row, figures)
        assert told_line["ours"] is not None, row.what
        for beside in told_line["beside"]:
            assert beside["figure"] is not None, (row.what, beside["who"])


def test_names_are_given_once_and_sections_are_known() -> None:
    names = [each.name for each in JOBS]
    assert len(names) == len(set(names))
    assert {each.section for each in JOBS} == set(SECTIONS)
    for each in JOBS:
        assert (bench._ROOT / each.args[0]).is_file(), each.name


def test_what_is_a_part_of_ours_is_told_without_a_ratio() -> None:
    row = Row("a picture", "ours", {"bare": "bare"}, told={"of it the limiter": "limiter"})
    found = line(row, {"ours": Figure((200.0,), "µs"), "bare": Figure((50.0,), "µs"), "limiter": Figure((80.0,), "µs")})
    assert cells(found)[2] == "bare 50 µs (0.25); of it the limiter 80 µs"


def test_a_row_has_its_figure_the_peers_the_ratio_and_the_verdict(runner: Runner, tmp_path: Path) -> None:
    result = runner.run(job(script(tmp_path, "found = {'ours': 40.0, 'theirs': 72.0}")))
    assert result["why"] == ""
    assert cells(result["lines"][0]) == ["a hop", "40 µs", "them 72 µs (1.8)", "faster: met"]
    assert (tmp_path / "logs" / "trial.json").exists()


def test_a_script_that_fails_says_why_in_its_row_and_the_run_goes_on(runner, peers, tmp_path, capsys) -> None:
    (tmp_path / "b").mkdir()
    bad = job(script(tmp_path / "b", "raise SystemExit('no sound card here')"), name="bad")
    good = job(script(tmp_path, "found = {'ours': 40.0, 'theirs': 72.0}"), name="good")
    store, report = tmp_path / "kept.json", tmp_path / "kept.md"
    assert measure((bad, good), runner, peers, store, report, quick=False) == 1
    kept = json.loads(store.read_text())["jobs"]
    assert kept["bad"]["why"] == "failed (1): no sound card here"
    assert kept["good"]["lines"][0]["met"] is True
    assert "bad: 0 s, failed (1): no sound card here" in capsys.readouterr().out.replace("1 s,", "0 s,")
    assert report.read_text().startswith("# Benchmarks")


def test_a_script_that_judges_and_says_that_a_bar_is_missed_has_its_figures_in_the_row(runner, tmp_path: Path) -> None:
    ends = "import atexit; atexit.register(os._exit, 1); found = {'ours': 90.0, 'theirs': 72.0}"
    result = runner.run(job(script(tmp_path, ends)))
    assert result["why"] == ""
    assert cells(result["lines"][0])[1:] == ["90 µs", "them 72 µs (0.8)", "faster: **missed**"]


def test_what_a_script_has_written_by_itself_is_told_and_it_is_not_run_again(peers: Peers, tmp_path: Path) -> None:
    written = tmp_path / "written.json"
    written.write_text(json.dumps({"ours": 30.0, "theirs": 60.0}))
    runner = Runner(peers, tmp_path, tmp_path / "logs", quick=False, told={"trial": written})
    result = runner.run(job(script(tmp_path, "raise SystemExit('it was run')")))
    assert result["why"] == ""
    assert cells(result["lines"][0])[1] == "30 µs"


def test_of_a_path_in_a_complaint_the_name_is_told_alone(runner: Runner, tmp_path: Path) -> None:
    bad = job(script(tmp_path, "raise SystemExit('--data /home/someone/music/a.npz is no .npz of 1/2')"))
    assert runner.run(bad)["why"] == "failed (1): --data …/a.npz is no .npz of 1/2"


def test_json_that_is_not_what_is_expected_is_a_row_that_failed(runner: Runner, tmp_path: Path) -> None:
    wrong = job(script(tmp_path, "found = {'other': 1.0}"), read=lambda found: {"ours": Figure((found["ours"],))})
    assert "its JSON is not what is expected: KeyError" in runner.run(wrong)["why"]


def test_a_script_that_hangs_is_ended_with_all_that_it_has_started(runner: Runner, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(600)\nfound = {}"
    )
    result = runner.run(job(script(tmp_path, code), minutes=0.05))
    assert result["why"] == "did not end within 0.05 minutes"
    if note.exists():
        _await_end(int(note.read_text()))


def _await_end(pid: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
            if sys.platform == "linux" and ") Z " in Path(f"/proc/{pid}/stat").read_text():
                return
        except OSError:
            return
        time.sleep(0.05)
    raise AssertionError(f"{pid} goes on")


def test_a_peer_that_is_not_here_is_told_and_ours_is_measured(tmp_path, capsys) -> None:
    nobody = tmp_path / "python"
    nobody.write_text("#!/bin/sh\necho \"ModuleNotFoundError: No module named 'aubio'\" >&2\nexit 1\n")
    nobody.chmod(0o755)
    peers = Peers(tmp_path / "peers", {"aubio": nobody})
    with pytest.raises(NotHere, match="aubio cannot be imported: ModuleNotFoundError"):
        peers.python("aubio")
    runner = Runner(peers, tmp_path, tmp_path / "logs", quick=False)
    code = "found = {'ours': 40.0} | ({'theirs': 1.0} if said.python else {})"
    result = runner.run(job(script(tmp_path, code), peers={"aubio": ("--python", PYTHON)}))
    assert cells(result["lines"][0]) == ["a hop", "40 µs", "them: not here", "faster"]
    assert "aubio cannot be imported" in capsys.readouterr().out
    assert peers.versions() == {}


def test_a_peer_that_is_here_is_asked_through_its_own_interpreter(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(bench.PEERS, "json", replace(bench.PEERS["aubio"], packages=("pytest==1",), module="json"))
    peers = Peers(tmp_path / "peers", {"json": Path(sys.executable)})
    runner = Runner(peers, tmp_path, tmp_path / "logs", quick=False)
    code = "found = {'ours': 40.0, 'theirs': 80.0 if said.python == [sys.executable] else 1.0}"
    asked = job(script(tmp_path, code), peers={"json": ("--python", PYTHON)})
    assert runner.run(asked)["lines"][0]["beside"][0]["ratio"] == 2.0
    assert command_told(asked).endswith("--python JSON/bin/python")
    assert peers.versions() == {"json": f"pytest {pytest.__version__}"}


def test_an_environment_that_cannot_be_made_is_one_line(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "peers").write_text("a file where a folder is wanted")
    peers = Peers(tmp_path / "peers")
    for _ in range(2):
        with pytest.raises(NotHere, match=r"^aubio cannot be installed: "):
            peers.python("aubio")


def test_data_and_programs_that_are_missing_are_told_with_what_makes_them(runner: Runner, tmp_path: Path) -> None:
    path = script(tmp_path, "found = {'ours': 1.0, 'theirs': 1.0}")
    data = job(path, args=(path, "--python", f"{DATA}/renders"), needs={"renders": "python tools/renders.py --out …"})
    assert runner.run(data)["why"] == "needs DATA/renders: python tools/renders.py --out …"
    (tmp_path / "data" / "renders").mkdir(parents=True)
    assert runner.run(data)["why"] == ""
    assert runner.run(job(path, programs=("no-such-program",)))["why"] == "needs the program no-such-program"


def test_a_quick_run_asks_for_less(peers: Peers, tmp_path: Path) -> None:
    path = script(tmp_path, "found = {'ours': said.turns, 'theirs': 1.0}")
    hasty = Runner(peers, tmp_path, tmp_path / "logs", quick=True)
    assert hasty.run(job(path, quick=("--turns", "2")))["lines"][0]["ours"]["values"] == [2]


def test_what_was_measured_before_stays_until_it_is_measured_again(runner, peers, tmp_path) -> None:
    store, report = tmp_path / "kept.json", tmp_path / "kept.md"
    path = script(tmp_path, "found = {'ours': 40.0, 'theirs': 72.0}")
    measure((job(path, name="osc"),), runner, peers, store, report, quick=False)
    measure((job(path, name="wall"),), runner, peers, store, report, quick=False)
    script(tmp_path, "raise SystemExit('broken')")
    measure((job(path, name="osc"),), runner, peers, store, report, quick=False)
    kept = kept_before(store)["jobs"]
    assert set(kept) == {"osc", "wall"}
    assert kept["osc"]["lines"][0]["met"] is True
    assert "not measured again on" in report.read_text()
    assert "broken" in report.read_text()
    store.write_text("{")
    assert kept_before(store) == {"jobs": {}}


def test_what_was_measured_on_another_machine_says_so(runner, peers, tmp_path, monkeypatch) -> None:
    store, report = tmp_path / "kept.json", tmp_path / "kept.md"
    path = script(tmp_path, "found = {'ours': 40.0, 'theirs': 72.0}")
    measure((job(path, name="osc"),), runner, peers, store, report, quick=False)
    assert "another machine" not in report.read_text()
    monkeypatch.setattr(bench, "machine", lambda: {**HERE, "processor": "arm64", "graphics": "a card"})
    monkeypatch.setattr(bench.time, "strftime", lambda _: "2999-01-01 10:00")
    elsewhere = Runner(peers, tmp_path, tmp_path / "logs", quick=False)
    measure((job(path, name="wall"),), elsewhere, peers, store, report, quick=False)
    rows = {line.split("|")[5].strip(): line for line in report.read_text().splitlines() if "a hop" in line}
    assert sum("on another machine: x86_64, none" in command for command in rows) == 1
    assert "(arm64)" in report.read_text().partition("## ")[0]


def test_the_report_names_the_machine_in_general_terms_only(peers, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(bench, "machine", machine)
    runner = Runner(peers, tmp_path / "data", tmp_path / "logs", quick=False)
    store, report = tmp_path / "kept.json", tmp_path / "kept.md"
    path = script(tmp_path, "found = {'ours': 40.0, 'theirs': 72.0}")
    measure((job(path, name="osc"),), runner, peers, store, report, quick=True)
    text = report.read_text().replace(path, "")
    assert "A quick run, for trying" in text
    assert f"{os.cpu_count()} cores" in text
    assert f"numpy {bench.versions()['numpy']}" in text
    for secret in (str(bench._ROOT), str(tmp_path), str(Path.home())):
        assert secret not in text
    assert not re.search(rf"\b{re.escape(platform.node())}\b", text)
    assert {"cores", "system", "graphics"} <= set(machine())


def test_jobs_of_a_section_stand_in_one_table_in_their_order() -> None:
    jobs = {
        name: {**BEGUN, "date": "2026-01-02 10:00", "command": f"python {name}", "lines": [told_row()]}
        for name in ("second", "first", "truth")
    }
    kept = {"versions": {}, "jobs": jobs}
    text = markdown(kept, [("first", "Speed"), ("second", "Speed"), ("truth", "Truth")], quick=False)
    assert text.index("## Speed") < text.index("python first") < text.index("python second") < text.index("## Truth")
    assert "Others were at work" not in text
    jobs["first"]["load"] = 3.0
    assert "Others were at work" in markdown(kept, [("first", "Speed")], quick=False)


def told_row() -> dict[str, Any]:
    return line(Row("a | b", "ours"), {"ours": Figure((1.5,), "ms")})


def test_the_readme_cites_what_it_asks_for_and_nothing_that_failed(runner: Runner, tmp_path: Path) -> None:
    told = job(script(tmp_path, "found = {'ours': 40.0, 'theirs': 72.0}"))
    asked = replace(told, rows=(replace(told.rows[0], cited=True), replace(told.rows[0], what="a day")))
    failed = replace(asked, name="other")
    kept = {"jobs": {"trial": runner.run(asked), "other": {**BEGUN, "why": "needs a moon", "lines": []}}}
    cited = excerpt(kept, [asked, failed])
    assert "| a hop | 40 µs | them 72 µs (1.8) | faster: met |" in cited
    assert cited.startswith(f"Measured {kept['jobs']['trial']['date'][:10]} on {os.cpu_count()} cores")
    assert "a day" not in cited
    assert "moon" not in cited
    assert excerpt(kept, [failed]) == "Nothing has been measured yet."


def test_a_bar_in_a_name_does_not_break_the_table(runner: Runner, tmp_path: Path) -> None:
    result = {"seconds": 1.0, "why": "", "lines": [told_row()]}
    assert told(job("x"), result) == "trial: 1 s\n  a | b: 1.5 ms"
    jobs = {"one": {**BEGUN, "command": "c", "lines": [told_row()]}}
    kept = {"versions": {}, "jobs": jobs}
    assert "| a \\| b | 1.5 ms |" in markdown(kept, [("one", "Speed")], quick=False)


def test_a_curve_is_a_table_with_its_floor() -> None:
    curve = {"what": "a picture", "of": "passes", "unit": "µs", "at": [1, 16], "ours": [200.0, 900.0], "memory": []}
    assert "| 16 | 900 |" in curves_told({"passes": curve})
    with_floor = {**curve, "floor": [10.0, 100.0], "floor is": "bare moderngl", "memory": [0.0, 1.5]}
    text = curves_told({"passes": with_floor})
    assert "| passes | ours, µs | bare moderngl, µs | memory more, MB |" in text
    assert "| 16 | 900 | 100 | 1.5 |" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "oscc"], "'oscc' is no benchmark (one of latency"),
        (["--skip", "all"], "'all' is no benchmark"),
        (["--peer", "abuio=/usr/bin/env"], "peer=abuio=/usr/bin/env must be one of aubio"),
        (["--peer", "aubio=nowhere/python"], "an interpreter that is there"),
    ],
)
def test_a_name_that_is_none_is_refused(arguments: list[str], words: str, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["bench.py", *arguments])
    with pytest.raises(SystemExit, match="2"):
        bench.main()
    assert words in capsys.readouterr().err


def test_a_figure_that_is_no_number_is_not_measured(runner: Runner, tmp_path: Path) -> None:
    result = runner.run(job(script(tmp_path, "found = {'ours': None, 'theirs': 72.0}")))
    assert result["why"] == ""
    assert cells(result["lines"][0])[1] == "not measured in this run"


def test_figures_that_are_no_numbers_are_kept_as_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    figures.keep({"ratio": np.float64(0.5), "lost": float("inf"), "of": [np.int64(3), (1.0, float("nan"))]}, path)
    assert json.loads(path.read_text()) == {"ratio": 0.5, "lost": None, "of": [3, [1.0, None]]}
    figures.keep({"a": 1}, None)
    assert figures.spread([1.0, 2.0, 3.0])["p50"] == 2.0
