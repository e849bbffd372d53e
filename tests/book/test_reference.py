"""The reference: every public thing of the package has its place, and equations and functions lead to each other."""

import ast
import re

import pytest
from bs4 import BeautifulSoup

from tests.book.chapters import ROOT, docnames, file_of, prose
from tests.book.test_labels import LABEL, MODULES, named

LAYERS = ("ops", "autodiff", "models", "train", "data", "history", "viz", "explorers", "questions")


@pytest.fixture(scope="module")
def soup(html):
    """A function that parses a built page once."""
    parsed = {}

    def parse(page):
        if page not in parsed:
            parsed[page] = BeautifulSoup((html / f"{page}.html").read_text("utf-8"), "html.parser")
        return parsed[page]

    return parse


def public(layer):
    """Full names of the documented functions and classes of a layer."""
    for module in MODULES:
        path = module.relative_to(ROOT).with_suffix("")
        if path.parts[:2] == ("dlbook", layer) and path.name != "__init__":
            for node in ast.parse(module.read_text("utf-8")).body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                    yield ".".join([*path.parts, node.name])


@pytest.mark.parametrize("layer", LAYERS)
def test_all_that_is_public_is_in_the_reference(layer, soup):
    places = {tag["id"] for tag in soup(f"chapters/package/{layer}").select("dt[id]")}
    names = set(public(layer))
    assert names and names - places == set()


def test_no_folder_of_the_package_is_left_out():
    folders = {module.relative_to(ROOT).parts[1] for module in MODULES if module.parent != ROOT / "dlbook"}
    assert folders == {*LAYERS, "live"}
    assert {f"chapters/package/{folder}" for folder in folders} <= set(docnames())


def test_below_each_equation_stand_the_functions_that_name_it(soup):
    asked = {label for module in MODULES for label in named("eq", module.read_text("utf-8"))}
    seen = set()
    for page in docnames():
        labels = {label for groups in LABEL.findall(prose(file_of(page))) for label in groups if label} & asked
        for label in labels:
            block = soup(page).find(id=f"equation-{label}")
            below = block.find_next("p", class_="dl-code")
            links = [link["href"] for link in below.select("a")]
            assert links and all(re.search(r"package/\w+\.html#(module-)?dlbook\.", link) for link in links), label
            between = block.find_all_next(["p", "div"], limit=8)
            assert below in between, f"{page}: {label} has no function below it"
            seen.add(label)
    assert seen == asked


def test_a_function_leads_to_its_equation(soup):
    loss = soup("chapters/package/ops").find(id="dlbook.ops.losses.softmax_cross_entropy").find_next("dd")
    assert any("#equation-softmax-cross-entropy" in link["href"] for link in loss.select("a"))


def test_types_are_named_as_in_the_source(soup):
    attack = soup("chapters/package/models").find(id="dlbook.models.attacks.projected_gradient").get_text()
    assert "key: PRNGKeyArray" in attack and "x: Float[Array, 'n *d']" in attack and "jaxlib" not in attack
