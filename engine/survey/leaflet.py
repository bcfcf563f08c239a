"""The little page that a phone is shown: plain HTML in one language, without a script."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Final

from engine.survey.questions import ANSWERS, QUESTIONS, Words, languages

STYLE: Final = (Path(__file__).parent / "page" / "survey.css").read_bytes()
"""Its style sheet, which is served beside it."""


def questionnaire(language: str) -> str:
    """The two questions, each with its four answers, and a button that sends them."""
    words = languages()[language]
    asked = "".join(_question(name, getattr(words, name), words) for name in QUESTIONS)
    form = f'<form method="post" action="/vote?lang={language}">{asked}<button>{escape(words.send)}</button></form>'
    return _page(language, f'{form}<p class="promise">{escape(words.promise)}</p>')


def answered(language: str) -> str:
    """What is shown when this phone's vote is counted."""
    words = languages()[language]
    thanks = f'<p class="said" role="status">{escape(words.thanks)}</p>'
    return _page(language, f'{thanks}<p class="promise">{escape(words.promise)}</p>')


def refused(language: str, why: str, *, again: bool) -> str:
    """Why nothing was counted: `why` names one of the sentences in `Words`; with `again` there is a way back."""
    words = languages()[language]
    said = f'<p class="said" role="alert">{escape(getattr(words, why))}</p>'
    back = f'<a class="button" href="/?lang={language}">{escape(words.back)}</a>' if again else ""
    return _page(language, said + back)


def _question(name: str, question: str, words: Words) -> str:
    choices = "".join(
        f'<label><input type="radio" name="{name}" value="{letter}" required><b>{letter}</b>{escape(text)}</label>'
        for letter, text in zip(ANSWERS, words.answers, strict=True)
    )
    return f"<fieldset><legend>{escape(question)}</legend>{choices}</fieldset>"


def _page(language: str, body: str) -> str:
    words = languages()[language]
    links = "".join(_link(code, other, code == language) for code, other in languages().items())
    return (
        f'<!doctype html><html lang="{language}" dir="{words.direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        '<meta name="color-scheme" content="dark"><meta name="robots" content="noindex">'
        f'<title>{escape(words.title)}</title><link rel="stylesheet" href="/survey.css"></head>'
        f'<body><nav aria-label="Language">{links}</nav><main><h1>{escape(words.title)}</h1>{body}</main></body></html>'
    )


def _link(code: str, words: Words, here: bool) -> str:
    current = ' aria-current="true"' if here else ""
    place = f'href="/?lang={code}" hreflang="{code}" lang="{code}" dir="{words.direction}"'
    return f"<a {place}{current}>{escape(words.name)}</a>"
