"""The build fails on every fault a page can have, and notices when the package under a page changes.

Each test plants its fault in a book of one page, with the configuration and the extension of the real one.
"""

import base64
import re
import shutil

import nbformat
import pytest

from book.notebooks import METADATA
from tests.book.chapters import ROOT

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PICTURE = "display({'image/png': '" + DOT + "', 'text/plain': %r}, raw=True)"
GOOD = ["import dlbook\nprint('seven is', dlbook.seven)", PICTURE % 'One dot, value "3".']


class Scratch:
    """A book of one page that prints a number of its own little package."""

    def __init__(self, folder, build):
        self.folder, self.build_book = folder, build
        shutil.copytree(ROOT / "book", folder / "book", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "_config.yml", folder)
        (folder / "_toc.yml").write_text("format: jb-book\nroot: chapters/index\nchapters:\n- file: chapters/page\n")
        (folder / "dlbook").mkdir()
        (folder / "chapters").mkdir()
        (folder / "chapters" / "references.bib").touch()
        (folder / "chapters" / "index.md").write_text("# A book\n\nSee [the page](page.ipynb).\n")
        self.package("seven = 7")
        self.page("# A page", *GOOD)

    def package(self, source):
        (self.folder / "dlbook" / "__init__.py").write_text(source + "\n")

    def page(self, text, *codes):
        cells = [nbformat.v4.new_markdown_cell(text), *map(nbformat.v4.new_code_cell, codes)]
        nbformat.write(
            nbformat.v4.new_notebook(cells=cells, metadata=METADATA), self.folder / "chapters" / "page.ipynb"
        )

    def build(self):
        process = self.build_book(self.folder, PYTHONPATH=str(self.folder))
        process.failed, process.executed = process.returncode != 0, "Executing notebook" in process.log
        return process

    def html(self):
        return (self.folder / "_build" / "html" / "chapters" / "page.html").read_text(encoding="utf-8")


@pytest.fixture
def scratch(tmp_path, build):
    return Scratch(tmp_path, build)


def test_a_page_is_executed_again_only_when_the_package_changes(scratch):
    first, again = scratch.build(), scratch.build()
    assert (first.failed, again.failed) == (False, False), first.log
    assert (first.executed, again.executed) == (True, False)
    assert "seven is 7" in scratch.html()

    (image,) = re.findall("<img [^>]*_images[^>]*>", scratch.html())
    assert 'alt="One dot, value &quot;3&quot;."' in image
    assert 'width="1" height="1"' in image
    assert 'loading="lazy"' in image

    scratch.package("seven = 8")
    changed = scratch.build()
    assert (changed.failed, changed.executed) == (False, True)
    assert "seven is 8" in scratch.html()

    scratch.package("raise RuntimeError('broken')")
    assert scratch.build().failed


def test_an_error_in_a_cell_fails_the_build(scratch):
    scratch.page("# A page", "1 / 0")
    process = scratch.build()
    assert process.failed
    assert "ZeroDivisionError" in process.log


def test_every_warning_fails_the_build_and_is_not_forgotten(scratch):
    """Sphinx warns when it reads a page; the second build must not pass because it reads only what changed."""
    scratch.page(
        "# A page\n\n{eq}`no-equation`, {ref}`no-place`, {cite:p}`nobody1900`, [there](no-page.md)\n\n![](dot.png)",
        "import warnings; warnings.warn('beware')",
        PICTURE % "<Figure size 1x1>",
    )
    (scratch.folder / "chapters" / "dot.png").write_bytes(base64.b64decode(DOT))
    for process in (scratch.build(), scratch.build()):
        assert process.failed
        for name in ("no-equation", "no-place", "nobody1900", "no-page.md", "stderr"):
            assert re.search(f"(WARNING|ERROR).*{name}", process.log), name
        assert process.log.count("picture without alternative text") == 2
