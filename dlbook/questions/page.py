"""The question in a page: a form that the page's script checks, and the answer folded for readers without script."""

import html
import json


def form(name: str, said: dict, fields: str, solution: str) -> str:
    """Return the `<form>`.

    Parameters
    ----------
    name
        The question's name in addresses; the element with the words of the question adds "-asked".
    said
        What the page's script needs, as JSON.
    fields
        The words of the question and what the reader fills in.
    solution
        The answer and its reason, which are folded.
    """
    data = html.escape(json.dumps(said, separators=(",", ":"), ensure_ascii=False))
    return (  # the method: without a script nothing is sent
        f'<form class="dl-question" id="{name}" method="dialog" autocomplete="off" aria-labelledby="{name}-asked" '
        f'data-question="{data}">{fields}<output id="{name}-said" aria-live="polite"></output>'
        f"<details><summary>Answer</summary>{solution}</details></form>"
    )


def number_fields(name: str, asked: str, unit: str, exactness: str) -> str:
    """Return a question and a field for a number, with its unit and the digits that count, where there are such."""
    notes = {"unit": unit, "digits": exactness}
    spans = {part: f'<span id="{name}-{part}">{words}</span>' if words else "" for part, words in notes.items()}
    described = " ".join(f"{name}-{part}" for part in (*filter(notes.get, notes), "said"))
    return (
        f'<label class="dl-asked" id="{name}-asked" for="{name}-reply">{asked}</label>'
        f'<div class="dl-reply"><input type="text" inputmode="decimal" id="{name}-reply" '
        f'autocapitalize="off" spellcheck="false" aria-describedby="{described}">'
        f"{spans['unit']}<button>Check</button>{spans['digits']}</div>"
    )


def choice_fields(name: str, asked: str, choices: list[str]) -> str:
    """Return a question and its choices."""
    items = "".join(
        f'<label class="dl-choice"><input type="radio" name="{name}" value="{place}"><span>{text}</span></label>'
        for place, text in enumerate(choices)
    )
    return (
        f'<fieldset><legend class="dl-asked" id="{name}-asked">{asked}</legend>{items}</fieldset>'
        '<div class="dl-reply"><button>Check</button></div>'
    )


def solution(answer: str, why: str) -> str:
    """Return the answer and its reason."""
    return f"<p><strong>{answer}</strong></p><p>{why}</p>"
