"""The built book and a browser without a network."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.book.chapters import ROOT

JUPYTER_BOOK = [str(Path(sys.executable).with_name("jupyter-book")), "build", "-W", "--keep-going", "-n"]


@pytest.fixture(scope="session")
def build():
    """A function that builds the book of a folder as `make book` does, and returns the finished process."""

    def run(folder, **environment):
        process = subprocess.run(
            [*JUPYTER_BOOK, str(folder)], env=os.environ | environment, capture_output=True, text=True, timeout=580
        )
        process.log = process.stdout + process.stderr
        return process

    return run


@pytest.fixture(scope="session")
def built(build):
    """The build of the book; a page that has not changed is taken from the cache."""
    return build(ROOT)


@pytest.fixture(scope="session")
def html(built) -> Path:
    """The folder of the built pages."""
    if built.returncode:
        pytest.skip("the book was not built, see test_the_book_builds")
    return ROOT / "_build" / "html"


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium; closed after each file of tests, since it keeps an event loop of its own running."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium on this machine, so the built pages were not looked at (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()
