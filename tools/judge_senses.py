"""Judges onsets, beats and pitch by what renders know for certain, beside aubio, essentia and librosa in the same run.

    python tools/tunes.py --out tunes.npz
    python tools/judge_senses.py --data tunes.npz --out judged --count 96 --soundfont freepats --soundfont modelled \\
        --soundfont FluidR3_GM.sf2 --soundfont OPL-3_FM_128M.sf2 --aubio-python AUBIO/bin/python

Renders are made by `tools/renders.py`, of the half of the tunes that nothing was tuned on (`--half tune` shows the
other), with wandering tempo, ornaments, companions, hall, noise at 20 dB and more, and levels from −36 to 0 dBFS. A
folder that is there already is judged as it is. Onsets count within 50 ms, beats within 70 ms from the sixth second
on, as is usual (mir_eval); `lock` are the seconds until the first four beats in a row are right. Every peer that
cannot be imported is left out with a line. Ours and aubio are causal; essentia and librosa hear the whole file. Below
them stands the pitch of all pieces for one voice, as `tools/judge_pitch.py` judges it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import mir_eval
import numpy as np
import soundfile
from benchmarks import figures
from judge_pitch import Listener, aubio_with, essentia_yinfft, judge_pitch
from judge_pitch import as_figures as pitch_figures
from judge_pitch import ours as our_pitch
from judge_pitch import table as pitch_table
from lessons.instruments import INSTRUMENTS
from lessons.tune import read_tunes
from numpy.typing import NDArray
from renders import make

from engine.analysis import analyse
from engine.audio.hearing_settings import HearingSettings

_MERGE: Final = 0.03  # seconds within which the notes of a chord are one onset
_ONSET_WINDOW: Final = 0.05
_KINDS: Final = {i.name: ("bowed, blown", "plucked, struck")[i.kind] for i in INSTRUMENTS}

Array = NDArray[np.float64]
Heard = Mapping[str, Array]
Peer = Callable[[Path], Heard]


def ours(path: Path) -> Heard:
    found = analyse(HearingSettings(source=str(path)))
    counted = found.time[np.flatnonzero(np.diff(found.signals["rhythm.onsets"], prepend=0) > 0)]
    return {"onsets": np.array(found.onsets), "beats": np.array(found.beats), "noticed": counted}


def librosa_peer() -> Peer:
    import librosa

    def heard(path: Path) -> Heard:
        sound, rate = soundfile.read(path, dtype="float32")
        onsets = librosa.onset.onset_detect(y=sound, sr=rate, units="time", backtrack=False)
        _, beats = librosa.beat.beat_track(y=sound, sr=rate, units="time")
        return {"onsets": onsets, "beats": beats}

    return heard


def essentia_peer() -> Peer:
    import essentia
    import essentia.standard as es

    essentia.log.warningActive = essentia.log.infoActive = False

    def heard(path: Path) -> Heard:
        sound = soundfile.read(path, dtype="float32")[0]
        sound = es.Resample(inputSampleRate=48000, outputSampleRate=44100)(sound)
        onsets, _ = es.OnsetRate()(sound)
        _, beats, *_ = es.RhythmExtractor2013(method="multifeature")(sound)
        return {"onsets": np.asarray(onsets, float), "beats": np.asarray(beats, float)}

    return heard


def aubio_peer(python: str, paths: Sequence[Path]) -> Peer:
    script = Path(__file__).with_name("peer_aubio.py")
    done = subprocess.run([python, str(script), *map(str, paths)], capture_output=True, check=True, text=True)
    found = json.loads(done.stdout)
    return lambda path: {key: np.array(found[str(path)][key]) for key in ("onsets", "beats")}


def peers(said: argparse.Namespace, paths: Sequence[Path]) -> dict[str, Peer]:
    """Ours, and every peer that is there."""
    found: dict[str, Peer] = {"monochord": ours}
    makers: dict[str, Callable[[], Peer]] = {"essentia": essentia_peer, "librosa": librosa_peer}
    if said.aubio_python:
        makers["aubio"] = lambda: aubio_peer(said.aubio_python, paths)
    for name, maker in makers.items():
        if said.ours:
            continue
        try:
            found[name] = maker()
        except (ImportError, OSError, subprocess.CalledProcessError) as why:
            print(f"{name}: left out ({why})", file=sys.stderr)
    return found


def onset_truth(notes: Array) -> Array:
    """When something begins: the notes of a chord once."""
    times = np.sort(notes[:, 0])
    kept = [times[0]]
    for time in times[1:]:
        if time - kept[-1] > _MERGE:
            kept.append(time)
    return np.array(kept)


def onset_scores(truth: Array, heard: Array) -> tuple[float, float, float]:
    """F, precision and recall."""
    return mir_eval.onset.f_measure(truth, np.sort(heard), window=_ONSET_WINDOW) if heard.size else (0.0, 0.0, 0.0)


def beat_scores(truth: Array, heard: Array) -> tuple[float, float]:
    """F from the sixth second on, and the seconds until four beats in a row are right."""
    f = mir_eval.beat.f_measure(mir_eval.beat.trim_beats(truth), mir_eval.beat.trim_beats(np.sort(heard)))
    right = np.array([abs(heard - t).min() < 0.07 if heard.size else False for t in truth])
    runs = np.flatnonzero(np.convolve(right, np.ones(4), mode="valid") > 3.5)
    return f, float(truth[runs[0]] - truth[0]) if runs.size else np.inf


def onset_delays(truth: Array, heard: Heard) -> Array:
    """By how much each onset that is right was counted after it was played, in seconds."""
    pairs = mir_eval.util.match_events(truth, heard["onsets"], _ONSET_WINDOW)
    return np.array([heard["noticed"][k] - truth[n] for n, k in pairs])


def judge(folder: Path, said: argparse.Namespace) -> dict[str, Any]:
    """Print what was heard; returned by `rows` (row → listener → scores), `late` (by kind, ms) and `pitch`."""
    paths = sorted(folder.glob("*.wav"))
    listeners = peers(said, paths)
    rows: dict[tuple[str, str], dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    delays: dict[str, list[Array]] = defaultdict(list)
    right_tempo: list[tuple[bool, float]] = []
    for number, path in enumerate(paths):
        with np.load(path.with_suffix(".npz")) as known:
            what = json.loads(str(known["what"]))
            onsets, beats = onset_truth(known["notes"]), known["beats"][:, 0]
        for name, listen in listeners.items():
            heard = listen(path)
            scores = (*onset_scores(onsets, heard["onsets"]), *beat_scores(beats, heard["beats"]))
            if name == "monochord":
                delays[_KINDS[what["instrument"]]].append(onset_delays(onsets, heard))
                ratio = np.median(np.diff(heard["beats"])) / np.median(np.diff(beats)) if len(heard["beats"]) > 2 else 0
                right_tempo.append((abs(ratio - 1) < 0.1, scores[3]))
            voices = "alone" if not what["with"] else "with others"
            wander = f"tempo ± {100 * what['wander']:.0f} %"
            for row in (
                ("all", ""),
                ("kind", f"{_KINDS[what['instrument']]}, {voices}"),
                ("sound", what["sound"]),
                ("tempo", wander),
                *((("instrument", what["instrument"]),) if said.instruments else ()),
            ):
                rows[row][name].append(scores)
        print(f"\r{number + 1}/{len(paths)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    table(rows, list(listeners))
    kept: dict[str, Any] = {"rows": as_figures(rows), "late": {}}
    for kind, each in sorted(delays.items()):
        late = 1000 * np.concatenate(each)
        median, most = np.quantile(late, [0.5, 0.9])
        kept["late"][kind] = [median, most]
        print(f"{kind}: counted {median:.0f} ms after they were played in the median, 90 % by {most:.0f}")
    share, f = np.mean([right for right, _ in right_tempo]), np.mean([f for right, f in right_tempo if right])
    kept["tempo"] = {"meant": share, "beat F": f}
    print(f"the tempo that was meant: {share:.2f} of the pieces, beat F {f:.3f} there")
    pitch: dict[str, Listener] = {"monochord": our_pitch}
    if "essentia" in listeners:
        pitch["essentia"] = essentia_yinfft
    if "aubio" in listeners:
        pitch["aubio"] = aubio_with(said.aubio_python)
    print("\npitch of the voices alone (tools/judge_pitch.py says what the columns are)")
    voices = [row for row in judge_pitch(folder, pitch) if said.instruments or "/" not in row.name]
    print(pitch_table(voices))
    return {**kept, "pitch": pitch_figures(voices)}


def as_figures(rows: Mapping[tuple[str, str], Mapping[str, list[Any]]]) -> dict[str, dict[str, dict[str, float]]]:
    """Means by row (`all`, `sound freepats` …) and listener; `lock` is a median."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for (group, what), scores in rows.items():
        for name, each in scores.items():
            table = np.array(each)
            means = dict(zip(("onsets", "precision", "recall", "beats"), table[:, :4].mean(axis=0), strict=True))
            found.setdefault(f"{group} {what}".strip(), {})[name] = {**means, "lock": np.median(table[:, 4])}
    return found


def table(rows: Mapping[tuple[str, str], Mapping[str, list[Any]]], names: Sequence[str]) -> None:
    print(f"{'onset F ±50 ms | beat F ±70 ms':34s} {'n':>4s}  " + "  ".join(f"{name:>15s}" for name in names))
    for (group, what), scores in sorted(rows.items()):
        means = {name: np.mean(np.array(scores[name])[:, :4], axis=0) for name in names}
        cells = "  ".join(f"{means[name][0]:7.3f} {means[name][3]:7.3f}" for name in names)
        print(f"{group + ' ' + what:34s} {len(scores[names[0]]):4d}  {cells}")
    every = np.array(rows["all", ""]["monochord"])
    print(f"\nmonochord: precision {every[:, 1].mean():.3f}, recall {every[:, 2].mean():.3f} of onsets; ", end="")
    print(f"beats right after {np.median(every[:, 4]):.1f} s in the median")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="what tools/tunes.py wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder of the renders, made if it is not there")
    parser.add_argument("--count", type=int, default=96)
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--half", choices=("tune", "report"), default="report")
    parser.add_argument("--soundfont", action="append", default=[], help="a .sf2, freepats, or modelled")
    parser.add_argument("--solo", type=float, default=0.35, help="share of pieces for one voice alone")
    parser.add_argument("--aubio-python", default="", help="an interpreter that can import aubio")
    parser.add_argument("--instruments", action="store_true", help="a row for each instrument")
    parser.add_argument("--ours", action="store_true", help="leave the peers out")
    figures.ask(parser)
    said = parser.parse_args()
    if not said.out.is_dir():
        if not said.data or not said.soundfont:
            raise SystemExit(f"out={said.out} is not there: --data and --soundfont are needed to make it")
        tunes = [tune for tune in read_tunes(said.data) if tune.half == said.half]
        make(tunes, said.soundfont, said.out, said.count, said.seed, solo=said.solo, clean=False)
    figures.keep(judge(said.out, said), said.json)


if __name__ == "__main__":
    main()
