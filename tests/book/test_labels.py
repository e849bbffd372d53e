"""Equations and sources that the package's docstrings name exist in the book."""

import re
from functools import cache

import pytest

from tests.book.chapters import ROOT, docnames, file_of, prose, references

LABEL = re.compile(r"\$\$\s*\(([\w:.-]+)\)|^\s*:label:\s*(\S+)|\\label\{([^}]+)\}", re.MULTILINE)
MODULES = sorted((ROOT / "dlbook").rglob("*.py"))


@cache
def labels() -> set[str]:
    text = "\n".join(prose(file_of(name)) for name in docnames() if file_of(name).exists())
    return {label for groups in LABEL.findall(text) for label in groups if label}


def named(role: str, text: str) -> set[str]:
    found = re.findall(rf":{role}(?::\w+)?:`([^`]+)`", text)
    return {name.strip() for names in found for name in names.split(",")}


@pytest.mark.parametrize("module", MODULES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_names_of_equations_and_sources_exist(module):
    text = module.read_text(encoding="utf-8")
    assert named("eq", text) <= labels()
    assert named("cite", text) <= references().keys()


def test_names_are_found():
    assert named("cite", "As :cite:`a1958, b1960` and :cite:t:`c`") == {"a1958", "b1960", "c"}
    assert LABEL.findall("$$\nx\n$$ (one)\n```{math}\n:label: two\n```") == [("one", "", ""), ("", "two", "")]
