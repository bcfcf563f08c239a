"""Scenes against music: `monochord scenes --sheet` for eyes, `--judge` for numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from engine.cli import terminal
from engine.cli.scene_verdict import Verdict, verdicts
from engine.errors import BadFile, BadScene, BadSetting, nearest
from engine.films import trial
from engine.rehearsal import Progress
from engine.stage.palette import pinned
from engine.stage.scene import Scene, load_scene, scene_names
from engine.stage.scene_judging import Film
from engine.stage.scene_sheet import Row, driving, lane, write_scene_sheet
from engine.stage.sheet import Pixels, write_sheet
from engine.stage.targets import Size

_MUSICS: Final = (trial.SILENCE, *trial.SECTIONS)
_FLOOR: Final = "fallback"  # what lies under all scenes is none that somebody chooses
_WIDTH: Final = 200  # pixels of a still where all scenes are on one sheet
_OVERVIEW: Final = "overview.png"


class Trial:
    """Some scenes, and the musics that they are tried with. `refused` are those that could not be drawn."""

    def __init__(
        self,
        files: Sequence[str],
        scenes: Sequence[str],
        size: Size,
        *,
        musics: Sequence[str] = (),
        seconds: float = 30.0,
        palette: str | None = None,
    ) -> None:
        """Hear the musics. With no `scenes` all that come with the engine; one that was named must be good.

        `musics`: only these of silence and the sections of the built-in recording.
        """
        if unknown := [name for name in musics if name not in _MUSICS]:
            raise BadSetting(f"music={unknown[0]!r} is none ({nearest(unknown[0], _MUSICS)})")
        pinned(palette)  # one that is none is said before anything is heard
        self._size, self._palette = size, palette
        self.refused: list[str] = []
        self._looked: dict[tuple[str, str], tuple[list[Pixels], Film]] = {}
        self.scenes = list(self._loaded(scenes))
        chosen = musics or _MUSICS
        self.musics = [trial.silence()] if trial.SILENCE in chosen else []
        with terminal.progress("hearing") as tell:
            if not files:
                self.musics += trial.sections(chosen, tell)
            for number, file in enumerate(files):
                self.musics.append(self._heard(file, seconds, _part_of(tell, number, len(files))))

    def _heard(self, file: str, seconds: float, tell: Progress) -> trial.Music:
        """A file's music, under a name that no other has."""
        music, known = trial.of_file(file, seconds, tell), {music.name for music in self.musics}
        return replace(music, name=f"{music.name} ({len(known)})") if music.name in known else music

    def write_sheets(self, out: Path) -> None:
        """One sheet in the file `out`, of the scene or an overview of all; or into a folder a sheet each, and that."""
        folder = out.suffix.lower() != ".png"
        _make_folder(out if folder else out.parent)
        alone = len(self.scenes) == 1
        overview = []
        for scene in list(self.scenes):
            try:
                rows = self._rows(scene)
            except BadScene as why:
                if alone:
                    raise
                self._refuse(scene.name, why)
                continue
            if folder or alone:
                name = out / f"{scene.name.replace(':', '-')}.png" if folder else out
                write_scene_sheet(name, scene, rows)
            overview.append((scene.name, [row.stills[min(2, len(row.stills) - 1)] for row in rows]))
        if overview and not alone:
            names, stills = zip(*overview, strict=True)
            path = out / _OVERVIEW if folder else out
            write_sheet(path, stills, names, [music.name for music in self.musics], width=_WIDTH)

    def judge(self) -> list[Verdict]:
        """What the numbers say of each scene; those that cannot be drawn are left out."""
        musics = [*self.musics, trial.settling()]
        films: dict[str, dict[str, Film]] = {}
        costs: dict[str, float] = {}
        for scene in list(self.scenes):
            try:
                with terminal.progress(scene.name) as tell:
                    own = {}
                    for number, music in enumerate(musics):
                        own[music.name] = self._look(scene, music)[1]
                        tell((number + 1) / (len(musics) + 1))
                    costs[scene.name] = trial.cost(scene, self.musics[-1])
                    films[scene.name] = own
            except BadScene as why:
                if len(self.scenes) == 1:
                    raise
                self._refuse(scene.name, why)
        return verdicts([scene for scene in self.scenes if scene.name in films], musics, films, costs)

    def _rows(self, scene: Scene) -> list[Row]:
        rows = []
        with terminal.progress(scene.name) as tell:
            for number, music in enumerate(self.musics):
                stills, _ = self._look(scene, music)
                lanes = [lane(one, music.signal(one.column)) for one in driving(scene)]
                at = [count / trial.FPS for count in music.sights()]
                rows.append(Row(music.name, music.seconds, stills, at, lanes))
                tell((number + 1) / len(self.musics))
        return rows

    def _look(self, scene: Scene, music: trial.Music) -> tuple[list[Pixels], Film]:
        """What is seen of a scene to a music; each is drawn once, for eyes and for numbers."""
        key = scene.name, music.name
        if key not in self._looked:
            self._looked[key] = trial.look(scene, music, self._size, music.sights(), self._palette)
        return self._looked[key]

    def _loaded(self, names: Sequence[str]) -> Iterator[Scene]:
        for name in names or [name for name in scene_names() if name != _FLOOR]:
            try:
                yield load_scene(name)
            except BadScene as why:
                if names:
                    raise
                self._refuse(name, why)

    def _refuse(self, name: str, why: BadScene) -> None:
        self.refused.append(name)
        terminal.remark(str(why))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise BadFile(f"sheet={folder} cannot be made: {why.strerror} (choose another folder)") from None


def _part_of(tell: Progress, number: int, count: int) -> Progress:
    """Tells how much of `count` files is done, from how much of this one is."""
    return lambda share: tell((number + share) / count)
