"""Scripts and styles of the pages, all from the book's own folder."""

import importlib.util
import json
import shutil
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"
LIVE = {'class="dl-explorer"': "explorer", 'class="dl-question"': "question"}  # what is in a page, and its files


# in this order
PARTS = ("ink", "axes", "sentence", "table", "kernel", "views", "views/*", "own_data", "figure", "start")


def explorer_script() -> str:
    """Return the runtime of the interactive figures, one script made of the files in `static/explorer`.

    A page that is read from disk may load plain scripts, not modules, so that the files become one; the function
    around them keeps their names to themselves.
    """
    folder = STATIC / "explorer"
    files = [file.read_text("utf-8") for part in PARTS for file in sorted(folder.glob(f"{part}.js"))]
    worker = f"const WORKER = {json.dumps((folder / 'worker.js').read_text('utf-8'))};\n"
    return "\n".join(['(() => {\n"use strict";\n', worker, *files, "})();\n"])


def copy(app):
    """Put our files where pages find them.

    They do not go through `html_static_path`: Jupyter Book loads every script it finds there on every page. MathJax
    comes from the wheel that holds all of it (24 MB); the file with all of TeX's extensions is enough for every page.
    """
    if app.builder.format != "html":
        return
    wheel = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent
    mathjax = wheel / "static" / "mathjax" / "tex-svg-full.js"
    static = Path(app.outdir, "_static")
    (static / "mathjax").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(mathjax, static / "mathjax" / mathjax.name)
    for file in (*STATIC.glob("*.css"), *STATIC.glob("*.js")):
        shutil.copyfile(file, static / file.name)
    (static / "explorer.js").write_text(explorer_script(), "utf-8")


def live_files(app, page, template, context, doctree):
    """Load the script and the style of explorers on the pages that have one, and so those of questions."""
    for mark, name in LIVE.items():
        if mark in context.get("body", ""):
            app.add_js_file(f"{name}.js", loading_method="defer")
            app.add_css_file(f"{name}.css")


def setup(app):
    app.connect("builder-inited", copy)
    app.connect("html-page-context", live_files)
    app.add_css_file("book.css", priority=900)  # after the theme's
    app.add_js_file("book.js", loading_method="defer")
