"""The wheel: installed somewhere else, with nothing of the checkout near it, it plays."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    command = [*pip, "--wheel-dir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_shaders_scenes_models_and_the_recording(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, kind in (("shaders", "*.fs"), ("shaders/include", "*.glsl"), ("scenes", "*.toml"), ("shows", "*.toml")):
        for path in (ROOT / folder).glob(kind):
            assert f"engine/assets/{folder}/{path.name}" in names
    assert "engine/audio/recording/mo_li_hua.ogg" in names
    assert "engine/assets/models_onnx/README.md" in names
    for page in ("control", "report"):
        for path in (ROOT / "engine" / page / "page").iterdir():
            assert f"engine/{page}/page/{path.name}" in names
    assert not any(name.startswith(("tests/", "tools/")) for name in names)


@pytest.mark.gl
@pytest.mark.slow
def test_an_installed_wheel_lists_scenes_analyses_and_plays(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False)
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # Our dependencies come from where the tests run; a checkout that is installed there is not found this way.
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"])
    env = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "PYTHONPATH")}

    def monochord(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(tmp_path / "venv" / "bin" / "python"), "-m", "engine", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=600)

    where = [str(tmp_path / "venv" / "bin" / "python"), "-c", "import engine; print(engine.__file__)"]
    assert str(site) in subprocess.run(where, cwd=tmp_path, env=env, capture_output=True, text=True, check=True).stdout
    scenes = monochord("scenes")
    assert scenes.returncode == 0, scenes.stderr
    assert "mountains" in scenes.stdout
    numbers = monochord("analyse", "clicks:2", "--seconds", "1", "--out", "numbers", "--no-report")
    assert numbers.returncode == 0, numbers.stderr
    assert "compiling the senses for this machine" in numbers.stderr.splitlines()[0]
    film = monochord("render", "clicks:2", "a.mp4", "--seconds", "0.5", "--size", "64x36", "--fps", "10")
    assert film.returncode == 0, film.stderr
    assert "compiling" not in film.stderr
    show = monochord("preview", "--headless", "--silent", "--seconds", "1", "--scene", "fallback", "--size", "64x36")
    assert show.returncode == 0, show.stderr
    assert "hops heard" in show.stderr
