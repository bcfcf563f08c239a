"""All of it, in its order: the record first, then everything from the record, and what is there already is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.analysis import Analysis
from engine.audio.source import open_source
from engine.errors import BadFile, BadSetting
from engine.foundation.whole_file import made_folder, whole_file, written
from engine.rehearsal import Progress, Remark
from engine.replay.programme import changed_since, hashes, programme
from engine.settings import Settings, settings
from engine.share import page, pictures
from engine.share.captions import webvtt
from engine.share.films import Format, film, lettering, made_from
from engine.share.living_map import living, loudest
from engine.share.manifest import Manifest, digest
from engine.share.record import Recorder, heard_from, recorded
from engine.share.score_sheet import score_sheet
from engine.share.sound_files import SoundFile
from engine.share.story import Measured, Story, completed, name_of
from engine.share.titles import check_letters, title_ends
from engine.takes.take import SUFFIX, is_take

PAGE: Final = "page"
"""The folder that can be put anywhere as it is."""
_HEARD: Final = "heard.json"
_SOUNDS: Final = ("sound.mp3", "sound.m4a")

Telling = Callable[[str], AbstractContextManager[Progress]]
"""Shows under a title how far something is."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: the story, if one is told, its languages, the films, and the language burnt into them, if any."""

    story: Story | None
    languages: tuple[str, ...] | None
    formats: tuple[Format, ...]
    burnt: str | None = None
    seconds: float | None = None
    show: Path | None = None


def share(chosen: Settings, wish: Wish, folder: Path, tell: Telling, remark: Remark) -> Path:
    """Make everything in `folder`; the page. BadFile, BadScene, BadSetting or MissingDriver in one line."""
    source = chosen.hearing.source or ""
    name = Path(source).name if Path(source).exists() else source
    first = completed(wish.story, wish.languages, name, Measured(0.0))
    _refuse_burning(wish, first)
    check_letters(first, wish.burnt)
    take = folder / f"{_plain(name)}{SUFFIX}"
    if take.exists() and Path(source).exists() and take.samefile(source):
        raise BadSetting(f"out={folder} holds the take that is shared, {take.name} (choose another folder)")
    open_source(source)  # whatever is wrong with it is said before anything is made
    drawn_by = hashes(chosen)
    remark = _once(remark)
    if is_take(Path(source)) and (changes := changed_since(Path(source), drawn_by)):
        remark(f"since this take was made {', '.join(changes[:3])}: its pictures may be others than they were")
    manifest = Manifest(folder)
    made_folder(folder / PAGE)
    kept = _Kept(chosen, wish, manifest, take, first, drawn_by)
    heard = kept.hear(tell, remark)
    story = completed(wish.story, wish.languages, name, Measured(**heard["measured"]))
    kept.draw(story, heard, tell, remark)
    names = kept.written(story, heard)
    manifest.forget_all_but(names)
    return folder / PAGE / page.NAME


class _Kept:
    """One sharing: each piece is made unless it is there already."""

    def __init__(
        self,
        chosen: Settings,
        wish: Wish,
        manifest: Manifest,
        take: Path,
        story: Story,
        drawn_by: dict[str, Any],
    ) -> None:
        self._chosen, self._wish, self._manifest, self._take = chosen, wish, manifest, take
        self._first, self._hashes = story, drawn_by
        self._folder = manifest.folder
        self._names: list[str] = []

    def hear(self, tell: Telling, remark: Remark) -> dict[str, Any]:
        """The take, the sound and what was heard: `measured`, `living`, and when it is `loudest`."""
        wish, first = self._wish, self._first
        tags = {"title": first.said(first.title, first.languages[0])[0]}
        tags["artist"] = first.said(first.artist, first.languages[0])[0]
        show = {"keys": programme(self._chosen), "made_with": self._hashes}
        origin = {"heard": heard_from(self._chosen, wish.seconds), "show": show, "tags": tags}
        names = [self._take.name, _HEARD, *(f"{PAGE}/{sound}" for sound in _SOUNDS)]
        self._names += names
        if not self._manifest.kept(names, origin):
            with tell("listening") as progress:
                self._listen(show, tags, progress, remark)
            self._manifest.note(names, origin)
        try:
            found: dict[str, Any] = json.loads((self._folder / _HEARD).read_text(encoding="utf-8"))
        except (OSError, ValueError) as why:
            raise BadFile(f"{self._folder / _HEARD} cannot be read: {why} (take it away, and share again)") from None
        return found

    def _listen(self, show: dict[str, Any], tags: dict[str, str], progress: Progress, remark: Remark) -> None:
        chosen = self._chosen
        with ExitStack() as whole:
            try:
                take, heard = (
                    whole.enter_context(whole_file(self._folder / name)) for name in (self._take.name, _HEARD)
                )
                files = [whole.enter_context(whole_file(self._folder / PAGE / name)) for name in _SOUNDS]
                with ExitStack() as open_files:
                    sounds = [open_files.enter_context(SoundFile(file, tags)) for file in files]
                    recorder = Recorder(chosen.hearing, self._wish.seconds, take, show, sounds, chosen.script)
                    for notice in recorder.remarks:
                        remark(notice)
                    analysis = recorded(recorder, progress)
                heard.write_text(json.dumps(self._told(analysis)) + "\n", encoding="utf-8")
            except OSError as why:
                raise BadFile(
                    f"out={self._folder} cannot be written: {why.strerror} (choose a folder with room)"
                ) from why

    def _told(self, analysis: Analysis) -> dict[str, Any]:
        seconds = float(analysis.time[-1])  # of whole hops: the take has no others
        measured = {"seconds": analysis.duration, "tempo": analysis.events.tempo_bpm, "key": analysis.events.key}
        begin = min(title_ends(seconds), max(seconds - 0.2, 0.0))
        return {
            "measured": measured,
            "end": seconds,
            "living": living(analysis, self._chosen.hearing.own_space),
            "loudest": round(loudest(analysis, begin, seconds - 0.2), 3),
        }

    def draw(self, story: Story, heard: dict[str, Any], tell: Telling, remark: Remark) -> None:
        """The films from the take, and what is taken from the first of them: cover and preview."""
        if not self._wish.formats:
            return
        own = settings(source=str(self._take), score=None)
        sound = self._manifest.told(self._take.name)["sha256"]
        for form in self._wish.formats:
            name = f"{PAGE}/{form.name}.mp4"
            self._names.append(name)
            origin = made_from(sound, self._hashes, form, story, self._wish.burnt)
            if self._manifest.kept([name], origin):
                continue
            over = lettering(story, form, heard["end"], self._wish.burnt).over
            with tell(f"film, {form.name}") as progress:
                drawn = film(own, form, self._folder / name, over, progress, remark)
            self._manifest.note([name], origin, pictures=drawn, size=list(form.size), fps=form.fps)
        best = self._wish.formats[0]
        path = self._folder / PAGE / f"{best.name}.mp4"
        names = [f"{PAGE}/cover.png", f"{PAGE}/cover.jpg", f"{PAGE}/preview.webp"]
        self._names += names
        at = heard["loudest"] if self._wish.burnt is None else _wordless(story, heard["loudest"], heard["end"])
        origin = {"film": digest(path), "at": at, "story": story.as_json()}
        if not self._manifest.kept(names, origin):
            with tell("cover and preview") as progress:
                pictures.cover(path, at, story, self._folder / PAGE)
                progress(0.3)
                pictures.preview(path, at, self._folder / PAGE)
                progress(1.0)
            self._manifest.note(names, origin)

    def written(self, story: Story, heard: dict[str, Any]) -> list[str]:
        """The captions and the page, which cost nothing and are written anew; the names of all pieces."""
        texts = {f"captions.{tag}.vtt": webvtt(story, tag) for tag in story.languages if story.captions}
        score = self._chosen.hearing.own_score
        texts[page.NAME] = page.html(
            page.Contents(
                story=story,
                seconds=heard["measured"]["seconds"],
                living=heard["living"],
                films={form.name: form.size for form in self._wish.formats},
                sheet=None if score is None else score_sheet(score),
                limited=self._chosen.stage.flash_limiter,
                burnt=self._wish.burnt is not None,
            )
        )
        for name, text in texts.items():
            with written(self._folder / PAGE / name) as part:
                part.write_text(text, encoding="utf-8", newline="\n")
        own = [f"{PAGE}/{name}" for name in texts]
        self._manifest.note(own, {"story": story.as_json()})
        return [*self._names, *own]


def _refuse_burning(wish: Wish, story: Story) -> None:
    if wish.burnt is None:
        return
    if wish.burnt not in story.languages:
        raise BadSetting(f"burn={wish.burnt} is none of the languages, {', '.join(story.languages)}")
    if not story.captions:
        raise BadSetting(f"burn={wish.burnt}: there are no captions to burn in (write [[captions]] into --story)")


def _wordless(story: Story, best: float, end: float) -> float:
    """The moment nearest to the best at which no caption stands in the picture; the best where there is none."""
    moments = [best, *(one.end + 0.1 for one in story.captions), *(one.begin - 0.1 for one in story.captions)]
    free = [
        at
        for at in moments
        if title_ends(end) <= at < end - 0.1 and not any(one.begin <= at <= one.end for one in story.captions)
    ]
    return min(free, key=lambda at: abs(at - best), default=best)


def _once(remark: Remark) -> Remark:
    """Says each line once, however many films have it to say."""
    said: set[str] = set()

    def say(line: str) -> None:
        if line not in said:
            said.add(line)
            remark(line)

    return say


def _plain(name: str) -> str:
    """What the take is called: the recording's name, in letters that every disk and every page bears."""
    return re.sub(r"[^\w.-]+", "_", name_of(name).replace(" ", "_")).strip("._") or "performance"
