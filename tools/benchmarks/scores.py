"""How truly sheet music must be read and a player be followed in it: rows of the table, and what is good."""

from __future__ import annotations

from typing import Final

from benchmarks import readers as read
from benchmarks.job import DATA, Job
from benchmarks.table import Good, Row

_JUDGE = "tools/judge_score.py"
_KINDS = {
    "plain": "played through",
    "accompanied": "accompanied",
    "fermata": "with a fermata",
    "restart": "begun again in the middle",
    "jump": "with a skip of five seconds",
}


def _read(name: str, words: str, good: float, *, ser: bool = True) -> tuple[Row, ...]:
    """Rows of notes read, clean and photographed."""
    rows = []
    for how in ("clean", "photographed"):
        least = good if how == "clean" else 0.93
        target = Good(f"F1 ≥ {least:g}".replace("0.", "."), least=least)
        rows.append(Row(f"{words}, {how}: precision / recall / F1", f"{name}, {how}", good=target))
        if ser:
            rows.append(Row(f"{words}, {how}: symbol error rate", f"ser {name}, {how}"))
    return tuple(rows)


SCORES: Final = (
    Job(
        "staves",
        "Truth",
        (_JUDGE, "read", "--data", f"{DATA}/staves"),
        read.notes,
        (
            *_read("lilypond, tunes", "staves by LilyPond", 0.98),
            *_read("musescore, tunes", "staves by MuseScore", 0.98),
        ),
        needs={"staves": "python tools/judge_score.py engrave --tunes CORPUS --out DATA/staves"},
        judged=True,
        minutes=20,
    ),
    Job(
        "pages",
        "Truth",
        (_JUDGE, "read-pages", "--data", f"{DATA}/pages"),
        read.notes,
        (
            *_read("lilypond, pages", "pages by LilyPond", 0.98, ser=False),
            *_read("musescore, pages", "pages by MuseScore", 0.98, ser=False),
        ),
        needs={"pages": "python tools/judge_score.py engrave-pages --tunes CORPUS --out DATA/pages --count 20"},
        judged=True,
        minutes=30,
    ),
    Job(
        "numbers",
        "Truth",
        ("tools/judge_jianpu.py", "read", "--data", f"{DATA}/numbers"),
        read.notes,
        (
            *_read("ours, pages", "pages of numbers, as we draw them", 0.98, ser=False),
            *_read("jianpu-ly, pages", "pages of numbers by jianpu-ly and LilyPond", 0.98, ser=False),
            *_read("lines in other fonts", "lines of numbers in fonts never seen", 0.98),
        ),
        needs={"numbers": "python tools/judge_jianpu.py draw --tunes CORPUS --out DATA/numbers"},
        judged=True,
        minutes=40,
    ),
    Job(
        "following",
        "Truth",
        ("tools/judge_following.py", "--out", f"{DATA}/following", "--warping"),
        read.following,
        (
            Row(
                "following the player, all pieces: error in the mean / median",
                "mean all, monochord",
                {
                    "online time warping, told the tempo": "mean all, warping",
                    "pymatchmaker (OuterHMM)": "mean all, pymatchmaker outerhmm",
                },
                Good("≤ 60 ms", most=60.0),
                "OLTW 50–150 ms",
            ),
            *(
                Row(
                    f"notes within 250 ms, {words}",
                    f"close {kind}, monochord",
                    {
                        "online time warping": f"close {kind}, warping",
                        "pymatchmaker": f"close {kind}, pymatchmaker outerhmm",
                    },
                    Good("≥ .97", least=0.97),
                )
                for kind, words in {"all": "all pieces", **_KINDS}.items()
            ),
            Row(
                "found again after a skip of five seconds, in the median",
                "found jump, monochord",
                {
                    "online time warping": "found jump, warping",
                    "pymatchmaker": "found jump, pymatchmaker outerhmm",
                },
                Good("< 2 s", most=2.0),
            ),
        ),
        peers={"pymatchmaker": ("--peer", "outerhmm")},
        before={"pymatchmaker": ("tools/peer_following.py", f"{DATA}/following", "--method", "outerhmm")},
        needs={
            "following": "python tools/judge_following.py --data DATA/reserved.npz --out DATA/following --count 42"
            " --soundfont … (its docstring says how)"
        },
        judged=True,
        minutes=90,
    ),
)
