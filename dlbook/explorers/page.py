"""The figure in a page without a kernel: a still picture, its numbers, and the table for the runtime."""

import base64
import hashlib
import html
import json
import re


def figure_id(title: str) -> str:
    """Return the figure's name in addresses, made from its title."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return "explore-" + (slug or hashlib.sha256(title.encode()).hexdigest()[:8])


def figure(title: str, spec: dict, still: bytes, alt: str, tables: list) -> str:
    """Return the `<figure>`.

    Parameters
    ----------
    spec
        What the page's runtime needs, as JSON.
    still
        WebP of the start setting.
    alt
        The sentence that says what it shows.
    tables
        Pairs (caption, rows) of numbers.
    """
    image = base64.b64encode(still).decode()
    data = json.dumps(spec, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")
    numbers = "".join(number_table(caption, rows) for caption, rows in tables)
    return (
        f'<figure class="dl-explorer" id="{spec["id"]}" aria-label="{html.escape(title)}">'
        f'<p class="dl-name">{html.escape(title)}</p>'
        f'<div class="dl-still"><img src="data:image/webp;base64,{image}" alt="{html.escape(alt)}">'
        f'<div class="dl-numbers">{numbers}</div></div>'
        f'<figcaption class="dl-summary">{html.escape(alt)}</figcaption>'
        f'<script type="application/json">{data}</script></figure>'
    )


def number_table(caption: str, rows) -> str:
    """Return a table of numbers with a heading for each row."""
    body = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th>{"".join(f"<td>{html.escape(cell)}</td>" for cell in cells)}</tr>'
        for name, cells in rows
    )
    return f"<table><caption>{html.escape(caption)}</caption><tbody>{body}</tbody></table>"
