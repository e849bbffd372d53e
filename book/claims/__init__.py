"""The ledger of claims: what the sources state, and for each statement a program that recomputes it.

A chapter's ledger is the TOML file of its name in this folder: a `preamble` of Python that every proof may use, and
a table for each claim, headed by its id.

========== =====================================================================================================
`source`    A to E, the document
`place`     its own number of the equation, figure or section, else the heading
`claim`     what the statement is about, in our words
`stated`    what the source prints
`verdict`   `matches`; `rounding`: right with a caveat; `typo`: a slip that leaves the meaning clear; `wrong`
`correct`   what is true; not for a claim that matches
`why`       the proof in words
`row`       id of the subject in the inventory of the sources
`page`      label of the page that shows it
`proof`     Python that sets `result`, run in 64 bits after the preamble; `remark` where nothing can be computed: a slip
            of the pen, or an event in history, for which `why` names a work in the list of references
`expects`   the `result` that settles the claim; for `typo` and `wrong` a table with what follows from the `printed`
            form and from the `true` one
`tolerance` by how much each floating-point number of `result` may differ
========== =====================================================================================================
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jax

FOLDER = Path(__file__).parent
CHAPTERS = {  # that have a ledger, in reading order, and their ids
    "history": "HIST",
    "mlp": "MLP",
    "backprop": "BP",
    "cnn": "CNN",
    "rnn": "RNN",
    "gan": "GAN",
    "word2vec": "W2V",
}
FOLDERS = {"hist": "history", "bp": "backprop", "w2v": "word2vec"}  # of labels that begin otherwise
SOURCES = ("A", "B", "C", "D", "E")
VERDICTS = ("matches", "rounding", "typo", "wrong")
REMARK = "remark"
ALWAYS = {"source", "place", "claim", "stated", "verdict", "why", "row", "page", "proof"}
SOMETIMES = {"correct", "expects", "tolerance"}


class Claim(NamedTuple):
    """One entry of a ledger; the fields are those of the file, with the preamble of its chapter."""

    id: str
    source: str
    place: str
    claim: str
    stated: str
    verdict: str
    why: str
    row: str
    page: str
    proof: str
    preamble: str
    correct: str = ""
    expects: Any = None
    tolerance: float = 0.0

    @property
    def document(self) -> str:
        """File of the page that shows it, below `chapters` and without ending, such as "mlp/neuron"."""
        chapter, page = self.page.split("-", 1)
        return f"{FOLDERS.get(chapter, chapter)}/{page}"


class Settlement(NamedTuple):
    """A claim with what its proof gave.

    Attributes
    ----------
    result
        In plain numbers, strings, lists and dictionaries; None for a remark.
    agrees
        Whether `result` is what the ledger expects; None for a remark.
    """

    claim: Claim
    result: Any
    agrees: bool | None


def load(chapter: str) -> list[Claim]:
    """Read the ledger of a chapter, such as `"mlp"`.

    Raises
    ------
    ValueError
        If there is no ledger of this name, or an entry lacks a field, has one too many or one that makes no sense.
    """
    if chapter not in CHAPTERS:
        raise ValueError(f"claims: chapter must be one of {', '.join(map(repr, CHAPTERS))}, got {chapter!r}.")
    path = FOLDER / f"{chapter}.toml"
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise ValueError(f"claims: {path.name} is not TOML: {fault}.") from fault
    preamble = entries.pop("preamble", "")
    return [_claim(chapter, id, fields, preamble) for id, fields in entries.items()]


def settle(claim: Claim) -> Settlement:
    """Run the proof of a claim and compare its result with what the ledger expects.

    Raises
    ------
    ValueError
        If the proof fails or leaves no `result`.
    """
    if claim.proof == REMARK:
        return Settlement(claim, None, None)
    try:
        with jax.enable_x64(True):
            names = dict(_names(claim.preamble))
            exec(compile(claim.proof, f"<proof of {claim.id}>", "exec"), names)
            result = _plain(names["result"])
    except Exception as fault:
        raise ValueError(f"claims: the proof of {claim.id} gave no result: {fault!r}.") from fault
    return Settlement(claim, result, _agree(result, claim.expects, claim.tolerance))


@cache
def _names(preamble):
    names: dict[str, Any] = {}
    exec(compile(preamble, "<preamble>", "exec"), names)
    return names


def _claim(chapter, id, fields, preamble):
    def expect(condition, expected, got):
        if not condition:
            raise ValueError(f"claims: {chapter}.toml, {id}: expected {expected}, got {got!r}.")

    prefix = CHAPTERS[chapter]
    expect(re.fullmatch(rf"{prefix}-c\d{{3}}", id), f"an id like {prefix}-c001", id)
    expect(isinstance(fields, dict), "a table of fields", fields)
    names = set(fields)
    expect(ALWAYS <= names <= ALWAYS | SOMETIMES, f"the fields {sorted(ALWAYS)}", sorted(names ^ ALWAYS))
    for name in sorted(names - {"expects", "tolerance"}):
        expect(isinstance(fields[name], str) and fields[name].strip(), f"words in {name!r}", fields[name])
    expect(fields["source"] in SOURCES, f"a source of {SOURCES}", fields["source"])
    expect(fields["verdict"] in VERDICTS, f"a verdict of {VERDICTS}", fields["verdict"])
    expect(
        ("correct" in names) == (fields["verdict"] != "matches"), "'correct' unless it matches", fields.get("correct")
    )
    expect(re.fullmatch(r"[A-Z0-9]+-\d\d", fields["row"]), "a row like MLP-01", fields["row"])
    if fields["proof"] == REMARK:
        expect(not names & {"expects", "tolerance"}, "nothing to compare a remark with", fields.get("expects"))
    else:
        _check_expectation(fields, expect)
    return Claim(id=id, preamble=preamble, **fields)


def _check_expectation(fields, expect):
    expects = fields.get("expects")
    has_floats = any(isinstance(leaf, float) for leaf in _leaves(expects))
    expect(expects is not None, "'expects' beside a proof", None)
    expect(has_floats == (fields.get("tolerance", 0) > 0), "a 'tolerance' for floats only", fields.get("tolerance"))
    if fields["verdict"] in ("typo", "wrong"):
        two = isinstance(expects, dict) and {"printed", "true"} <= set(expects)
        expect(two and expects["printed"] != expects["true"], "two results, 'printed' and 'true'", expects)


def _leaves(value):
    if isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _leaves(part)
    else:
        yield value


def _plain(value):
    """Turn arrays, also those inside lists and dictionaries, into Python's own numbers."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _agree(got, expected, tolerance):
    if isinstance(expected, dict):
        same = isinstance(got, dict) and set(got) == set(expected)
        return same and all(_agree(got[name], expected[name], tolerance) for name in expected)
    if isinstance(expected, list):
        same = isinstance(got, list) and len(got) == len(expected)
        return same and all(_agree(g, e, tolerance) for g, e in zip(got, expected, strict=True))
    if type(got) is not type(expected):
        return False
    return abs(got - expected) <= tolerance if isinstance(expected, float) else got == expected
