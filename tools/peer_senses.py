"""What a peer needs for one hop of sound, as JSON: {sense: [µs a hop, …]}. For tools/bench_senses.py.

    python tools/peer_senses.py aubio|essentia|librosa|antropy SOUND.npy TURNS

SOUND.npy holds samples (n,) float32 at 48 kHz. It runs under an interpreter of its own, which needs numpy and the
peer: no environment holds all of them. Each hop of 256 is timed in every turn and its best time kept, so that what
else the machine does stays out. Every peer does, hop by hop, what it has for level, spectrum and its descriptors,
bands, onset, pitch, tempo and chroma, each with its defaults at a window of 1024 (2048 for pitch and chroma). Essentia
has no tempo that goes along with the music, librosa's takes 0.2 s a call and is not asked, aubio has no chroma.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping

import numpy as np

RATE, HOP, WINDOW, LONG = 48000, 256, 1024, 2048
FEW = 150  # hops that are enough of librosa, which takes longer than they last

Sense = Callable[[np.ndarray, np.ndarray], object]  # of the hop (HOP,) and of the last LONG samples


def aubio_senses() -> Mapping[str, Sense]:
    import aubio

    vocoder = aubio.pvoc(WINDOW, HOP)
    descriptors = [aubio.specdesc(name, WINDOW) for name in ("centroid", "spread", "rolloff", "specflux")]
    bands = aubio.filterbank(40, WINDOW)
    bands.set_mel_coeffs_slaney(RATE)
    onset = aubio.onset("default", WINDOW, HOP, RATE)
    tempo = aubio.tempo("default", WINDOW, HOP, RATE)
    pitch = aubio.pitch("yinfft", LONG, HOP, RATE)
    seen: list[object] = [None]

    def spectrum(hop: np.ndarray, heard: np.ndarray) -> None:
        seen[0] = vocoder(hop)
        for descriptor in descriptors:
            descriptor(seen[0])

    return {
        "level": lambda hop, heard: (aubio.db_spl(hop), aubio.zero_crossing_rate(hop)),
        "spectrum, centroid, spread, roll-off, flux": spectrum,
        "40 mel bands": lambda hop, heard: bands(seen[0]),
        "onset": lambda hop, heard: onset(hop),
        "pitch (yinfft)": lambda hop, heard: pitch(hop),
        "tempo": lambda hop, heard: tempo(hop),
    }


def essentia_senses() -> Mapping[str, Sense]:
    import essentia.standard as es

    def made(name: str, **options: object) -> Callable[..., object]:
        algorithm: Callable[..., object] = getattr(es, name)(**options)
        return algorithm

    window, fft = made("Windowing", type="hann", size=WINDOW), made("Spectrum", size=WINDOW)
    centroid, flux = made("Centroid", range=RATE / 2), made("Flux")
    rolloff, flatness = made("RollOff", sampleRate=RATE), made("Flatness")
    rms, crossings = made("RMS"), made("ZeroCrossingRate")
    mel = made("MelBands", inputSize=WINDOW // 2 + 1, sampleRate=RATE, numberBands=40)
    onset = made("OnsetDetection", method="flux", sampleRate=RATE)
    window_long, fft_long = made("Windowing", type="hann", size=LONG), made("Spectrum", size=LONG)
    pitch = made("PitchYinFFT", frameSize=LONG, sampleRate=RATE)
    peaks, chroma = made("SpectralPeaks", sampleRate=RATE, maxFrequency=5000), made("HPCP", sampleRate=RATE)
    silent = np.zeros(WINDOW // 2 + 1, np.float32)
    seen: list[object] = [None]
    seen_long: list[object] = [None]

    def spectrum(hop: np.ndarray, heard: np.ndarray) -> None:
        seen[0] = fft(window(heard[-WINDOW:]))
        for descriptor in (centroid, flux, rolloff, flatness):
            descriptor(seen[0])

    def fundamental(hop: np.ndarray, heard: np.ndarray) -> object:
        seen_long[0] = fft_long(window_long(heard))
        return pitch(seen_long[0])

    return {
        "level": lambda hop, heard: (rms(hop), crossings(hop)),
        "spectrum, centroid, flatness, roll-off, flux": spectrum,
        "40 mel bands": lambda hop, heard: mel(seen[0]),
        "onset strength": lambda hop, heard: onset(seen[0], silent),
        "pitch (YinFFT)": fundamental,
        "chroma (HPCP)": lambda hop, heard: chroma(*peaks(seen_long[0])),
    }


def librosa_senses() -> Mapping[str, Sense]:
    import librosa

    shape = {"n_fft": WINDOW, "hop_length": WINDOW, "center": False}
    seen: list[np.ndarray] = [np.zeros((WINDOW // 2 + 1, 1), np.float32)]

    def level(hop: np.ndarray, heard: np.ndarray) -> object:
        return librosa.feature.rms(y=hop, frame_length=HOP, hop_length=HOP, center=False)

    def spectrum(hop: np.ndarray, heard: np.ndarray) -> None:
        seen[0] = np.abs(librosa.stft(heard[-WINDOW:], **shape))
        librosa.feature.spectral_centroid(S=seen[0], sr=RATE)
        librosa.feature.spectral_flatness(S=seen[0])
        librosa.feature.spectral_rolloff(S=seen[0], sr=RATE)

    def onset(hop: np.ndarray, heard: np.ndarray) -> object:
        return librosa.onset.onset_strength(
            y=heard[-WINDOW - HOP :], sr=RATE, n_fft=WINDOW, hop_length=HOP, center=False
        )

    def pitch(hop: np.ndarray, heard: np.ndarray) -> object:
        return librosa.yin(heard, fmin=65, fmax=2000, sr=RATE, frame_length=LONG, hop_length=LONG, center=False)

    def chroma(hop: np.ndarray, heard: np.ndarray) -> object:
        return librosa.feature.chroma_stft(y=heard, sr=RATE, n_fft=LONG, hop_length=LONG, center=False)

    return {
        "level": level,
        "spectrum, centroid, flatness, roll-off": spectrum,
        "40 mel bands": lambda hop, heard: librosa.feature.melspectrogram(S=seen[0] ** 2, sr=RATE, n_mels=40),
        "onset strength": onset,
        "pitch (yin)": pitch,
        "chroma": chroma,
    }


def antropy_senses() -> Mapping[str, Sense]:
    import antropy

    return {
        "Higuchi of 1024": lambda hop, heard: antropy.higuchi_fd(heard[-1024:], kmax=8),
        "Higuchi of 2048": lambda hop, heard: antropy.higuchi_fd(heard, kmax=8),
        "Katz of 1024": lambda hop, heard: antropy.katz_fd(heard[-1024:]),
        "Petrosian of 1024": lambda hop, heard: antropy.petrosian_fd(heard[-1024:]),
    }


SENSES = {"aubio": aubio_senses, "essentia": essentia_senses, "librosa": librosa_senses, "antropy": antropy_senses}


def measured(senses: Mapping[str, Sense], sound: np.ndarray, turns: int) -> dict[str, list[float]]:
    """The least time of each sense and hop in µs."""
    count = (len(sound) - LONG) // HOP
    taken = {name: np.full(count, np.inf) for name in senses}
    for _ in range(turns):
        for index in range(count):
            end = LONG + (index + 1) * HOP
            hop, heard = sound[end - HOP : end], sound[end - LONG : end]
            for name, sense in senses.items():
                begun = time.perf_counter_ns()
                sense(hop, heard)
                taken[name][index] = min(taken[name][index], (time.perf_counter_ns() - begun) / 1000)
    return {name: times.tolist() for name, times in taken.items()}


def main() -> None:
    if len(sys.argv) != 4 or sys.argv[1] not in SENSES:
        raise SystemExit(__doc__)
    peer, sound = sys.argv[1], np.load(sys.argv[2])
    if peer == "librosa":
        sound = sound[: LONG + FEW * HOP]
    if peer == "antropy":
        sound = sound.astype(np.float64)
    print(json.dumps(measured(SENSES[peer](), sound, int(sys.argv[3]))))


if __name__ == "__main__":
    main()
