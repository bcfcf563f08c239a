"""Every benchmark that this machine can run, each with its peers in the same run, and one table: `make bench`.

    python tools/bench.py                              # hours; BENCHMARKS.md
    python tools/bench.py --only senses osc --quick    # out/quick.md and out/quick.json: for trying, not for quoting
    python tools/bench.py --list

A job that takes hours may be run by itself (`python tools/soak.py --hours 2 --json soak.json`) and be told afterwards:
`--only soak --told soak=soak.json`.

    python tools/bench.py --readme                     # only brings the README's excerpt up to date

Rows are told as they are measured; what a row needs and is not here is said in its line, and the run goes on. What is
measured again takes the place of what was kept in tools/benchmarks/kept.json, so a night's work can be done in parts;
what stems from another machine is told to.

Peers live in environments of their own below --scratch, made when they are first asked for, with the versions that
tools/benchmarks/peers.py names; `--peer NAME=PYTHON` gives one that is there already. Those who judge truth (mir_eval,
scikit-learn, torch …) have one too, `judges`, which sees our own packages besides.

Truth is judged by data that take long to make and are not ours to ship. They lie in --data, under these names:
tunes.npz and reserved.npz (tools/tunes.py); senses, following (renders, made by their judges); tim, sfb (tools/
timbres.py); emopia.npz (tools/emopia.py), emopia_train.zip; mood (--work of tools/train_mood.py); corpus (tools/
space_corpus.py); staves, pages (tools/judge_score.py), numbers (tools/judge_jianpu.py); recordings, any. A row whose
data are missing says the command that makes them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.job import DATA, OUT, PYTHON, Job
from benchmarks.peers import PEERS, NotHere, Peers, last_line
from benchmarks.pictures import PICTURES
from benchmarks.report import Result, excerpt, machine, markdown, versions
from benchmarks.scores import SCORES
from benchmarks.speed import SPEED
from benchmarks.table import Figure, cells, line
from benchmarks.trust import TRUST
from benchmarks.truth import GROWTH, TRUTH
from readmes.generated import Part

from engine.foundation.whole_file import whole_file

JOBS: Final = (*SPEED, *PICTURES, *TRUTH, *SCORES, *TRUST, *GROWTH)
_ROOT: Final = Path(__file__).resolve().parent.parent
CITED: Final = Part("figures", "python tools/bench.py --readme")
STORE: Final = _ROOT / "tools" / "benchmarks" / "kept.json"
_END: Final = 10.0  # seconds that a script has between being told to end and being ended


class Runner:
    """Runs jobs, one after another."""

    def __init__(
        self, peers: Peers, data: Path, logs: Path, *, quick: bool, told: Mapping[str, Path] | None = None
    ) -> None:
        """`told`: what a script has written by itself, by job; such a job is not run."""
        self._peers, self._data, self._logs, self._quick = peers, data, logs, quick
        self._told = told or {}
        self._machine = machine()
        logs.mkdir(parents=True, exist_ok=True)

    def run(self, job: Job) -> Result:
        """What it brought; a job that fails brings its rows without figures, and why."""
        result: Result = {
            "date": time.strftime("%Y-%m-%d %H:%M"),
            "load": round(os.getloadavg()[0], 2),
            "command": command_told(job),
            "machine": self._machine,
            "why": "",
        }
        begun, figures = time.monotonic(), dict[str, Figure]()
        with tempfile.TemporaryDirectory() as out:
            try:
                found = self._measured(job, Path(out))
                figures = {name: one for name, one in job.read(found).items() if None not in one.values}
                if job.section == "As work grows":
                    result["curves"] = found
                if job.picture:
                    self._keep_picture(Path(out) / job.picture)
            except NotHere as why:
                result["why"] = str(why)
            except (LookupError, TypeError, ValueError, ZeroDivisionError) as why:
                result["why"] = f"its JSON is not what is expected: {type(why).__name__}: {why}"
        result["seconds"] = round(time.monotonic() - begun, 1)
        result["lines"] = [line(row, figures) for row in job.rows]
        return result

    def _measured(self, job: Job, out: Path) -> Any:
        """The JSON of its script."""
        if job.name in self._told:
            return json.loads(self._told[job.name].read_text(encoding="utf-8"))
        for program in job.programs:
            if shutil.which(program) is None:
                raise NotHere(f"needs the program {program}")
        for name, command in job.needs.items():
            if not (self._data / name).exists():
                raise NotHere(f"needs DATA/{name}: {command}")
        python = str(self._peers.python("judges")) if job.judged else sys.executable
        arguments = [*job.args, *(job.quick if self._quick else ())]
        for name, more in job.wants.items():
            arguments += more if (self._data / name).exists() and not self._quick else ()
        log = self._logs / f"{job.name}.txt"
        log.unlink(missing_ok=True)
        for name, asking in job.peers.items():
            try:
                peer = str(self._peers.python(name))
            except NotHere as why:
                print(f"  {why}", flush=True)
                continue
            if name in job.before:
                self._called([peer, *job.before[name]], out, log, job.minutes, peer)
            arguments += [each.replace(PYTHON, peer) for each in asking]
        answer = out / "figures.json"
        self._called([python, *arguments, "--json", str(answer)], out, log, job.minutes, python, answer)
        if not answer.exists():
            raise NotHere("it ended without a figure")
        shutil.copy(answer, self._logs / f"{job.name}.json")
        return json.loads(answer.read_text(encoding="utf-8"))

    def _called(
        self, command: Sequence[str], out: Path, log: Path, minutes: float, python: str, answer: Path | None = None
    ) -> None:
        """Run a script to its end; NotHere says how it failed, unless its figures are in `answer`: they say it."""
        places = {DATA: str(self._data.resolve()), OUT: str(out)}
        told = [_placed(each, places) for each in command]
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        with log.open("a", encoding="utf-8") as said:
            said.write(" ".join(told) + "\n")
            said.flush()
            process = subprocess.Popen(
                told, cwd=_ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
            )
            try:
                code = process.wait(60 * minutes)
            except subprocess.TimeoutExpired as why:
                raise NotHere(f"did not end within {minutes:g} minutes") from why
            finally:
                _end(process)
        if code and not (answer and answer.exists()):
            raise NotHere(f"failed ({code}): {last_line(log.read_text(encoding='utf-8', errors='replace'))}")

    def _keep_picture(self, drawn: Path) -> None:
        if drawn.exists():
            shutil.copy(drawn, self._logs if self._quick else _ROOT / "tools" / "pictures")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a script and all that it has started: they are a session of their own."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_END)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _placed(argument: str, places: dict[str, str]) -> str:
    head, slash, rest = argument.partition("/")
    return places[head] + slash + rest if head in places else argument


def command_told(job: Job) -> str:
    """What one types to have the job alone."""
    words = ["python", *job.args]
    for name, asking in job.peers.items():
        words += [each.replace(PYTHON, f"{name.upper()}/bin/python") for each in asking]
    return " ".join(words)


def told(job: Job, result: Result) -> str:
    """A job's rows as they are printed on the way."""
    lines = [f"{job.name}: {result['seconds']:.0f} s" + (f", {result['why']}" if result["why"] else "")]
    for each in result["lines"] if not result["why"] else ():
        what, ours, beside, good = cells(each)
        lines.append(f"  {what}: {ours}" + "".join(f" | {more}" for more in (beside, good) if more))
    return "\n".join(lines)


def kept_before(path: Path) -> dict[str, Any]:
    """What earlier runs have measured."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return kept if isinstance(kept.get("jobs"), dict) else {"jobs": {}}
    except (OSError, ValueError, AttributeError):
        return {"jobs": {}}


def measure(jobs: Sequence[Job], runner: Runner, peers: Peers, store: Path, report: Path, *, quick: bool) -> int:
    """Run them all, tell each, and keep store and report up to date; how many could not be measured."""
    kept = kept_before(store)
    kept["versions"] = versions()
    missed = 0
    for number, job in enumerate(jobs, 1):
        print(f"[{number}/{len(jobs)}] {command_told(job)}", flush=True)
        result = runner.run(job)
        missed += bool(result["why"])
        print(told(job, result), flush=True)
        before = kept["jobs"].get(job.name)
        if result["why"] and before and not before["why"]:
            before["since"] = f"{result['date']}: {result['why']}"  # the older figures stay, and are told to be older
        else:
            kept["jobs"][job.name] = result
        kept["peers"] = {**kept.get("peers", {}), **peers.versions()}
        order = [(each.name, each.section) for each in JOBS]
        for path, text in (
            (store, json.dumps(kept, indent=1, ensure_ascii=False) + "\n"),
            (report, markdown(kept, order, quick=quick)),
        ):
            with whole_file(path) as part:
                part.write_text(text, encoding="utf-8")
    return missed


def cite(readme: Path) -> None:
    """Bring the README's excerpt up to date with what is kept."""
    written = CITED.rewritten(readme.read_text(encoding="utf-8"), excerpt(kept_before(STORE), JOBS))
    with whole_file(readme) as part:
        part.write_text(written, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these alone; --list tells the names")
    parser.add_argument("--skip", nargs="+", default=[], metavar="NAME", help="all but these")
    parser.add_argument("--quick", action="store_true", help="few repeats, to see that everything runs")
    parser.add_argument("--data", type=Path, default=Path("out/data"), help="where the data of the judges lie")
    parser.add_argument("--scratch", type=Path, default=Path("out/peers"), help="where peers' environments are made")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON", help="one that is there already")
    parser.add_argument(
        "--told",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="what its script has written, with --json, alone",
    )
    parser.add_argument("--list", action="store_true", help="name the jobs")
    parser.add_argument("--readme", action="store_true", help="measure nothing, write what the README cites anew")
    said = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what runs is ended too
    names = [job.name for job in JOBS]
    if said.list:
        print("\n".join(f"{job.name:12} {job.section:14} {command_told(job)}" for job in JOBS))
        return 0
    if said.readme:
        cite(_ROOT / "README.md")
        return 0
    for name in [*(said.only or ()), *said.skip]:
        if name not in names:
            parser.error(f"{name!r} is no benchmark (one of {', '.join(names)})")
    given = dict(each.partition("=")[::2] for each in said.peer)
    for name, path in given.items():
        if name not in PEERS or not Path(path).is_file():
            parser.error(f"peer={name}={path} must be one of {', '.join(PEERS)} and an interpreter that is there")
    told = {name: Path(path) for name, path in (each.split("=", 1) for each in said.told if "=" in each)}
    for each in said.told:
        if each.partition("=")[0] not in names or not Path(each.partition("=")[2]).is_file():
            parser.error(f"told={each} must be one of {', '.join(names)} and a file that is there")
    peers = Peers(said.scratch, {name: Path(path).absolute() for name, path in given.items()})
    out = _ROOT / "out"
    out.mkdir(exist_ok=True)
    runner = Runner(peers, said.data, out / "bench", quick=said.quick, told=told)
    store = out / "quick.json" if said.quick else STORE
    report = out / "quick.md" if said.quick else _ROOT / "BENCHMARKS.md"
    jobs = [job for job in JOBS if job.name in (said.only or names) and job.name not in said.skip]
    try:
        missed = measure(jobs, runner, peers, store, report, quick=said.quick)
    except KeyboardInterrupt:
        print(f"interrupted; what was measured until now is in {report.relative_to(_ROOT)}", file=sys.stderr)
        return 130
    finally:
        if not said.quick:
            cite(_ROOT / "README.md")
    print(f"{len(jobs) - missed} of {len(jobs)} measured: {report.relative_to(_ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
