"""Equations and sources that the package's docstrings name exist in the book."""

import re
from functools import cache

import pytest

from tests.book.chapters import ROOT, docnames, file_of, prose

LABEL = re.compile(r"\$\$\s*\(([\w:.-]+)\)|^\s*:label:\s*(\S+)|\\label\{([^}]+)\}", re.MULTILINE)
PROMISED = set(  # equations of the pages that are being written
    """
    adversarial-training analogy autoregressive autoregressive-likelihood cbow-hidden conditional-gan
    cosine critic-loss dcgan-discriminator dcgan-generator defense-gan discriminator discriminator-loss
    discriminator-loss-backward earth-mover-line elbo fast-gradient-sign gan-updates generator
    gradient-penalty hierarchical-softmax hierarchical-softmax-backward jensen-shannon minimax-game
    mode-coverage negative-sampling negative-sampling-backward noise nonsaturating-loss
    nonsaturating-loss-backward optimal-discriminator packing projected-gradient reparameterisation
    saturating-loss saturating-loss-backward subsampling-words vae-decoder vae-encoder vae-kl
    wasserstein-game wasserstein-loss weight-clipping word-softmax
    """.split()
)
MODULES = sorted((ROOT / "dlbook").rglob("*.py"))


@cache
def labels() -> set[str]:
    text = "\n".join(prose(file_of(name)) for name in docnames() if file_of(name).exists())
    return {label for groups in LABEL.findall(text) for label in groups if label}


@cache
def keys() -> set[str]:
    return set(
        re.findall(r"^@\w+\{([^,\s]+),", (ROOT / "chapters" / "references.bib").read_text("utf-8"), re.MULTILINE)
    )


def named(role: str, text: str) -> set[str]:
    found = re.findall(rf":{role}(?::\w+)?:`([^`]+)`", text)
    return {name.strip() for names in found for name in names.split(",")}


@pytest.mark.parametrize("module", MODULES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_names_of_equations_and_sources_exist(module):
    text = module.read_text(encoding="utf-8")
    assert named("eq", text) - labels() - PROMISED == set()
    assert named("cite", text) - keys() == set()


def test_a_promise_that_is_kept_is_struck_off():
    assert PROMISED & labels() == set()
    assert PROMISED <= set().union(*(named("eq", module.read_text("utf-8")) for module in MODULES))


def test_names_are_found():
    assert named("cite", "As :cite:`a1958, b1960` and :cite:t:`c`") == {"a1958", "b1960", "c"}
    assert LABEL.findall("$$\nx\n$$ (one)\n```{math}\n:label: two\n```") == [("one", "", ""), ("", "two", "")]
