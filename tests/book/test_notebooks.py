"""Notebooks are clean and were run, cells and pages are short, finished chapters carry all rows of the inventory."""

import json
import re
from pathlib import Path
from statistics import median

import nbformat
import pytest

from book import notebooks
from tests.book.chapters import ROOT, cells, docnames, file_of, prose, words

INVENTORY = json.loads((ROOT / "book" / "inventory.json").read_text(encoding="utf-8"))
ROW = re.compile(r"\b(?:" + "|".join(INVENTORY["rows"]) + r")-\d\d\b")
PAGES = [name for name in docnames() if file_of(name).exists()]
FILES = notebooks.chapter_notebooks()

as_path = pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())


def lines(cell) -> int:
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def rows_on(file: Path) -> set[str]:
    """Rows named in a comment of a text cell or in a tag of a code cell."""
    comments = re.findall(r"<!--.*?-->", prose(file), re.DOTALL)
    tags = [tag for cell in cells(file, "code") for tag in cell.metadata.get("tags", [])]
    return set(ROW.findall(" ".join(comments + tags)))


@as_path
def test_is_clean_and_every_cell_was_run(file):
    assert notebooks.check(file) == []


@as_path
def test_is_a_page_of_the_book(file):
    assert file.relative_to(ROOT).with_suffix("").as_posix() in PAGES


@as_path
def test_no_cell_is_over_30_lines(file):
    assert [cell.source for cell in cells(file, "code") if lines(cell) > 30] == []


@pytest.mark.parametrize("chapter", sorted({file.parent for file in FILES}), ids=lambda folder: folder.name)
def test_cells_are_short(chapter):
    """A cell mirrors a formula: half of a chapter's cells have at most six lines, at most one in ten over fifteen."""
    counts = [lines(cell) for file in chapter.glob("*.ipynb") for cell in cells(file, "code")]
    assert median(counts) <= 6
    assert sum(count > 15 for count in counts) <= len(counts) / 10


@pytest.mark.parametrize("page", [page for page in PAGES if page != "chapters/glossary"])  # one looks words up there
def test_a_page_has_at_most_2000_words(page):
    assert words(prose(file_of(page))) <= 2000


@pytest.mark.parametrize("chapter", INVENTORY["finished"])
def test_finished_chapters_carry_every_row_of_their_inventory(chapter):
    carried = {row for page in PAGES for row in rows_on(file_of(page))}
    missing = {row: title for row, title in INVENTORY["rows"][chapter].items() if row not in carried}
    assert missing == {}


def test_rows_on_pages_exist():
    known = {row for rows in INVENTORY["rows"].values() for row in rows}
    assert {row for page in PAGES for row in rows_on(file_of(page))} <= known


def test_the_inventory_is_whole():
    sizes = {chapter: len(rows) for chapter, rows in INVENTORY["rows"].items()}
    assert sizes == {"HIST": 39, "MLP": 64, "BP": 60, "CNN": 53, "RNN": 24, "GAN": 15, "W2V": 16}
    assert all(
        row == f"{chapter}-{n:02}" for chapter, rows in INVENTORY["rows"].items() for n, row in enumerate(rows, 1)
    )


# The tools themselves


def notebook(*sources, tags=()):
    cells = [nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}) for source in sources]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A page"), *cells])


@pytest.fixture
def stored(tmp_path):
    def store(*sources, **options):
        path = tmp_path / "page.ipynb"
        path.write_text(notebooks.text(notebook(*sources, **options)), encoding="utf-8")
        return path

    return store


def test_run_stores_words_and_numbers_and_nothing_else(stored):
    path = stored(
        "print('a'); print('b')",
        "from IPython.display import display, HTML\n"
        "display({'image/png': 'iVBORw0KGgo=', 'text/plain': 'a figure'}, raw=True)\ndisplay(HTML('<b>x</b>'))",
        "6 * 7",
        "from myst_nb import glue\nglue('answer', 42, display=False)",
    )
    assert notebooks.store(path, execute=True) == [] == notebooks.check(path)
    printed, shown, result, glued = (cell.outputs for cell in notebooks.read(path).cells[1:])
    assert [output.text for output in printed] == ["a\nb\n"]
    assert [dict(output.data) for output in shown] == [
        {"text/plain": "a figure"},
        {"text/plain": "<IPython.core.display.HTML object>"},
    ]
    assert result[0].data == {"text/plain": "42"}
    assert glued[0].data == {"application/papermill.record/text/plain": "42"}
    assert glued[0].metadata.scrapbook.name == "answer"

    before = path.read_bytes()
    assert notebooks.store(path, execute=True) == []
    assert path.read_bytes() == before


def test_a_notebook_without_outputs_is_refused(stored):
    path = stored("print(1)", "2 + 2")
    assert len([problem for problem in notebooks.check(path) if "was never run" in problem]) == 2


def test_cells_run_out_of_order_are_refused(stored):
    path = stored("1", "2")
    page = notebooks.read(path)
    page.cells[1].execution_count, page.cells[2].execution_count = 2, 1
    assert len(notebooks.problems(page)) == 2


@pytest.mark.parametrize(
    "source", ["import sys; print('beware', file=sys.stderr)", "import warnings; warnings.warn('beware')"]
)
def test_words_on_stderr_are_refused_and_the_file_is_left_alone(stored, source):
    path = stored(source)
    before = path.read_bytes()
    assert "beware" in " ".join(notebooks.store(path, execute=True))
    assert path.read_bytes() == before


def test_an_error_is_refused_unless_it_is_meant(stored):
    assert "ZeroDivisionError" in " ".join(notebooks.store(stored("1 / 0"), execute=True))
    path = stored("1 / 0", tags=["raises-exception"])
    assert notebooks.store(path, execute=True) == []
    assert notebooks.read(path).cells[1].outputs[0].ename == "ZeroDivisionError"


def test_the_command_tells_what_is_wrong(stored, capsys):
    assert notebooks.main(["check", str(stored("1"))]) == 1
    assert "page.ipynb: cell 1 was never run" in capsys.readouterr().out


def test_words_are_counted_as_a_reader_reads():
    page = (
        ":::{note} Beware\n:class: tip\nTwo words $x^2$ and {eq}`neuron` <!-- MLP-01 -->\n:::\n$$\na = b\n$$ (label)\n"
    )
    assert words(page) == 4
