"""The slow, obvious twin of the musical form: it keeps everything and looks at all of it in every hop."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.frame import HOP, RATE

Array = NDArray[np.float64]
DT = HOP / RATE
RANGES = [(-50.0, -15.0), (8.5, 11.5), (0.5, 6.0)]


class MusicalForm:
    def __init__(self) -> None:
        self.power, self.peak, self.softest = 0.0, -120.0, -120.0
        self.phrases, self.breath, self.silence = 0, True, 0.0
        self.pause = 0
        self.line: list[float] = []  # the line through the peaks, one a hop of this phrase
        self.onsets: list[float] = []  # when each was counted
        self.hops = 0
        self.ranges = [list(ends) for ends in RANGES]
        self.places = [sum(ends) / 2 for ends in RANGES]
        self.played, self.intensity = 0.0, 0.0
        self.clocks = [0.0] * 4

    def step(self, level: float, octaves: Array, centroid: float, onsets: float, heard: bool) -> list[float]:
        self.hops += 1
        self.onsets += [self.hops * DT] * int(onsets - len(self.onsets))
        self._breathe(level, heard)
        crescendo = 0.0 if self.breath else self._crescendo()
        density = 0.0 if self.breath else self._density()
        self._compare(centroid, density, heard)
        if heard:
            self.clocks = [
                clock + DT * 2 ** ((db + 20) / 10) for clock, db in zip(self.clocks, [level, *octaves], strict=True)
            ]
        numbers = [self.phrases, float(self.breath), crescendo, density, self.intensity, self.silence]
        return [*numbers, *self.clocks]

    def _breathe(self, level: float, heard: bool) -> None:
        self.power += (1 - math.exp(-DT / 0.02)) * (10 ** (level / 10) - self.power)
        self.level = max(10 * math.log10(self.power + 1e-30), -120)
        lately = self.level if heard else -120.0
        self.silence = 0.0 if heard else self.silence + DT
        self.peak = max(lately, self.peak - 8 * DT)
        if self.breath:
            self.softest = min(self.softest, lately)
            if heard and lately >= self.softest + 9:
                self.phrases += 1
                self.breath, self.pause, self.peak = False, 0, lately
                self.line = [self.level]
            return
        self.line.append(max(self.level, self.line[-1] - 10 * DT))
        self.pause = 0 if lately > self.peak - 20 else self.pause + 1
        pause, length = self.pause * DT, (len(self.line) - 1) * DT
        if pause >= 1.5 - 1e-9 or (pause >= 0.25 - 1e-9 and length - pause >= 1 - 1e-9):
            self.breath, self.softest = True, lately

    def _crescendo(self) -> float:
        ages = DT * np.arange(len(self.line))[::-1]
        weights = np.exp(-ages)
        if len(self.line) < 2:
            return 0.0
        mean_age, mean = np.average(ages, weights=weights), np.average(self.line, weights=weights)
        covariance = np.average((ages - mean_age) * (self.line - mean), weights=weights)
        slope = -covariance / np.average((ages - mean_age) ** 2, weights=weights)
        return float(slope * min((len(self.line) - 1) * DT, 1.0) ** 2)

    def _density(self) -> float:
        now = self.hops * DT
        late = sum(math.exp(-(now - onset) / 2) for onset in self.onsets)
        return late / (2 * (1 - math.exp(-max((len(self.line) - 1) * DT, 1.0) / 2)))

    def _compare(self, centroid: float, density: float, heard: bool) -> None:
        wanted = 0.0
        if not self.breath:
            if heard:
                self.places[0] += (1 - math.exp(-DT / 0.3)) * (self.level - self.places[0])
                self.places[1:] = [math.log2(max(centroid, 20)), density]
                self.played += DT
            for weight, least, ends, place in zip((0.5, 0.25, 0.25), (12, 1, 2), self.ranges, self.places, strict=True):
                wide = max(ends[1] - ends[0], least)
                wanted += weight * min(max(0.5 + (place - (ends[0] + ends[1]) / 2) / wide, 0), 1)
                if heard:
                    slow = DT / min(max(self.played, 10), 300)
                    ends[0] += (DT / 2 if place < ends[0] else slow) * (place - ends[0])
                    ends[1] += (DT / 2 if place > ends[1] else slow) * (place - ends[1])
        self.intensity += (1 - math.exp(-DT / 0.3)) * (wanted - self.intensity)
        if self.breath and self.intensity < 1e-3:
            self.intensity = 0.0
