"""Settings for the notebooks' tests, which pytest collects from the chapters.

nbval runs every page and compares what its cells say with what is stored.  Then each of its live figures and questions
is made once more as the widgets that a reader of the notebook sees, and the page's time is judged.  A page that passes
goes into the cache of the book's build, which so need not run it again.
"""

import os
import time
from collections import defaultdict
from pathlib import Path

import pytest
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbformat.v4 import new_code_cell
from nbval.plugin import IPyNbCell, IPyNbFile

from book.ext.execution import STATIC, page_cache

# Cleaned notebooks store no form of an output but its text (see book/notebooks.py); the others are seen in the pages.
NOT_STORED = ("text/html", "image/svg+xml", "application/javascript", "application/papermill.record/image/png")
SECONDS = 60  # that a page may run, compiling apart, beside the other half of the tests
LISTEN = """
import jax
_compiling = []
jax.monitoring.register_event_duration_secs_listener(
    lambda event, seconds, **_: _compiling.append(seconds * event.endswith("backend_compile_duration"))
)
"""
WIDGETS = f"""
print(sum(_compiling))
import gc, os
os.environ.pop("{STATIC}", None)
from dlbook.explorers import Explorer
from dlbook.questions.question import Question
for live in [each for each in gc.get_objects() if issubclass(type(each), (Explorer, Question))]:
    assert "application/vnd.jupyter.widget-view+json" in live._repr_mimebundle_()[0], repr(live)
"""


class LastCell(IPyNbCell):
    """The figures and questions of a page, as they are in a notebook, and the time that the page has taken."""

    def runtest(self):
        super().runtest()
        compiling = float(self.test_outputs[0].text.split()[0])
        seconds = sum(cell.seconds for cell in self.parent.pages_cells) - compiling
        assert seconds < SECONDS, f"the page ran for {seconds:.0f} s, compiling apart; it has {SECONDS}"


@pytest.hookimpl(trylast=True)
def pytest_collectstart(collector):
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += NOT_STORED
        collector.pages_cells = []
        collect, start, stop = collector.collect, collector.setup, collector.teardown

        def as_in_the_build():
            os.environ[STATIC] = "1"  # the kernel inherits it
            start()
            del os.environ[STATIC]
            collector.kernel.await_idle(collector.kernel.execute_cell_input(LISTEN, allow_stdin=False), 60)

        def with_a_last_cell():
            for cell in collect():
                cell.passed, cell.seconds = False, 0.0
                collector.pages_cells.append(cell)
                yield cell
            after = new_code_cell(WIDGETS)
            kind = dict(name="widgets and time", cell_num=len(collector.pages_cells), options=defaultdict(bool))
            yield LastCell.from_parent(collector, cell=after, **kind)

        def to_the_build():
            if all(cell.passed for cell in collector.pages_cells):
                keep(collector)
            stop()

        collector.collect, collector.setup, collector.teardown = with_a_last_cell, as_in_the_build, to_the_build


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    begin = time.perf_counter()
    outcome = yield
    if isinstance(item, IPyNbCell):
        item.passed, item.seconds = outcome.excinfo is None, time.perf_counter() - begin


def keep(page: IPyNbFile):
    """Put an executed page into the cache of the build, as the build would."""
    for count, cell in enumerate(page.pages_cells, start=1):
        cell.cell.execution_count, cell.cell.outputs = count, cell.test_outputs
    seconds = sum(cell.seconds for cell in page.pages_cells)
    bundle = CacheBundleIn(page.nb, str(page.path), data={"execution_seconds": seconds})
    cache = get_cache(page_cache(Path(__file__).parent / "_build"))
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
