"""Every claim of the sources comes out as the ledger says."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from book import claims
from tests.book.chapters import ROOT, file_of, prose, references

CLAIMS = {  # how many the sources make, by chapter
    "history": 41,
    "mlp": 95,
    "backprop": 123,
    "cnn": 73,
    "rnn": 16,
    "gan": 8,
    "word2vec": 13,
}
LEDGERS = {chapter: claims.load(chapter) for chapter in claims.CHAPTERS}
ROWS = json.loads((ROOT / "book" / "inventory.json").read_text(encoding="utf-8"))["rows"]
LEDGER = {claim.id: claim for ledger in LEDGERS.values() for claim in ledger}
REMARKS_ON_HISTORY = [claim for claim in LEDGERS["history"] if claim.proof == claims.REMARK]
WORKS = {(" ".join(work.persons["author"][0].last_names), work.fields["year"]) for work in references().values()}
ENTRY = """
preamble = "one = 1.0"
[MLP-c001]
source = "A"
place = "eq. 1"
claim = "The sum of one and one."
stated = "3"
verdict = "wrong"
correct = "2"
why = "Count."
row = "MLP-01"
page = "mlp-neuron"
proof = "result = {'printed': 3.0, 'true': one + one}"
expects = { printed = 3.0, true = 2.0 }
tolerance = 1e-9
"""


@pytest.fixture(scope="module")
def settling():
    """The settlement of each claim, as a future; two at a time, since compiling takes most of it."""
    with ThreadPoolExecutor(2) as pool:
        yield {id: pool.submit(claims.settle, claim) for id, claim in LEDGER.items()}


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Load a ledger from the words of its file."""
    monkeypatch.setattr(claims, "FOLDER", tmp_path)

    def load(words):
        (tmp_path / "mlp.toml").write_text(words, encoding="utf-8")
        return claims.load("mlp")

    return load


@pytest.mark.parametrize("id", LEDGER)
def test_the_proof_gives_what_the_ledger_expects(id, settling):
    settlement = settling[id].result()
    if settlement.claim.proof == claims.REMARK:
        assert settlement.agrees is None
    else:
        assert settlement.agrees, f"{id}: expected {settlement.claim.expects}, got {settlement.result}"


@pytest.mark.parametrize("chapter", CLAIMS)
def test_no_claim_is_missing(chapter):
    ids = [claim.id for claim in LEDGERS[chapter]]
    assert ids == [f"{claims.CHAPTERS[chapter]}-c{number:03}" for number in range(1, CLAIMS[chapter] + 1)]


def test_every_ledger_is_in_the_table_above():
    assert {path.stem for path in claims.FOLDER.glob("*.toml")} == set(claims.CHAPTERS) == set(CLAIMS)


def test_every_row_is_in_the_inventory():
    assert {claim.row for claim in LEDGER.values()} <= {row for rows in ROWS.values() for row in rows}


def test_hardly_a_claim_outside_history_is_only_a_remark():
    ledger = [claim for claim in LEDGER.values() if claim not in LEDGERS["history"]]
    remarks = [claim for claim in ledger if claim.proof == claims.REMARK]
    assert len(remarks) <= 0.03 * len(ledger)
    assert {claim.verdict for claim in remarks} <= {"typo"}


@pytest.mark.parametrize(
    "claim", [c for c in LEDGERS["history"] if c.proof == claims.REMARK], ids=lambda claim: claim.id
)
def test_a_remark_on_history_names_a_work_in_the_references(claim):
    named = [work for work in WORKS if all(re.search(rf"\b{re.escape(word)}\b", claim.why) for word in work)]
    assert named, f"{claim.id}: no first author with the year of a work in the references: {claim.why}"


@pytest.mark.parametrize("page, document", sorted({(claim.page, claim.document) for claim in LEDGER.values()}))
def test_the_page_that_shows_a_claim_exists(page, document):
    file = file_of(f"chapters/{document}")
    assert file.suffix == ".ipynb" and prose(file).startswith(f"({page})=")


def test_a_false_expectation_is_caught(written):
    right, wrong = written(ENTRY)[0], written(ENTRY.replace("true = 2.0", "true = 2.1"))[0]
    assert claims.settle(right).agrees is True
    assert claims.settle(wrong).agrees is False
    assert claims.settle(right._replace(proof="result = {'printed': 3.0, 'true': float('nan')}")).agrees is False
    assert claims.settle(right._replace(proof="result = {'printed': 3.0}")).agrees is False


def test_a_proof_runs_in_64_bits_and_arrays_become_numbers(written):
    entry = written(ENTRY)[0]._replace(
        proof="import jax.numpy as jnp\nresult = {'printed': jnp.ones(2), 'true': (jnp.array(1.0) + 1e-12, True)}",
        expects={"printed": [1.0, 1.0], "true": [1.0 + 1e-12, True]},
        tolerance=1e-15,
    )
    assert claims.settle(entry).agrees


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("[MLP-c001]", "[MLP-c1]", "an id like MLP-c001, got 'MLP-c1'"),
        ("[MLP-c001]", "MLP-c001 = 3\n[other]", "a table of fields, got 3"),
        ("[MLP-c001]", "[MLP-c001", "is not TOML"),
        ('why = "Count."', "", "the fields .*'why'"),
        ('why = "Count."', 'why = "Count."\nauthor = "me"', "the fields .*'author'"),
        ('why = "Count."', 'why = " "', "words in 'why', got ' '"),
        ('source = "A"', 'source = "F"', "a source of .*got 'F'"),
        ('"wrong"', '"false"', "a verdict of .*got 'false'"),
        ('correct = "2"', "", "'correct' unless it matches, got None"),
        ('"MLP-01"', '"first"', "a row like MLP-01, got 'first'"),
        ("tolerance = 1e-9", "", "a 'tolerance' for floats only, got None"),
        ("expects = { printed = 3.0, true = 2.0 }", "", "'expects' beside a proof"),
        ("true = 2.0", "right = 2.0", "two results, 'printed' and 'true'"),
        ("true = 2.0", "true = 3.0", "two results, 'printed' and 'true'"),
        ("proof = \"result = {'printed': 3.0, 'true': one + one}\"", 'proof = "remark"', "nothing to compare a remark"),
    ],
)
def test_a_malformed_ledger_is_refused(written, old, new, message):
    assert old in ENTRY
    with pytest.raises(ValueError, match=message):
        written(ENTRY.replace(old, new))


def test_an_unknown_chapter_is_refused():
    with pytest.raises(ValueError, match="one of .*'mlp'.*, got 'alchemy'"):
        claims.load("alchemy")


@pytest.mark.parametrize("proof", ["result = 1 / 0", "outcome = 3", "result = ("])
def test_a_proof_without_result_is_refused(written, proof):
    with pytest.raises(ValueError, match="the proof of MLP-c001 gave no result"):
        claims.settle(written(ENTRY)[0]._replace(proof=proof))
