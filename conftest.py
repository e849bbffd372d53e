"""Settings for the notebooks' tests, which pytest collects from the chapters."""

import pytest
from nbval.plugin import IPyNbFile

# Cleaned notebooks store no form of an output but its text (see book/notebooks.py); the others are seen in the pages.
NOT_STORED = ("text/html", "image/svg+xml", "application/javascript", "application/papermill.record/image/png")


@pytest.hookimpl(trylast=True)
def pytest_collectstart(collector):
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += NOT_STORED
