"""The built book and a browser without a network."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.book.chapters import ROOT

JUPYTER_BOOK = [str(Path(sys.executable).with_name("jupyter-book")), "build", "-W", "--keep-going", "-n"]


@pytest.fixture(scope="session")
def build():
    """A function that builds the book of a folder as `make book` does, and returns the finished process."""

    def run(folder, **environment):
        process = subprocess.run(
            [*JUPYTER_BOOK, str(folder)], env=os.environ | environment, capture_output=True, text=True, timeout=1500
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
