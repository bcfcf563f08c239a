"""Where those who stand beside us live: an environment each, made when it is wanted, never dependencies of ours."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FOLDERS: Final = re.compile(r"(?<![\w.…])/(?:[^\s/'\":]+/)+")
_PATIENCE: Final = 1800.0  # seconds that an installation may take


class NotHere(Exception):
    """Why something cannot be measured on this machine, in one line."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Packages with their versions, the peer's own first; the module that shows that it is here; programs it calls."""

    packages: tuple[str, ...]
    module: str
    programs: tuple[str, ...] = ()
    beside_us: bool = False
    """It sees our own packages too: what judges us must import the engine."""

    @property
    def name(self) -> str:
        """As it is told with its version."""
        return self.packages[0].replace("==", " ")


_JUDGES: Final = (
    "mir_eval==0.8.2",
    "essentia==2.1b6.dev1389",
    "scikit-learn==1.9.1",
    "torch==2.13.0",
    "onnx==1.23.2",
    "openTSNE==1.0.4",
    "pyfluidsynth==1.4.0",
    "mido==1.3.3",
    "PyWavelets==1.9.0",
    "matplotlib==3.11.2",
    "librosa==0.11.0",
)

PEERS: Final[Mapping[str, Peer]] = {
    "aubio": Peer(("aubio-ledfx==0.4.12", "numpy==2.4.6"), "aubio"),
    "essentia": Peer(("essentia==2.1b6.dev1389", "numpy==2.4.6"), "essentia.standard"),
    "librosa": Peer(("librosa==0.11.0",), "librosa"),
    "antropy": Peer(("antropy==0.2.3",), "antropy"),
    "ledfx": Peer(("ledfx==2.2.1",), "ledfx.devices.osc"),
    "shaderflow": Peer(("shaderflow==0.12.0",), "shaderflow", programs=("ffmpeg",)),
    "pymatchmaker": Peer(("pymatchmaker==0.3.0", "partitura==1.9.0", "pyfluidsynth==1.4.0"), "matchmaker"),
    "umap": Peer(("umap-learn==0.5.12", "tensorflow-cpu==2.21.0", "tf-keras==2.21.0"), "umap.parametric_umap"),
    "judges": Peer(_JUDGES, "mir_eval", beside_us=True),
}
"""All of them, by the name of their folder. Some are GPL or AGPL: each runs in a process of its own."""


class Peers:
    """Finds interpreters, and makes those that are not there yet below `scratch`; an attempt that failed is kept."""

    def __init__(self, scratch: Path, given: Mapping[str, Path] | None = None) -> None:
        """`given` are interpreters that are there already, by the peer's name."""
        self._scratch, self._given = scratch, dict(given or {})
        self._found: dict[str, Path | str] = {}

    def python(self, name: str) -> Path:
        """The interpreter that can import it; NotHere says why there is none."""
        if name not in self._found:
            try:
                self._found[name] = self._look(name)
            except NotHere as why:
                self._found[name] = str(why)
        found = self._found[name]
        if isinstance(found, str):
            raise NotHere(found)
        return found

    def versions(self) -> dict[str, str]:
        """Of those that were asked for and are here."""
        return {
            name: _version(found, PEERS[name].packages[0].partition("==")[0])
            for name, found in self._found.items()
            if isinstance(found, Path) and name != "judges"
        }

    def _look(self, name: str) -> Path:
        peer = PEERS[name]
        for program in peer.programs:
            if shutil.which(program) is None:
                raise NotHere(f"{name} wants the program {program} (apt-get install {program})")
        python = self._given.get(name) or self._made(name, peer)
        asked = subprocess.run([python, "-c", f"import {peer.module}"], capture_output=True, text=True, check=False)
        if asked.returncode:
            raise NotHere(f"{name} cannot be imported: {last_line(asked.stderr)}")
        return python

    def _made(self, name: str, peer: Peer) -> Path:
        folder = self._scratch.resolve() / name
        python, stamp = folder / "bin" / "python", folder / ".installed"
        wanted = "\n".join((sys.version, *peer.packages))
        if python.exists() and stamp.exists() and stamp.read_text() == wanted:
            return python
        shutil.rmtree(folder, ignore_errors=True)
        print(f"making an environment for {peer.name}", file=sys.stderr, flush=True)
        _run([sys.executable, "-m", "venv", str(folder)], name)
        if peer.beside_us:
            packages = next((folder / "lib").glob("python*/site-packages"))
            (packages / "ours.pth").write_text(sysconfig.get_path("purelib") + "\n")
        _run([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *peer.packages], name)
        stamp.write_text(wanted)
        return python


def _run(command: list[str], name: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired as why:
        raise NotHere(f"{name} cannot be installed within {_PATIENCE / 60:.0f} minutes") from why
    if done.returncode:
        raise NotHere(f"{name} cannot be installed: {last_line(done.stderr)}")


def _version(python: Path, package: str) -> str:
    code = f"from importlib.metadata import version; print(version({package!r}))"
    told = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return f"{package} {told.stdout.strip() or 'of an unknown version'}"


def last_line(text: str) -> str:
    """What went wrong, as programs say it: their last line, of paths the name alone."""
    lines = [one.strip() for one in text.splitlines() if one.strip()]
    return _FOLDERS.sub("…/", lines[-1])[:200] if lines else "it says nothing"
