"""The page that tells the state of this copy."""

import platform
from importlib.metadata import version

import pytest
from bs4 import BeautifulSoup

from book.ext.status import Suite, needs, suites, table
from tests.book.chapters import docnames, file_of

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" timestamp="2026-01-02T03:04:05">
<testcase classname="chapters.mlp.neuron.ipynb" name="Cell 0" time="1.5" />
<testcase classname="chapters.mlp.network.ipynb" name="Cell 0" time="0.25"><failure message="no">no</failure></testcase>
<testcase classname="chapters.errata.ipynb" name="Cell 0" time="1" />
<testcase classname="tests.ops.test_affine" name="test_a[1.5]" time="2"><skipped message="why">why</skipped></testcase>
<testcase classname="" name="tests.ops.test_torch" time="0"><skipped message="why">why</skipped></testcase>
<testcase classname="tests.test_autodiff.TestGraph" name="test_b" time="3"><error message="no">no</error></testcase>
</testsuite></testsuites>
"""


def test_a_report_is_counted_by_folder(tmp_path):
    (tmp_path / "report.xml").write_text(REPORT)
    assert suites(tmp_path / "report.xml") == {
        "chapters/mlp": Suite(tests=2, skipped=0, failed=1, seconds=1.75),
        "chapters": Suite(1, 0, 0, 1),
        "tests/ops": Suite(2, 2, 0, 2),
        "tests": Suite(1, 0, 1, 3),
    }


def test_a_table_is_written_in_markdown():
    assert table(["a", "b"], [(1, "x"), (2, "y")]) == "| a | b |\n| --- | --- |\n| 1 | x |\n| 2 | y |"


@pytest.fixture(scope="module")
def rows(html):
    """The rows of all tables of the page, by their first cell."""
    soup = BeautifulSoup((html / "chapters" / "status.html").read_bytes(), "html.parser")
    cells = [[cell.get_text(" ", strip=True) for cell in row.select("td")] for row in soup.select("article tbody tr")]
    return {first: others for first, *others in cells}


def test_every_notebook_has_its_seconds(rows):
    notebooks = [page for page in docnames() if file_of(page).suffix == ".ipynb"]
    assert all(float(rows[page][2]) > 0 for page in notebooks)


def test_versions_are_those_of_this_environment(rows):
    assert rows["Python"] == [platform.python_version()]
    assert {name: rows[name] for name in needs()} == {name: [version(name)] for name in needs()}
    assert {"jax", "numpy", "jupyter-book", "pytest"} <= set(needs())
