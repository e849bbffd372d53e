"""The state of this copy of the book: what made it, how long its pages ran, what its tests found.

The directive `made-with` is a table of the machine and the versions, `tests` one of the last run of `make test`, which
leaves its reports in `_build/tests`.  How long each page ran is told by myst-nb's `nb-exec-table`.
"""

import os
import platform
import tomllib
import xml.etree.ElementTree as ET
from collections import defaultdict
from importlib.metadata import requires, version
from pathlib import Path
from typing import NamedTuple

import jax
from packaging.requirements import Requirement
from sphinx.util.docutils import SphinxDirective

from book.contents import ROOT
from book.machine import processor

REPORTS = ("package", "claims", "book")  # the three runs of pytest that `make test` is made of


class Suite(NamedTuple):
    """The tests of one folder in a report of pytest."""

    tests: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0.0

    def with_test(self, case: ET.Element) -> "Suite":
        marks = {mark.tag for mark in case}
        skipped, failed = "skipped" in marks, bool(marks & {"failure", "error"})
        return Suite(
            self.tests + 1, self.skipped + skipped, self.failed + failed, self.seconds + float(case.get("time"))
        )


def suites(report: Path) -> dict[str, Suite]:
    """Read a JUnit report; return what it says of each folder of tests, such as "tests/ops"."""
    found = defaultdict(Suite)
    for case in ET.parse(report).iter("testcase"):
        place = case.get("classname") or case.get("name")  # a file skipped as a whole has no class
        module = [part for part in place.removesuffix(".ipynb").split(".") if part.islower()]
        folder = "/".join(module[:-1][:2])
        found[folder] = found[folder].with_test(case)
    return dict(found)


def table(header: list, rows: list) -> str:
    """Return a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


class Tests(SphinxDirective):
    """What the last run of the tests found, folder by folder."""

    def run(self):
        files = [Path(self.env.app.outdir).parent / "tests" / f"{name}.xml" for name in REPORTS]
        for file in files:
            self.env.note_dependency(str(file))
        there = [file for file in files if file.exists()]
        if not there:
            return self.parse_text_to_nodes("The tests have not been run in this copy: `make test` runs them.")
        begun = min(ET.parse(file).find("testsuite").get("timestamp") for file in there)
        found = [row for file in there for row in sorted(suites(file).items())]
        total = Suite(*map(sum, zip(*(suite for _, suite in found), strict=True)))
        rows = [(name, *suite[:3], f"{suite.seconds:.0f}") for name, suite in [*found, ("**all**", total)]]
        counts = table(["folder", "tests", "skipped", "failed", "seconds"], rows)
        return self.parse_text_to_nodes(f"Run of {begun[:16].replace('T', ' ')} UTC.\n\n{counts}")


class MadeWith(SphinxDirective):
    """The machine, and the versions of what the package and the build name as their needs."""

    def run(self):
        rows = [("processor", f"{processor()}, {os.cpu_count()} cores"), ("system", platform.system())]
        rows += [("JAX's device", jax.devices()[0].device_kind), ("Python", platform.python_version())]
        rows += [(name, version(name)) for name in needs()]
        return self.parse_text_to_nodes(table(["what", "which"], rows))


def needs() -> list[str]:
    """Return the names of what the package, the book and the tests are built upon."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"].values()
    all_needs = map(Requirement, [*requires("dlbook"), *(need for group in groups for need in group)])
    return [need.name for need in all_needs if "extra" not in str(need.marker)]


def always(app, env):
    """Have the page with the pages' times written again, whichever page ran."""
    return [page for page in env.found_docs if page.endswith("/status")]


def setup(app):
    app.add_directive("tests", Tests)
    app.add_directive("made-with", MadeWith)
    app.connect("env-updated", always)
