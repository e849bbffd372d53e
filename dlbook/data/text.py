"""Text to learn from, and the way from text to numbers and back.

No text is shipped and none is downloaded: real English is harvested from the documentation strings of the
packages that `dlbook` needs anyway, and of Python itself.  So the same versions give the same text.
"""

import ast
import re
import sys
import sysconfig
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int

from dlbook import checks

PACKAGES = ("numpy", "scipy", "sklearn", "matplotlib", "jax", "IPython", "PIL", "fontTools", "traitlets", "")
SKIPPED = {"tests", "test", "testing", "_vendor", "_vendored", "extern", "externals", "site-packages", "idlelib"}
SKIPPED |= {"distutils"}  # NumPy has it under some versions of Python only
CHARACTERS = " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:'\"()?!-"


class Vocabulary(NamedTuple):
    """The symbols that a model knows, characters or words, each with a number: its place in the list.

    Attributes
    ----------
    symbols
        Each symbol once.
    counts
        How often each stood in the text that the vocabulary was made of.
    unknown
        The symbol that stands for all others, if there is one.
    """

    symbols: tuple[str, ...]
    counts: tuple[int, ...]
    unknown: str | None = None

    def encode(self, text: Iterable[str]) -> Int[Array, " t"]:
        """Return the number of each symbol.

        Raises
        ------
        ValueError
            If a symbol is not in the vocabulary, and that has none for unknown ones.
        """
        return jnp.array(list(map(_numbers(self.symbols, self.unknown).__getitem__, text)), "int32")

    def decode(self, tokens: Int[Array, " t"]) -> list[str]:
        """Return the symbol of each number.

        Raises
        ------
        ValueError
            If a number is not one of the vocabulary's.
        """
        checks.labels("Vocabulary.decode", tokens, len(self.symbols), name="tokens")
        return [self.symbols[token] for token in np.asarray(tokens)]


class _Numbers(dict):
    """The number of each symbol; what to say of one that is missing."""

    def __init__(self, symbols, unknown):
        super().__init__((symbol, number) for number, symbol in enumerate(symbols))
        self.unknown = unknown

    def __missing__(self, symbol):
        if self.unknown is None:
            raise ValueError(f"Vocabulary.encode: {symbol!r} is not among the {len(self)} symbols.")
        return self[self.unknown]


_numbers = cache(_Numbers)


def vocabulary(text: Iterable[str], *, least: int = 1, unknown: str | None = None) -> Vocabulary:
    """Make a vocabulary of the symbols in `text`: characters of a string, or words of a list.

    Parameters
    ----------
    least
        A symbol that stands in the text less often than this is left out.
    unknown
        The symbol that shall stand for all others; it gets the number 0.

    Returns
    -------
    The symbols sorted by how often they stand in the text, most frequent first, and by the alphabet in a tie.

    Examples
    --------
    >>> letters = vocabulary("hello")
    >>> letters.symbols
    ('l', 'e', 'h', 'o')
    >>> letters.encode("hole").tolist()
    [2, 3, 0, 1]
    """
    counts = Counter(text)
    kept = sorted((s for s, n in counts.items() if n >= least and s != unknown), key=lambda s: (-counts[s], s))
    if not kept:
        raise ValueError(f"vocabulary: no symbol stands {least} times or more among the {len(counts)} of the text.")
    known = tuple(counts[s] for s in kept)
    if unknown is None:
        return Vocabulary(tuple(kept), known)
    return Vocabulary((unknown, *kept), (sum(counts.values()) - sum(known), *known), unknown)


def windows(tokens: Int[Array, " t"], length: int, *, step: int | None = None) -> Int[Array, "n length"]:
    """Cut a text into pieces of `length` tokens, one in each row; what is left at the end is dropped.

    Parameters
    ----------
    step
        From the beginning of one piece to that of the next, by default `length` - 1: the last token of a piece,
        which is only predicted there, is the first of the next, where it is read.

    Raises
    ------
    ValueError
        If not even one piece of two tokens or more fits.

    Examples
    --------
    >>> windows(jnp.arange(8), 3).tolist()
    [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    """
    checks.in_range("windows", "length", length, 2, len(tokens))
    step = length - 1 if step is None else step
    checks.positive("windows", "step", step)
    starts = np.arange(0, len(tokens) - length + 1, step)
    return tokens[starts[:, None] + np.arange(length)]


def prose(characters: int = 200_000) -> str:
    """Return real English for a model of characters: whole sentences of documentation, in a set of 75 characters.

    Parameters
    ----------
    characters
        At least so many, up to the end of a sentence.

    Raises
    ------
    ValueError
        If there are not so many.
    """
    plain = (s for s in _sentences() if set(s) <= set(CHARACTERS))
    return " ".join(_until("prose", "characters", characters, plain, lambda sentence: len(sentence) + 1))


def sentences(words: int = 100_000) -> list[list[str]]:
    """Return real English for a model of words: each sentence a list of words in lower case, without punctuation.

    Parameters
    ----------
    words
        At least so many, up to the end of a sentence; there are more than a million.

    Raises
    ------
    ValueError
        If there are not so many.
    """
    return _until("sentences", "words", words, (re.findall(r"[a-z]+", s.lower()) for s in _sentences()), len)


def _until(where, what, wanted, pieces, size):
    """The first pieces that together have the size that is wanted."""
    checks.positive(where, what, wanted)
    taken, total = [], 0
    for piece in pieces:
        taken.append(piece)
        total += size(piece)
        if total >= wanted:
            return taken
    raise ValueError(f"{where}: {what} must be at most the {total} that are installed, got {wanted}.")


# From a docstring's paragraphs to sentences: no headings, examples, names of parameters, nor marks of the mark-up.
_NO_PROSE = re.compile(r"\*{0,2}\w[\w.*, ]*\s:(\s.*)?$|[-=~^*]{3,}$|\.\. |>>>|\.\.\. ?")
_ROLE = re.compile(r":[\w:+-]+:`~?([^`<]*?)(?:\s*<[^`>]*>)?`")
_CITED = re.compile(r"\s*\[\w+\]_")
_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")
_SENTENCE = re.compile(r"[A-Z][ -~]*[.?!]")
_PLAIN_WORD = re.compile(r"[\"'(]*[A-Za-z][a-z]*(['-][a-z]+)*[\"').,;:?!]*")


def _sentences() -> Iterator[str]:
    """Each sentence once, in the order of packages, files and places in the file."""
    seen = set()
    for docstring in _docstrings():
        for paragraph in _paragraphs(docstring):
            for sentence in _END.split(paragraph):
                if sentence not in seen and _is_english(sentence):
                    seen.add(sentence)
                    yield sentence


def _docstrings() -> Iterator[str]:
    for package in PACKAGES:
        for file in _files(package):
            try:
                tree = ast.parse(file.read_text("utf-8"))
            except (SyntaxError, UnicodeDecodeError):  # templates, and files in other encodings
                continue
            documented = (n for n in _statements(tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef))
            yield from filter(None, map(ast.get_docstring, documented))


def _statements(tree) -> Iterator[ast.AST]:
    """What `ast.walk` gives, in its order, without looking into expressions, where nothing is documented."""
    todo = deque([tree])
    while todo:
        node = todo.popleft()
        inner = ast.iter_child_nodes(node)
        todo.extend(n for n in inner if isinstance(n, ast.stmt | ast.excepthandler | ast.match_case))
        yield node


def _files(package) -> list[Path]:
    """The source files of an installed package, or of Python's standard library, in order."""
    spec = find_spec(package) if package else None
    if package and (spec is None or not spec.submodule_search_locations):
        raise OSError(f"prose: the package {package} is not installed for {sys.executable}, so its text is missing.")
    root = Path(spec.submodule_search_locations[0] if package else sysconfig.get_paths()["stdlib"])
    return [f for f in sorted(root.rglob("*.py")) if not SKIPPED & set(f.relative_to(root).parts)]


def _paragraphs(docstring) -> Iterator[str]:
    """Runs of lines with the same indentation, each as one line without mark-up."""
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in docstring.splitlines()]
    block, depth = [], 0
    for indent, line in [*lines, (0, "")]:
        prose = bool(line) and not _NO_PROSE.match(line)
        if block and not (prose and indent == depth):
            yield _without_mark_up(" ".join(block))
            block = []
        if prose:
            block, depth = [*block, line], indent


def _without_mark_up(text) -> str:
    text = _CITED.sub("", _ROLE.sub(r"\1", text))
    return re.sub(r"\s+", " ", text.replace("`", "").replace("*", ""))


def _is_english(sentence) -> bool:
    """Whether it looks like a sentence, of four words or more, at most a third of them code or numbers."""
    words = sentence.split()
    plain = sum(bool(_PLAIN_WORD.fullmatch(word)) for word in words)
    return len(words) >= 4 and 3 * plain >= 2 * len(words) and bool(_SENTENCE.fullmatch(sentence))
