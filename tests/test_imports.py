"""What is loaded when: the core stays light and free of copyleft."""

from __future__ import annotations

import subprocess
import sys

import pytest


def _loaded_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_help_loads_neither_compiler_nor_drivers() -> None:
    heavy = {"numba", "moderngl", "glfw", "sounddevice", "av", "PIL"}
    assert not heavy & _loaded_by("import engine.cli.app")


def test_a_list_of_the_scenes_needs_none_of_the_senses() -> None:
    assert "numba" not in _loaded_by("import sys; from engine.cli.app import main; sys.argv = ['', 'scenes']; main()")


@pytest.mark.parametrize("module", ["engine.conductor", "engine.rehearsal"])
def test_the_gpl_built_decoder_is_loaded_only_when_a_film_is_made(module: str) -> None:
    assert "av" not in _loaded_by(f"import {module}")


@pytest.mark.parametrize("module", ["engine.conductor", "engine.cli.devices"])
def test_midi_is_loaded_when_it_is_asked_for_and_link_never(module: str) -> None:
    assert not {"rtmidi", "mido", "aalink", "link"} & _loaded_by(f"import {module}")
