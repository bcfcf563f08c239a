"""Captions as WebVTT: a file a language, as players, platforms and editors take it."""

from __future__ import annotations

from engine.share.story import Caption, Story


def webvtt(story: Story, language: str) -> str:
    """The captions in a language; those that have no text in it in the first one that has."""
    blocks = [f"WEBVTT\nLanguage: {language}"]
    for number, caption in enumerate(story.captions, 1):
        text = spoken(story, caption, language)
        if text:
            blocks.append(f"{number}\n{_time(caption.begin)} --> {_time(caption.end)}\n{_escaped(text)}")
    return "\n\n".join(blocks) + "\n"


def spoken(story: Story, caption: Caption, language: str) -> str:
    """What a caption says in a language, without empty lines."""
    text, _ = story.said(caption.texts, language)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _time(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
