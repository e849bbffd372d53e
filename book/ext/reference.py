"""The reference of the package: its docstrings as pages, and below each equation the functions that name it."""

import pkgutil
import re
from copy import deepcopy
from importlib import import_module

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode, nested_parse_with_titles

ARRAY = re.compile(r"\b(?:jaxlib\._jax|jax)\.Array\b")
KEY = re.compile(r"~jaxtyping\.Key\[Array, ''\](?: \| ~jaxtyping\.UInt32\[Array, '\d'\])*")
EQUATION = re.compile(r":eq:`([^`]+)`")


class Package(SphinxDirective):
    """A package and all its modules, each a section: `.. package:: dlbook.ops`; `:brief:` tells only what each is."""

    required_arguments = 1
    option_spec = {"brief": directives.flag}

    def run(self):
        package = import_module(self.arguments[0])
        text = [f".. automodule:: {package.__name__}", "   :no-members:", ""]
        brief = ["   :no-members:"] * ("brief" in self.options)
        for _, name, _ in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            title = name.removeprefix("dlbook.")
            text += [title, "-" * len(title), "", f".. automodule:: {name}", *brief, ""]
        section = nodes.section(document=self.state.document)
        nested_parse_with_titles(self.state, StringList(text, source=package.__file__), section)
        return section.children


def without_fields(app, kind, name, thing, skip, options):
    """Leave out the fields of named tuples, which "Attributes" describes already."""
    return True if (getattr(thing, "__doc__", "") or "").startswith("Alias for field") else None


def as_written(app, kind, name, thing, options, signature, result):
    """Name the types of arrays and of keys as the source does."""
    return tuple(text and KEY.sub("PRNGKeyArray", ARRAY.sub("Array", text)) for text in (signature, result))


def note_equations(app, kind, name, thing, options, lines):
    """Remember which equations a docstring names."""
    for label in EQUATION.findall("\n".join(lines)):
        place = app.env.docname, f"module-{name}" if kind == "module" else name
        app.env.equations.setdefault(label, {})[name] = place


def begin(app):
    """Have room for them: page and anchor of each function, by label of the equation."""
    app.env.equations = getattr(app.env, "equations", {})
    app.env.equations_before = deepcopy(app.env.equations)


def forget(app, env, docname):
    """Drop what a page said that is read again."""
    for functions in env.equations.values():
        for name in [name for name, (page, _) in functions.items() if page == docname]:
            del functions[name]


def write_again(app, env):
    """Have all pages written when docstrings name other equations than before."""
    return env.found_docs if env.equations != env.equations_before else ()


def link_equations(app, doctree, docname):
    """Write below each equation which functions compute it."""
    for block in list(doctree.findall(nodes.math_block)):
        functions = app.env.equations.get(block.get("label"), {})
        line = nodes.paragraph("", "in code: ", classes=["dl-code"])
        for i, (name, (page, anchor)) in enumerate(sorted(functions.items())):
            word = nodes.literal(text=name.removeprefix("dlbook."))
            line += [nodes.Text(", ")] * bool(i) + [make_refnode(app.builder, docname, page, anchor, word)]
        if functions:
            block.parent.insert(block.parent.index(block) + 1, line)


def setup(app):
    app.add_directive("package", Package)
    app.connect("builder-inited", begin)
    app.connect("env-purge-doc", forget)
    app.connect("env-updated", write_again)
    app.connect("autodoc-skip-member", without_fields)
    app.connect("autodoc-process-signature", as_written)
    app.connect("autodoc-process-docstring", note_equations)
    app.connect("doctree-resolved", link_equations)
