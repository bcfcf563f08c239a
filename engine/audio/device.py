"""The door to sounddevice: which devices there are, which one a name means, and the streams on them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any, Final, Literal

from engine.errors import MissingDriver, NoSuchDevice, nearest
from engine.frame import HOP, RATE

Direction = Literal["input", "output"]
INSTALL: Final = "apt-get install libportaudio2 (on macOS it comes with the package)"


@dataclass(frozen=True, slots=True)
class Device:
    """A sound device, known by its name: numbers change when something is plugged in."""

    name: str
    host: str
    inputs: int
    outputs: int
    rate: int
    number: int
    default_input: bool
    default_output: bool

    @property
    def full_name(self) -> str:
        """The name that means only this one: `NAME, HOST`."""
        return f"{self.name}, {self.host}"

    def channels(self, direction: Direction) -> int:
        """How many it has in that direction; 0 where it has none."""
        return self.inputs if direction == "input" else self.outputs


def _sounddevice() -> Any:
    try:
        import sounddevice
    except OSError as why:
        raise MissingDriver(f"no PortAudio on this machine ({why}): {INSTALL}") from why
    return sounddevice


def devices() -> list[Device]:
    """Every device there is now. MissingDriver without PortAudio."""
    sd = _sounddevice()
    hosts = sd.query_hostapis()
    default_in, default_out = sd.default.device
    return [
        Device(
            name=str(entry["name"]),
            host=str(hosts[entry["hostapi"]]["name"]),
            inputs=int(entry["max_input_channels"]),
            outputs=int(entry["max_output_channels"]),
            rate=int(entry["default_samplerate"]),
            number=number,
            default_input=number == default_in,
            default_output=number == default_out,
        )
        for number, entry in enumerate(sd.query_devices())
    ]


def find_device(name: str | None, direction: Direction) -> Device:
    """The device that `name` means: its name, `NAME, HOST`, or a part that fits only one; None the default.

    Raises NoSuchDevice, which names the nearest.
    """
    usable = [device for device in devices() if device.channels(direction) > 0]
    if not usable:
        raise NoSuchDevice(f"this machine has no sound {direction} (monochord devices lists what there is)")
    if name is None:
        defaults = [d for d in usable if (d.default_input if direction == "input" else d.default_output)]
        return (defaults or usable)[0]
    wanted = name.casefold()
    exact = [d for d in usable if wanted in (d.name.casefold(), d.full_name.casefold())]
    partial = [d for d in usable if wanted in d.full_name.casefold()]
    if exact:
        return exact[0]
    if len(partial) == 1:
        return partial[0]
    names = [d.full_name for d in partial] or list(dict.fromkeys(d.name for d in usable))
    rule = f"fits {len(partial)} devices" if partial else f"is no sound {direction} here"
    raise NoSuchDevice(f"device={name} {rule} ({nearest(name, names)})")


class Stream:
    """A running stream whose compiled callback works on a block of shared memory. Never closed: see `ears`."""

    def __init__(
        self, device: Device, direction: Direction, callback: int, block: int, channels: int, rate: int
    ) -> None:
        """Open and start. `callback` and `block` are addresses. NoSuchDevice if the driver refuses."""
        sd = _sounddevice()
        kind: Any = sd.RawInputStream if direction == "input" else sd.RawOutputStream
        # sounddevice takes Python callbacks only; its base class takes any, and that is all it is used for here.
        stream = kind.__new__(kind)
        try:
            sd._StreamBase.__init__(
                stream,
                kind=direction,
                wrap_callback=None,
                callback=sd._ffi.cast("PaStreamCallback*", callback),
                userdata=sd._ffi.cast("void*", block),
                device=device.number,
                channels=channels,
                samplerate=rate,
                blocksize=HOP,
                dtype="float32",
                latency="low",
                extra_settings=None,
                clip_off=None,
                dither_off=None,
                never_drop_input=None,
                prime_output_buffers_using_stream_callback=None,
                finished_callback=None,
            )
            stream.start()
        except sd.PortAudioError as why:
            raise NoSuchDevice(f"device={device.full_name} cannot be opened: {why.args[0]}") from why
        self._stream = stream

    @property
    def active(self) -> bool:
        """False once the driver has stopped calling: the device is gone, or its server is."""
        with contextlib.suppress(Exception):
            return bool(self._stream.active)
        return False


def fitting_rate(device: Device, direction: Direction, channels: int) -> int:
    """RATE if the device takes it, else the device's own."""
    sd = _sounddevice()
    check = sd.check_input_settings if direction == "input" else sd.check_output_settings
    try:
        check(device=device.number, channels=channels, dtype="float32", samplerate=RATE)
    except (sd.PortAudioError, ValueError):
        return device.rate
    return RATE
