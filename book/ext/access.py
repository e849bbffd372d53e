"""Faults of the theme that keep out readers who use a screen reader, mended in the written pages.

The page tests run axe, which finds a fault that a newer theme brings, and a mending that no longer fits.
"""

from pathlib import Path

MENDINGS = {
    # the arrow that unfolds a chapter in the side bar has no name
    '<summary><span class="toctree-toggle"': '<summary aria-label="Pages of this chapter"><span class="toctree-toggle"',
    # the side bar is no landmark
    'class="bd-sidebar-primary bd-sidebar"': 'class="bd-sidebar-primary bd-sidebar" role="region" aria-label="Book"',
    # the corner of a table with headings on two sides heads nothing
    '<th class="head"></th>': "<td></td>",
    '<th class="head"><p></p></th>': "<td></td>",
    # many machines have no letter for this sign
    "<td><p>✅</p></td>": "<td><p>ran</p></td>",
    # all exercises of a page have the same id, and so have all solutions
    '<section id="exercise-content">': "<section>",
    '<section id="solution-content">': "<section>",
    # a list may hold list items only
    'role="doc-biblioentry"': 'role="listitem"',
}


def mend(text: str) -> str:
    for fault, mended in MENDINGS.items():
        text = text.replace(fault, mended)
    return text


def mend_pages(app, exception):
    if exception is None and app.builder.format == "html":
        for file in Path(app.outdir).rglob("*.html"):
            text = file.read_text(encoding="utf-8")
            if (mended := mend(text)) != text:
                file.write_text(mended, encoding="utf-8")


def setup(app):
    app.connect("build-finished", mend_pages)
