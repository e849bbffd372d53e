"""Terms: on each page of a chapter, the first use of a term of the glossary leads to its entry and says what it says.

A term with a note in brackets, such as "gate (of a recurrent cell)", is a word that has other senses too: only the
chapter to which its entry refers links it.
"""

import posixpath
import re
from itertools import groupby
from typing import NamedTuple

from docutils import nodes
from sphinx.addnodes import glossary, pending_xref
from sphinx.util import logging

log = logging.getLogger(__name__)

PAGES = re.compile(r"chapters/(?!package/)\w+/\w+")
INLINE = nodes.emphasis | nodes.strong | nodes.inline
NOT_RUNNING = nodes.thead | nodes.figure | nodes.footnote | nodes.citation
CLOSED = ("dl-", "cell_output")  # how classes begin whose text is left alone
GAPS = {" ": r"[-\s]", "-": r"[-\s]?", "'": "['’]", "’": "['’]"}


class Entry(NamedTuple):
    """An entry of the glossary: its page, the terms it explains, what it says, and the label it refers to."""

    page: str
    terms: tuple[str, ...]
    text: str
    label: str


class TermLink(nodes.reference):
    """A link to an entry of the glossary."""


class Linker:
    """Links the terms of one page, each entry once.

    Parameters
    ----------
    words
        The entry's anchor for each word or phrase to be looked for.
    link
        Makes a link of an anchor and the text as it stands on the page.
    """

    def __init__(self, words: dict[str, str], link):
        longest_first = sorted(words, key=len, reverse=True)
        self.anchors = [words[word] for word in longest_first]
        self.pattern = finder(longest_first)
        self.link = link
        self.linked = set()

    def in_text(self, text: str):
        """Yield the pieces of a text, of which some are links now."""
        end = 0
        for match in self.pattern.finditer(text):
            anchor = self.anchors[match.lastindex - 1]
            if anchor not in self.linked:
                self.linked.add(anchor)
                yield from (nodes.Text(text[end : match.start()]), self.link(anchor, match[0]))
                end = match.end()
        yield nodes.Text(text[end:])

    def in_element(self, element):
        """Link terms in a paragraph, and in what is emphasised there."""
        children = []
        for is_text, group in groupby(element, lambda node: isinstance(node, nodes.Text)):
            if is_text:  # one node a line of the source
                children += self.in_text("".join(group))
                continue
            for node in group:
                if isinstance(node, INLINE) and is_open(node):
                    self.in_element(node)
                children.append(node)
        element[:] = children


def finder(words: list[str]) -> re.Pattern:
    """Return a pattern that finds whole words or phrases, each in a group of its own."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(f'({spellings(word)})' for word in words)})(?![\w-])")


def spellings(word: str) -> str:
    """Return a pattern for one or many, with or without hyphens, and with a capital where a sentence begins."""
    rest = "".join(GAPS.get(letter, re.escape(letter)) for letter in word[1:])
    many = f"{rest[:-1]}(?:y|ies)" if word.endswith("y") else f"{rest}(?:e?s)?"
    return (f"(?i:{word[0]})" if word.split()[0].islower() else word[0]) + many


def is_open(node) -> bool:
    """Tell whether terms are linked in the text of a node."""
    return not isinstance(node, NOT_RUNNING) and not any(name.startswith(CLOSED) for name in node.get("classes", ()))


def running_text(node):
    """Yield the paragraphs of a page, also those in lists, tables and boxes."""
    for child in node.children:
        if isinstance(child, nodes.Element) and is_open(child):
            yield from [child] if isinstance(child, nodes.paragraph) else running_text(child)


def words_for(page: str, env) -> dict[str, str]:
    """Return what is looked for on a page: each term's entry, but words with a note only in their own chapter."""
    labels = env.get_domain("std").labels
    words = {}
    for anchor, entry in env.terms.items():
        home, *_ = labels.get(entry.label, [""])  # Sphinx warns of a label that does not exist
        at_home = posixpath.dirname(home) == posixpath.dirname(page)
        for word, _, note in (term.partition(" (") for term in entry.terms):
            if at_home or not note:
                words[word] = anchor
    return words


def link_terms(app, doctree, docname):
    """Link the first use of each term on the page of a chapter."""

    def link(anchor, text):
        entry = app.env.terms[anchor]
        address = f"{app.builder.get_relative_uri(docname, entry.page)}#{anchor}"
        return TermLink("", text, refuri=address, internal=True, says=entry.text, classes=["dl-term"])

    if PAGES.fullmatch(docname) and app.builder.format == "html":
        linker = Linker(words_for(docname, app.env), link)
        for paragraph in list(running_text(doctree)):
            linker.in_element(paragraph)


def visit_term(translator, node):
    """Write the link with what the entry says, which book.js shows and a screen reader reads."""
    attributes = {"href": node["refuri"], "aria-description": node["says"]}
    translator.body.append(translator.starttag(node, "a", "", **attributes))


def depart_term(translator, node):
    translator.body.append("</a>")


def read_entries(app, doctree):
    """Remember what the glossary says: the text of each entry up to the page it refers to."""
    for table in doctree.findall(glossary):
        for item in table.findall(nodes.definition_list_item):
            terms = [node for node in item if isinstance(node, nodes.term)]
            reference = next(item.findall(pending_xref), None)
            if reference is None:
                log.warning("the glossary names no page for %s", terms[0].astext(), location=terms[0])
                continue
            text = "".join(map(plain, reference.parent[: reference.parent.index(reference)]))
            entry = Entry(app.env.docname, tuple(term.astext() for term in terms), text.strip(), reference["reftarget"])
            app.env.terms[terms[0]["ids"][0]] = entry


def plain(node) -> str:
    """Return text, and mathematics as one would type it."""
    if isinstance(node, nodes.math):
        return re.sub(r"\\(?:var)?(\w+)", r"\1", node.astext()).replace("-", "\N{MINUS SIGN}")
    return node.astext()


def begin(app):
    """Have room for the entries, by anchor."""
    app.env.terms = getattr(app.env, "terms", {})
    app.env.terms_before = dict(app.env.terms)


def forget(app, env, docname):
    """Drop the entries of a page that is read again."""
    env.terms = {anchor: entry for anchor, entry in env.terms.items() if entry.page != docname}


def write_again(app, env):
    """Have all pages written when the glossary says something else than before."""
    return env.found_docs if env.terms != env.terms_before else ()


def setup(app):
    app.add_node(TermLink, html=(visit_term, depart_term))
    app.connect("builder-inited", begin)
    app.connect("env-purge-doc", forget)
    app.connect("doctree-read", read_entries)
    app.connect("env-updated", write_again)
    app.connect("doctree-resolved", link_terms)
