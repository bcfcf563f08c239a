"""How a performance sounds: by a soundfont, timidity's patches or physical models, in a room."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import soundfile

from engine.frame import RATE
from lessons.modelled import play_modelled
from lessons.performing import CURVE, Array, Performance

RESERVED: Final = ("musescore_general", "timgm6mb", "sf_gmbank")
_BEND_RANGE: Final = 12.0  # semitones of a full pitch bend


class FluidSound:
    """A soundfont, loaded once. `play` gives a performance as (n,) float64."""

    def __init__(self, path: str, *, judging: bool = False) -> None:
        import fluidsynth

        if not judging and any(name in path.lower() for name in RESERVED):
            raise SystemExit(f"soundfont={path} is reserved for evaluation (choose another)")
        self.name = Path(path).stem
        self._synth = fluidsynth.Synth(gain=0.5, samplerate=float(RATE))
        self._font = self._synth.sfload(path)
        if self._font < 0:
            raise SystemExit(f"soundfont={path} cannot be loaded")

    def play(self, performance: Performance, rng: np.random.Generator) -> Array:
        synth = self._synth
        synth.system_reset()
        wet = rng.uniform() < 0.5
        synth.set_reverb(roomsize=rng.uniform(0.2, 0.8), damping=0.3, width=0.5, level=rng.uniform(0.1, 0.7) * wet)
        for channel, part in enumerate(performance.parts):
            synth.program_select(channel, self._font, 0, part.instrument.program)
            synth.cc(channel, 7, 110 if channel == 0 else int(rng.integers(60, 110)))
            for control, value in ((101, 0), (100, 0), (6, int(_BEND_RANGE)), (38, 0)):  # the range of a bend
                synth.cc(channel, control, value)
        pieces, now = [], 0
        total = round(performance.seconds * RATE)
        for at, what in _events(performance):
            then = min(round(at * RATE), total)
            if then > now:
                pieces.append(synth.get_samples(then - now)[::2])
                now = then
            getattr(synth, what[0])(*what[1:])
        pieces.append(synth.get_samples(max(total - now, 1))[::2])
        synth.system_reset()
        return np.concatenate(pieces).astype(np.float64) / 32768


def _events(performance: Performance) -> Iterator[tuple[float, tuple[Any, ...]]]:
    """(seconds, (method, arguments)) in order: a note ends before the next of the same height begins."""
    events: list[tuple[float, int, tuple[Any, ...]]] = []
    for channel, part in enumerate(performance.parts):
        bent = any(bend is not None for bend in part.bends)
        for (onset, offset, midi, velocity), bend in zip(part.notes, part.bends, strict=True):
            events.append((onset, 2, ("noteon", channel, int(midi), int(velocity))))
            events.append((offset, 0, ("noteoff", channel, int(midi))))
            if bent:
                curve = np.zeros(1) if bend is None else bend
                events += [
                    (onset + k * CURVE, 1, ("pitch_bend", channel, _wheel(cents)))
                    for k, cents in enumerate(curve)
                    if onset + k * CURVE < offset or k == 0
                ]
    for at, _, what in sorted(events, key=lambda e: (e[0], e[1])):
        yield at, what


def _wheel(cents: float) -> int:
    return int(np.clip(cents / 100 / _BEND_RANGE * 8192, -8192, 8191))


class TimiditySound:
    """The program `timidity` with its own patches (Debian: freepats)."""

    name = "freepats"

    def play(self, performance: Performance, rng: np.random.Generator) -> Array:
        import mido

        file = mido.MidiFile(ticks_per_beat=1000)
        track = mido.MidiTrack()
        file.tracks.append(track)
        track.append(mido.MetaMessage("set_tempo", tempo=1_000_000))
        timed: list[tuple[int, Any]] = []
        for channel, part in enumerate(performance.parts):
            timed.append((0, mido.Message("program_change", channel=channel, program=part.instrument.program)))
            for control, value in ((101, 0), (100, 0), (6, int(_BEND_RANGE)), (7, 110 if channel == 0 else 80)):
                timed.append((0, mido.Message("control_change", channel=channel, control=control, value=value)))
        for at, what in _events(performance):
            name, channel, *rest = what
            tick = round(at * 1000)
            if name == "noteon":
                timed.append((tick, mido.Message("note_on", channel=channel, note=rest[0], velocity=rest[1])))
            elif name == "noteoff":
                timed.append((tick, mido.Message("note_off", channel=channel, note=rest[0])))
            else:
                timed.append((tick, mido.Message("pitchwheel", channel=channel, pitch=rest[0])))
        now = 0
        for tick, message in timed:
            track.append(message.copy(time=max(tick - now, 0)))
            now = max(now, tick)
        with tempfile.TemporaryDirectory() as folder:
            midi, wav = Path(folder) / "a.mid", Path(folder) / "a.wav"
            file.save(midi)
            command = ["timidity", "-Ow1S", "--preserve-silence", "-s", str(RATE), "-o", str(wav), str(midi)]
            subprocess.run(command, check=True, capture_output=True)
            sound, _ = soundfile.read(wav, always_2d=True)
        return _fit(sound.mean(axis=1), round(performance.seconds * RATE))


class StkSound:
    """The physical models of the Synthesis ToolKit, played by its program `stk-demo` (Debian: stk)."""

    name = "stk"
    _MODELS: Final = MappingProxyType(
        {
            4: "Rhodey",
            5: "Wurley",
            11: "ModalBar",
            12: "ModalBar",
            13: "ModalBar",
            14: "TubeBell",
            16: "BeeThree",
            24: "Plucked",
            25: "StifKarp",
            40: "Bowed",
            41: "Bowed",
            42: "Bowed",
            46: "Plucked",
            52: "VoicForm",
            56: "Brass",
            57: "Brass",
            65: "Saxofony",
            71: "Clarinet",
            73: "Flute",
            74: "Recorder",
            76: "BlowBotl",
            78: "Whistle",
            104: "Sitar",
            110: "Bowed",
        }
    )
    _BARS: Final = MappingProxyType({11: 1, 12: 0, 13: 4})  # presets of ModalBar: vibraphone, marimba, wood

    @property
    def programs(self) -> frozenset[int]:
        """What it can play, as General MIDI programs."""
        return frozenset(self._MODELS)

    def play(self, performance: Performance, rng: np.random.Generator) -> Array:
        out = np.zeros(round(performance.seconds * RATE))
        for part in performance.parts:
            if part.instrument.program in self._MODELS:
                out += self._part(part.instrument.program, part.notes, out.size, rng)
        return out

    def _part(self, program: int, notes: Array, size: int, rng: np.random.Generator) -> Array:
        lines = [f"ControlChange 0.0 1 16 {self._BARS[program]}"] if program in self._BARS else []
        lines += [f"ControlChange 0.0 1 {control} {rng.integers(10, 90)}" for control in (2, 4, 11)]
        events = [(on, f"NoteOn {{:.4f}} 1 {midi:.2f} {velocity:.0f}") for on, _, midi, velocity in notes]
        events += [(off, f"NoteOff {{:.4f}} 1 {midi:.2f} 64") for _, off, midi, _ in notes]
        now = 0.0
        for at, line in sorted(events):
            lines.append(line.format(max(at - now, 0.0)))
            now = max(now, at)
        with tempfile.TemporaryDirectory() as folder:
            score, wav = Path(folder) / "a.ski", Path(folder) / "a.wav"
            score.write_text("\n".join(lines) + "\n")
            command = ["stk-demo", self._MODELS[program], "-ow", str(wav), "-s", str(RATE), "-if", str(score)]
            subprocess.run(command, check=True, capture_output=True)
            sound, _ = soundfile.read(wav, always_2d=True)
        return _fit(sound.mean(axis=1), size)


class ModelledSound:
    """Our own strings, pipes and bars."""

    name = "modelled"

    def play(self, performance: Performance, rng: np.random.Generator) -> Array:
        out = np.zeros(round(performance.seconds * RATE) + RATE)
        for part in performance.parts:
            out += play_modelled(part.instrument, part.notes, part.bends, CURVE, out.size, rng)
        return _fit(out / max(float(np.abs(out).max()), 1e-9) * 0.5, round(performance.seconds * RATE))


def _fit(sound: Array, count: int) -> Array:
    return np.pad(sound[:count], (0, max(0, count - sound.size)))


def sound_maker(name: str, *, judging: bool = False) -> Any:
    """`modelled`, `freepats`, `stk`, or the path of a soundfont; reserved ones only for `judging`."""
    own = {"modelled": ModelledSound, "freepats": TimiditySound, "stk": StkSound}
    return own[name]() if name in own else FluidSound(name, judging=judging)


def degraded(sound: Array, rng: np.random.Generator, *, mild: bool = False) -> Array:
    """As a microphone in a room hears it: level, hall, noise, hum."""
    sound = sound * (10 ** (rng.uniform(-3, -1) / 20) / max(float(np.abs(sound).max()), 1e-9))
    if rng.uniform() < 0.35:
        sound = _in_a_hall(sound, rng)
    power = float(np.mean(sound**2))
    if rng.uniform() < 0.6:
        decibels = rng.uniform(20, 45)
        noise = rng.standard_normal(sound.size)
        if rng.uniform() < 0.6:  # a room is darker than white noise
            noise = _dark(noise, rng.uniform(0.6, 0.97))
        sound = sound + noise * np.sqrt(power / np.mean(noise**2)) * 10 ** (-decibels / 20)
    if rng.uniform() < 0.1:
        hum = np.sin(2 * np.pi * rng.choice([50, 60]) * np.arange(sound.size) / RATE)
        sound = sound + hum * np.sqrt(2 * power) * 10 ** (-rng.uniform(20, 40) / 20)
    loudest = rng.uniform(-12, 0) if mild else rng.uniform(-36, 0)
    return sound * 10 ** (loudest / 20) / max(float(np.abs(sound).max()), 1e-9)


def _in_a_hall(sound: Array, rng: np.random.Generator) -> Array:
    seconds = rng.uniform(0.2, 1.2)
    time = np.arange(round(seconds * RATE)) / RATE
    tail = _dark(rng.standard_normal(time.size), 0.5) * np.exp(-6.9 * time / seconds)
    tail /= np.sqrt(np.sum(tail**2))
    size = 1 << int(np.ceil(np.log2(sound.size + tail.size)))
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[: sound.size]
    return sound + rng.uniform(0.1, 0.6) * wet


def _dark(noise: Array, pole: float) -> Array:
    spectrum = np.fft.rfft(noise)
    turn = np.exp(-2j * np.pi * np.arange(spectrum.size) / noise.size)
    return np.fft.irfft(spectrum / (1 - pole * turn), noise.size)
