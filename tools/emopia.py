"""The piano clips of EMOPIA as sound, and what networks say of them: for judging a description by mood.

    python tools/emopia.py --data emopia_train.zip --soundfont TimGM6mb.sf2 --teachers DIR --out emopia.npz

Written: `log_mel` (all columns, 64) float16 of all clips one behind the other and `ends` (clips,); `yamnet`, `mtt` (all
patches, size) with `yamnet_ends`, `mtt_ends`; `mood` (clips,) 0..3 in the order of MOODS; `song` (clips,). The label is
the file's first two letters, the song the part behind it (Hung et al., ISMIR 2021; CC BY-NC-SA 4.0). Rendered by the
program fluidsynth, without its reverb.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from pathlib import Path
from typing import Final

import numpy as np
from lessons.midi_sound import rendered
from lessons.teachers import Teachers

from engine.frame import RATE
from engine.listening.mel import MEL_RATE, log_mel, resampled

MOODS: Final = ("excitement", "irritation", "depression", "relaxation")
"""Quadrants Q1 to Q4 under the names that the paper gives them."""
_SECONDS: Final = 45.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--soundfont", type=Path, required=True)
    parser.add_argument("--teachers", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    said = parser.parse_args()
    teachers = Teachers(said.teachers)
    columns, yamnet, mtt, moods, songs = [], [], [], [], []
    with zipfile.ZipFile(said.data) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".mid"))
        for number, name in enumerate(names, 1):
            stem = Path(name).stem
            sound = resampled(rendered(archive.read(name), said.soundfont, _SECONDS), RATE)
            heard = log_mel(sound)
            columns.append(heard.astype(np.float16))
            yamnet.append(teachers.yamnet(heard, 96))
            mtt.append(teachers.mtt(sound, np.arange(1.5, max(len(sound) / MEL_RATE - 1.4, 1.6), 6.0)))
            moods.append(int(stem[1]) - 1)
            songs.append(stem[3:].rpartition("_")[0])
            print(f"\r{number}/{len(names)}", end="", file=sys.stderr, flush=True)
    np.savez(
        said.out,
        log_mel=np.concatenate(columns),
        ends=np.cumsum([len(each) for each in columns]),
        yamnet=np.concatenate(yamnet),
        yamnet_ends=np.cumsum([len(each) for each in yamnet]),
        mtt=np.concatenate(mtt),
        mtt_ends=np.cumsum([len(each) for each in mtt]),
        mood=moods,
        song=songs,
    )
    print(file=sys.stderr)


if __name__ == "__main__":
    main()
