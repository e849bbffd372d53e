"""The book on one page, as a PDF and as a zip."""

import posixpath
import re
import shutil
import subprocess
import sys
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup

from book.paper import one_page, pack
from tests.book.chapters import docnames

HEAD = '<link rel="stylesheet" href="{up}_static/a.css"><script src="{up}_static/other.js"></script>'
FIRST = (
    '<h1 id="top">First</h1><p><a href="b/two.html#top">two</a> <a href="#top">up</a> <a href="genindex.html">i</a></p>'
)
SECOND = """<h1 id="top">Second</h1><p><a href="../one.html">one</a> <a href="https://example.org/">away</a></p>
<figure aria-labelledby="top name"><img src="../_images/x.png"></figure><label for="name">n</label><p id="name">p</p>"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b").mkdir()
    for file, up, body in (("one", "", FIRST), ("b/two", "../", SECOND)):
        text = (
            f"<html><head>{HEAD.format(up=up)}</head><body><article class='bd-article'>{body}</article></body></html>"
        )
        (tmp_path / f"{file}.html").write_text(text)
    return tmp_path


def test_links_between_pages_become_links_within(folder):
    page = BeautifulSoup(one_page(folder, ["one", "b/two"]), "html.parser")
    assert [tag["id"] for tag in page.select("[id]")] == ["one", "one--top", "b-two", "b-two--top", "b-two--name"]
    assert [link.get("href") for link in page.select("a")] == [
        *("#b-two--top", "#one--top", None),
        *("#one", "https://example.org/"),
    ]
    assert page.figure["aria-labelledby"] == "b-two--top b-two--name" and page.label["for"] == "b-two--name"
    assert page.img["src"] == "_images/x.png"
    assert [link["href"] for link in page.select("link")] == ["_static/a.css"] and not page.select("script")


def test_it_is_printed_with_an_outline(folder):
    if shutil.which("chromium") is None:
        pytest.skip("there is no chromium")
    (folder / "book.html").write_text(one_page(folder, ["one", "b/two"]))
    program = "import sys; from pathlib import Path; from book.paper import pdf; print(pdf(*map(Path, sys.argv[1:])))"
    arguments = [folder / "book.html", folder / "book.pdf"]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
    printed = (folder / "book.pdf").read_bytes()
    assert (
        printed.startswith(b"%PDF") and b"/Outlines" in printed and len(re.findall(rb"/Type\s*/Page\b", printed)) >= 1
    )


def test_without_a_browser_nothing_is_printed(folder, monkeypatch):
    from book import paper

    monkeypatch.setattr(paper.shutil, "which", lambda name: None)
    assert not paper.pdf(folder / "one.html", folder / "book.pdf")
    assert not (folder / "book.pdf").exists()


def test_the_zip_holds_every_file(folder):
    (folder / ".buildinfo").touch()
    pack(folder, folder.parent / "book.zip")
    with ZipFile(folder.parent / "book.zip") as archive:
        assert sorted(archive.namelist()) == ["dlbook/b/two.html", "dlbook/one.html"]


def test_the_whole_book_is_on_the_page(html):
    page = BeautifulSoup(one_page(html, docnames()), "html.parser")
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {link["href"] for link in page.select('a[href^="#"]')} <= {f"#{name}" for name in ids}
    assert len(page.select("article")) == len(docnames())
    files = [image["src"] for image in page.select("img") if not image["src"].startswith("data:")]
    assert [file for file in files if not (html / posixpath.normpath(file)).exists()] == []
    assert page.select("script[src*=mathjax]") and not page.select("script[src*=explorer], script[src*=theme]")
