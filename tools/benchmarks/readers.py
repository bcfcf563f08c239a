"""What each script's JSON says, as figures by name: one small reader a script, for benchmarks/job.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from typing import Any, Final

from benchmarks.table import Figure
from engine.frame import HOP, RATE

Json = Mapping[str, Any]
Figures = dict[str, Figure]
Reader = Callable[[Json], Figures]


def late(found: Mapping[str, float], unit: str = "ms") -> Figure:
    """p50 / p95 / p99, judged by p95."""
    return Figure((found["p50"], found["p95"], found["p99"]), unit, judged=1)


def latency(found: Json) -> Figures:
    return {name: late(values) for name, values in found.items()}


def senses(found: Json) -> Figures:
    """`all`, `core` (its share of a core); by peer its cost and ours for the same; the dimensions; start and memory."""
    every = found["ours"]["all"]
    figures = {"all": Figure((every,), "µs"), "core": Figure((100 * every * RATE / HOP / 1e6,), "% of a core")}
    for peer in ("aubio", "essentia", "librosa"):
        if peer in found:
            figures[peer] = Figure((found[peer]["all"],), "µs")
            figures[f"as {peer}"] = Figure((found[peer]["same"],), "µs")
    for who, costs in found.get("dimensions", {}).items():
        for name, cost in costs.items():
            figures[f"{who}: {name}"] = Figure((cost,), "µs")
    figures["left"] = Figure((found["memory"]["left"],), "bytes")
    for name, seconds in found.get("start", {}).items():
        figures[f"start {name}"] = Figure((seconds,), "s")
    return figures


def listening(found: Json) -> Figures:
    lane, thread = found["slow lane"], found["listening thread, µs a hop"]
    figures = {name.partition(",")[0]: Figure((value,), name.rpartition(", ")[2]) for name, value in lane.items()}
    return figures | {name: Figure((value,), "µs") for name, value in thread.items()}


def plain(unit: str) -> Reader:
    """Names with one number each."""
    return lambda found: {name: Figure((value,), unit) for name, value in found.items()}


def osc(found: Json) -> Figures:
    figures = {name.removeprefix("µs a frame: "): Figure((value,), "µs") for name, value in found.items()}
    return figures | {
        name: Figure((value,), "" if "arrived" in name else "a second", more=True)
        for name, value in found.items()
        if "a second" in name or "arrived" in name
    }


def page(found: Json) -> Figures:
    return {
        f"{name}: {what}": Figure(tuple(values), "ms", judged=1)
        for name, each in found.items()
        for what, values in each.items()
    }


def wall(found: Json) -> Figures:
    figures = {name: Figure(tuple(values), "µs") for name, values in found.items() if name != "Mbit/s"}
    return figures | {"Mbit/s": Figure((found["Mbit/s"],), "Mbit/s")}


def own(found: Json) -> Figures:
    """By scene what is ours of a picture, the whole, and the bare loop; and what grew."""
    figures: Figures = {}
    for scene, cost in found["own"].items():
        if scene == "growth":
            figures |= {f"grown, {name}": Figure((max(size, 0.0),), "KiB") for name, size in cost.items()}
        else:
            figures |= {f"{scene}: {name}": Figure((value,), "µs") for name, value in cost.items()}
    return figures


def film(found: Json) -> Figures:
    return {
        name: Figure((median(speeds),), "frames/s", more=True)
        for name, speeds in found["film"].items()
        if not name.startswith("ratio")
    }


def changes(found: Json) -> Figures:
    """By run: how many pictures came late in a thousand, p50 / p95 / p99 between two, and until a scene is on."""
    figures: Figures = {}
    for run, each in found.items():
        figures[f"{run}: late"] = Figure((1000 * each["late"] / each["pictures"],), "in 1000")
        figures[f"{run}: between"] = late(each)
        if "on" in each:
            figures[f"{run}: on"] = Figure((each["on"], each["on at most"]), "ms")
    return figures


def growth_of_fit(found: Json) -> Figures:
    """Seconds by number of sounds, and the last over the first, each by n log n."""
    figures = {f"{count}": Figure((each["all"],), "s") for count, each in found.items()}
    figures |= {f"{count}: memory": Figure((each["memory"],), "MB") for count, each in found.items()}
    each = [row["each"] for row in found.values()]
    return {**figures, "by n log n": Figure((each[-1] / each[0],), "× the first")}


def workers(found: Json) -> Figures:
    return {name: Figure((median(found[name]),), "s") for name in ("dask", "bare", "one")}


def curves(found: Json) -> Figures:
    """Of every curve its first and last point, `NAME`, those of its floor, and how often the last holds the first."""
    figures: Figures = {}
    for name, curve in found.items():
        ends = curve["ours"][0], curve["ours"][-1]
        figures[name] = Figure(ends, curve["unit"], judged=1)
        figures[f"{name}: times"] = Figure((ends[1] / ends[0],), "× the first")
        if curve.get("floor"):
            figures[f"{name}: floor"] = Figure((curve["floor"][0], curve["floor"][-1]), curve["unit"], judged=1)
    return figures


def fractal(found: Json) -> Figures:
    """How far off each is: `NAME: ours`, and the worst of the Brownian motions."""
    figures: Figures = {}
    for who in ("monochord", "antropy"):
        off = {name: abs(each[who] - each["wanted"]) for name, each in found.items() if who in each}
        motions = [value for name, value in off.items() if name.startswith("Brownian")]
        if off:
            figures |= {f"{name}: {who}": Figure((value,)) for name, value in off.items()}
            figures[f"Brownian: {who}"] = Figure((max(motions),))
    return figures


def hearing(found: Json) -> Figures:
    """`onsets WHO`, `beats WHO`, of pitch `pitch WHO` (27 ms later) and `octaves WHO`; lateness of onsets by kind."""
    figures: Figures = {}
    for who, scores in found["rows"]["all"].items():
        figures |= {f"{what} {who}": Figure((scores[what],), more=True) for what in ("onsets", "beats")}
    for kind, values in found["late"].items():
        figures[f"late, {kind}"] = Figure(tuple(values), "ms")
    for who, row in found["pitch"].get("all", {}).items():
        figures[f"pitch {who}"] = Figure((row["in_time"],), more=True)
        figures[f"octaves {who}"] = Figure((row["octaves"],))
    return figures


def shares(found: Json) -> Figures:
    """Tables of who → what → share: `WHAT, WHO`."""
    return {
        f"{what}, {who}": Figure((value,), more=True) for who, each in found.items() for what, value in each.items()
    }


def maps(found: Json) -> Figures:
    """`trustworthiness NAME` … of every map; parametric UMAP and UMAP's own transform both as `UMAP`."""
    figures: Figures = {}
    for name, row in found.items():
        short = "UMAP" if "UMAP" in name else name
        for what in ("trustworthiness", "continuity", "family"):
            figures[f"{what} {short}"] = Figure((row[what],), more=True)
        if row["wander"] is not None:
            figures[f"wander {short}"] = Figure((row["wander"],), "spreads/s")
    return figures


def notes(found: Json) -> Figures:
    """Precision, recall and F1 of every table, judged by F1; `ser NAME` where symbols were counted."""
    figures = {
        name: Figure((each["precision"], each["recall"], each["f1"]), more=True, judged=2)
        for name, each in found.items()
    }
    return figures | {f"ser {name}": Figure((each["ser"],)) for name, each in found.items() if "ser" in each}


def following(found: Json) -> Figures:
    """By kind and who: error `mean KIND, WHO` (and the median), notes `close …`, `found …`: seconds after a jump."""
    figures: Figures = {}
    for kind, each in found.items():
        for who, row in each.items():
            figures[f"mean {kind}, {who}"] = Figure((row["mean"], row["median"]), "ms")
            figures[f"close {kind}, {who}"] = Figure((row["close"],), more=True)
            if row.get("found") is not None:
                figures[f"found {kind}, {who}"] = Figure((row["found"],), "s")
    return figures


def moods(found: Json) -> Figures:
    return {name: Figure((row["four"],), more=True) for name, row in found["table"].items()}


PROCESSES: Final = ("conductor", "ears", "painter", "understudy")


def soak(found: Json) -> Figures:
    """By process what it grows, the longest silence, and what happened meanwhile."""
    figures = {role: Figure((grows,), "MB an hour") for role, grows in found["MB an hour"].items()}
    figures["silence"] = Figure((found["silence"],), "s")
    return figures | {what: Figure((float(found[what]),)) for what in ("changes", "savings", "pages")}


def day(found: Json) -> Figures:
    """A hop in the first hour and in the last; megabytes an hour from the second on."""
    costs, memory = found["µs a hop"], found["MB"]
    grows = (memory[-1] - memory[1]) / max(len(memory) - 2, 1)
    return {
        "first": Figure((costs[0],), "µs"),
        "last": Figure((costs[-1],), "µs"),
        "grows": Figure((grows,), "MB an hour"),
    }


def night(found: Json) -> Figures:
    """The share of the faults that were tried that ended well, and how many there were."""
    passed = found["passed"].values()
    return {
        "passed": Figure((sum(passed) / len(passed),), more=True),
        "tried": Figure((float(len(passed)),)),
        "skipped": Figure((float(len(found["skipped"])),)),
    }
