"""The benchmarks' report: what was measured, on what machine in general terms, with which versions, as Markdown."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from benchmarks.job import SECTIONS, Job
from benchmarks.table import cells, shown, table

_OURS: Final = ("monochord", "numpy", "numba", "onnxruntime", "moderngl", "python-osc", "av", "dask")
_ROOT: Final = Path(__file__).resolve().parents[2]
_RENDERER: Final = "from engine.stage import gpu; print(gpu.headless().info['GL_RENDERER'])"
_HEAD: Final = ("what", "ours", "beside it (how many times as good ours is)", "good", "command")
_HOW_TO_READ: Final = """\
Figures are medians where nothing else is said; peers are measured in the same run. A number in brackets is how many
times as good ours is: above 1 we are ahead; a floor cannot be beaten. A virtual machine stalls for tens of milliseconds
now and then: compare p50 and p95 with what stands beside them. In the commands DATA is the folder of what judges need
(`python tools/bench.py --help`), OUT any folder, and NAME/bin/python the interpreter of a peer's own environment."""
_LOADED: Final = 0.5  # of the processors, from which on others were at work too

Result = dict[str, Any]
"""What a job brought, as plain data: `date`, `machine`, `load`, `command`, `why` it failed or "", `lines`, `curves`."""


def machine() -> dict[str, Any]:
    """Cores, memory, system and graphics: enough to compare with, nothing that names the machine."""
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        system = f"{platform.system()} {platform.release()}"
    asked = subprocess.run(
        [sys.executable, "-c", _RENDERER],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )
    found = {
        "cores": os.cpu_count(),
        "processor": platform.machine() + _vectors(),
        "system": system,
        "graphics": asked.stdout.strip().splitlines()[-1] if asked.returncode == 0 and asked.stdout.strip() else "none",
    }
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found["gigabytes"] = round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30)
    if _virtual():
        found["virtual"] = True
    return found


def _vectors() -> str:
    """The widest vectors of an x86 processor, on which much depends here."""
    try:
        flags = Path("/proc/cpuinfo").read_text(errors="replace").partition("flags")[2].partition("\n")[0].split()
    except OSError:
        return ""
    return " with AVX-512" if "avx512f" in flags else " with AVX2" if "avx2" in flags else ""


def _virtual() -> bool:
    try:
        return "hypervisor" in Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        return False


def versions() -> dict[str, str]:
    """Of us and of what we stand on."""
    found = {"Python": platform.python_version()}
    for name in _OURS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    asked = subprocess.run(
        ["git", "-C", str(_ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    if asked.returncode == 0:
        found["monochord"] = f"{found.get('monochord', '')} ({asked.stdout.strip()})".strip()
    return found


def markdown(kept: Mapping[str, Any], order: Sequence[tuple[str, str]], *, quick: bool) -> str:
    """The whole report of what is kept; `order`: jobs and their sections, as they are told."""
    jobs: Mapping[str, Result] = kept["jobs"]
    newest = max(jobs.values(), key=lambda job: job["date"])
    parts = ["# Benchmarks", _about(kept, newest, quick)]
    for section in SECTIONS:
        names = [name for name, where in order if where == section and name in jobs]
        if not names:
            continue
        parts.append(f"## {section}")
        rows = [row for name in names for row in _rows(jobs[name], newest)]
        parts.append(table(_HEAD, rows))
        parts += [curves_told(jobs[name]["curves"]) for name in names if jobs[name].get("curves")]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def excerpt(kept: Mapping[str, Any], jobs: Sequence[Job]) -> str:
    """The rows that the README cites, and on what machine they were measured; what failed is left to the report."""
    found: Mapping[str, Result] = kept["jobs"]
    measured = [job for job in jobs if job.name in found and not found[job.name]["why"]]
    rows, dates, machines = [], [], []
    for job in measured:
        lines = {line["what"]: line for line in found[job.name]["lines"]}
        cited = [cells(lines[row.what]) for row in job.rows if row.cited and row.what in lines]
        rows += cited
        dates += [found[job.name]["date"][:10]] * bool(cited)
        machines += [found[job.name]["machine"]] * bool(cited)
    if not rows:
        return "Nothing has been measured yet."
    there = machines[-1]
    when = min(dates) if min(dates) == max(dates) else f"{min(dates)} to {max(dates)}"
    virtual = ", a virtual machine" if there.get("virtual") else ""
    about = f"Measured {when} on {there['cores']} cores ({there['processor']}){virtual}, graphics: {there['graphics']}."
    return f"{about}\n\n{table(_HEAD[:-1], rows).strip()}"


def _about(kept: Mapping[str, Any], newest: Result, quick: bool) -> str:
    there, peers = newest["machine"], kept.get("peers", {})
    loads = [job["load"] for job in kept["jobs"].values()]
    virtual = ", a virtual machine" if there.get("virtual") else ""
    memory = f", {there['gigabytes']} GB" if "gigabytes" in there else ""
    haste = "**A quick run, for trying: few repeats, do not quote it.** " if quick else ""
    said = [
        f"{haste}Measured on {newest['date']} by `make bench`:",
        f"{there['cores']} cores ({there['processor']}){memory}{virtual}, {there['system']},",
        f"graphics: {there['graphics']}.",
        "With " + ", ".join(f"{name} {number}" for name, number in kept["versions"].items()) + ".",
    ]
    if peers:
        said.append("Beside us, each in an environment of its own: " + ", ".join(sorted(peers.values())) + ".")
    if loads and max(loads) > _LOADED * (there["cores"] or 1):
        worst = shown(max(loads), "×")
        said.append(f"**Others were at work on this machine (up to {worst} processes at the begin of a row).**")
    return "\n".join([*said, _HOW_TO_READ])


def _rows(job: Result, newest: Result) -> list[list[str]]:
    remarks = [] if job["date"][:10] == newest["date"][:10] else [job["date"][:10]]
    if job["machine"] != newest["machine"]:
        remarks.append(f"on another machine: {job['machine']['processor']}, {job['machine']['graphics']}")
    if job.get("since"):
        remarks.append(f"not measured again on {job['since']}")
    command = f"`{job['command']}`" + (f" ({'; '.join(remarks)})" if remarks else "")
    return [[*cells(line, job["why"]), command if number == 0 else "same"] for number, line in enumerate(job["lines"])]


def curves_told(curves: Mapping[str, Any]) -> str:
    """A table for every curve: how much of it, what that costs, the floor, and memory."""
    parts = []
    for name, curve in curves.items():
        floor, memory = curve.get("floor"), curve.get("memory")
        head = [curve["of"], f"ours, {curve['unit']}"]
        head += [f"{curve['floor is']}, {curve['unit']}"] if floor else []
        head += ["memory more, MB"] if memory else []
        rows = []
        for number, count in enumerate(curve["at"]):
            row = [str(count), shown(curve["ours"][number], curve["unit"])]
            row += [shown(floor[number], curve["unit"])] if floor else []
            row += [shown(memory[number], "MB")] if memory else []
            rows.append(row)
        parts.append(f"**{name}**: {curve['what']}\n\n{table(head, rows)}")
    return "\n\n".join(part.strip() for part in parts)
