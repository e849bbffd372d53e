"""A page of figures from disk, in a browser whose network is cut."""

import re
import shutil

import pytest

from book.ext.assets import STATIC, explorer_script

# Keeps the last drawing of each figure where the tests can look at it.
WATCH = """addEventListener('dl-draw', event => {
  const { id } = event.target, count = (window.drawn?.[id]?.count || 0) + 1;
  (window.drawn ??= {})[id] = { ...event.detail, count };
}, true)"""


def write_page(file, explorers):
    """Write a page with figures."""
    (file.parent / "explorer.js").write_text(explorer_script(), "utf-8")
    return write_outputs(file, "explorer", [figure.html() for figure in explorers])


GLOBALS = "() => Object.getOwnPropertyNames(window)"


def globals_without_script(folder, browser) -> set[str]:
    """Return the names that stand in every page."""
    bare = folder / "bare.html"
    bare.write_text("<!doctype html><title>bare</title>", "utf-8")
    page = browser.new_page()
    page.goto(bare.as_uri())
    names = set(page.evaluate(GLOBALS))
    page.close()
    return names


def write_outputs(file, name, outputs):
    """Write a page with the style and the script of a name, its outputs inside the theme's elements round a cell's."""
    shutil.copy(STATIC / f"{name}.css", file.parent)
    output = '<div class="cell_output"><div class="output text_html">{}</div></div>'
    body = "<h1>Figures</h1>" + "".join(map(output.format, outputs))
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Figures</title>'
        f'<link rel="stylesheet" href="{name}.css"><script src="{name}.js" defer></script><style>'
        "html[data-theme=dark] { --pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; "
        "--pst-color-background: #14181e; --pst-color-surface: #222832; --pst-color-primary: #3fb1c5; "
        "--pst-color-border: #48566b; background: #14181e; color: #ced6dd }</style>"
    )
    file.write_text(
        f'<!doctype html><html lang="en"><head>{head}</head><body><main>{body}</main></body></html>', "utf-8"
    )
    return file


@pytest.fixture
def visit(browser, page_file):
    """Open the page; at the end, no request must have left the disk and the console must be empty."""
    contexts, complaints = [], []

    def visit(fragment="", allowed=None, **options):
        context = browser.new_context(offline=True, **options)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("console", lambda m: None if allowed and re.search(allowed, m.text) else complaints.append(m.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else complaints.append(r.url)
        )
        page.goto(page_file.as_uri() + fragment)
        if options.get("java_script_enabled", True):
            page.wait_for_function("!document.querySelector('figure.dl-explorer:not(.dl-ready, .dl-refused)')")
        contexts.append(context)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not complaints
