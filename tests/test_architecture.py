"""Which part of the package may import which, and from outside; the picture in the README says the same."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "dlbook"
MAY_IMPORT = {
    "checks": set(),
    "ops": {"checks"},
    "autodiff": set(),
    "models": {"checks", "ops"},
    "history": {"checks", "ops", "models"},
    "train": {"checks"},
    "data": {"checks"},
    "viz": {"checks"},
    "live": set(),
    "explorers": {"checks", "viz", "live"},
    "questions": {"checks", "explorers"},
    "playground": {"checks", "ops", "data", "train", "explorers"},
}
FROM_OUTSIDE = {
    "checks": {"jax", "numpy"},
    "ops": {"jax", "jaxtyping"},
    "autodiff": set(),
    "models": {"jax", "jaxtyping"},
    "history": {"jax", "jaxtyping"},
    "train": {"jax", "jaxtyping", "numpy", "orbax", "tqdm"},
    "data": {"jax", "jaxtyping", "numpy", "sklearn", "pooch"},
    "viz": {"matplotlib", "numpy", "cycler"},
    "live": {"jax", "numpy"},
    "explorers": {"jax", "jaxtyping", "numpy", "matplotlib", "ipywidgets", "traitlets", "IPython"},
    "questions": {"numpy", "ipywidgets"},
    "playground": {"jax", "jaxtyping"},
}
NO_OPS = {"draw_mask", "population_statistics"}  # they draw or estimate; no gradient goes through them
DRAWERS = {"utils", "util", "helpers", "common", "misc", "tools"}
FILES = sorted(PACKAGE.rglob("*.py"))


def part_of(file):
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(source):
    """Full names: "from dlbook import checks" gives dlbook.checks."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def offences(part, source):
    """The imports of `source` that a file of `part` may not make."""
    inside, outside = MAY_IMPORT[part] | {part}, FROM_OUTSIDE[part]
    for name in imports(source):
        top, _, rest = name.partition(".")
        allowed = rest.split(".")[0] in inside if top == "dlbook" else top in outside | sys.stdlib_module_names
        if not allowed:
            yield name


@pytest.mark.parametrize("file", [f for f in FILES if f.parent != PACKAGE or f.stem != "__init__"], ids=str)
def test_imports_point_down(file):
    assert list(offences(part_of(file), file.read_text())) == []


def test_an_import_that_points_up_or_out_is_found():
    assert list(offences("ops", "from dlbook.models import mlp")) == ["dlbook.models.mlp"]
    assert list(offences("train", "from dlbook import data\nimport torch.nn")) == ["dlbook.data", "torch.nn"]


def test_the_package_itself_imports_nothing():
    assert list(imports((PACKAGE / "__init__.py").read_text())) == []


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_file_is_a_concept(file):
    assert file.stem not in DRAWERS
    assert ast.get_docstring(ast.parse(file.read_text())), f"{file.name} does not say what it is"


@pytest.mark.parametrize("file", FILES, ids=str)
def test_public_things_have_docstrings(file):
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{file.name}: {node.name} has no docstring"


@pytest.mark.parametrize("file", sorted((PACKAGE / "ops").glob("*.py")), ids=lambda file: file.stem)
def test_every_op_has_its_backward_pass_beside_it(file):
    names = {node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)}
    ops = {name for name in names if not name.startswith("_") and not name.endswith("_backward")}
    if file.stem not in {"by_hand", "numeric", "geometry", "through_time", "correlation"}:
        assert {f"{op}_backward" for op in ops - NO_OPS} <= names


def test_no_numpy_random():
    """All randomness goes through keys."""
    for file in FILES:
        assert "np.random" not in file.read_text() and "numpy.random" not in file.read_text(), file
