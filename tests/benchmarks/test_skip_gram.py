import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from benchmarks import race, skip_gram
from dlbook import data

TASK = {"words": 1, "epochs": 2}


@pytest.fixture
def small(monkeypatch):
    """A corpus of the made grammar in place of the harvested one."""
    told = data.related_words(jr.key(0), 300)
    words = data.vocabulary([word for sentence in told for word in sentence])
    place = {word: number for number, word in enumerate(words.symbols)}
    numbers = [[place[word] for word in sentence] for sentence in told]
    monkeypatch.setattr(skip_gram, "corpus", lambda words_: (words, numbers))
    return words


def test_the_text_is_the_same_for_all(small):
    vocabulary, numbers = skip_gram.corpus(1)
    counted = np.bincount([word for sentence in numbers for word in sentence])
    assert tuple(counted) == vocabulary.counts


@pytest.mark.parametrize("name", skip_gram.CONTENDERS)
def test_every_contender_ends_with_a_loss_that_is_worked_out_apart(name, small):
    if name != "dlbook":
        pytest.importorskip("gensim")
    lap = race.time_contender("benchmarks.skip_gram", name, TASK, repeats=1)
    assert 0 < lap["loss"] <= 6 * np.log(2) + 0.1 and lap["warm"] > 0


def test_the_thinning_is_that_of_the_authors_program():
    counts = [989, 10, 1]
    share = np.array(counts) / 1000
    wanted = np.minimum(1, (np.sqrt(share / 1e-3) + 1) * 1e-3 / share)
    np.testing.assert_allclose(skip_gram.keep(counts), wanted, rtol=1e-5)
    assert jnp.all(skip_gram.keep(counts) >= data.keep_probability(counts, threshold=1e-3))


def test_a_contender_that_did_other_work_is_disqualified():
    fair = dict.fromkeys(skip_gram.CONTENDERS, 2.5)
    skip_gram.same_quality(fair)
    with pytest.raises(AssertionError, match="gensim, 1 worker ends at a loss of 2.6"):
        skip_gram.same_quality(fair | {"gensim, 1 worker": 2.6})
