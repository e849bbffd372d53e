import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from benchmarks import cbow, race, skip_gram
from dlbook import data
from dlbook.models import word2vec

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


@pytest.mark.parametrize("name", cbow.CONTENDERS)
def test_every_contender_learns(name, small):
    if name != "dlbook":
        pytest.importorskip("gensim", reason="gensim is not installed, so it was not raced: make race")
    lap = race.time_contender("benchmarks.cbow", name, TASK, repeats=1)
    assert 0 < lap["loss"] < 6 * np.log(2) and lap["warm"] > 0


def test_vectors_that_know_nothing_have_the_loss_of_guessing(small):
    params = word2vec.Params(jnp.ones((len(small.symbols), 3)), jnp.zeros((len(small.symbols), 3)))
    assert cbow.loss(params, TASK) == pytest.approx(6 * np.log(2), rel=1e-5)


def test_a_contender_that_did_other_work_is_disqualified():
    fair = dict.fromkeys(cbow.CONTENDERS, 2.5)
    cbow.same_quality(fair)
    with pytest.raises(AssertionError, match="gensim, 2 workers ends at a loss of 2.3"):
        cbow.same_quality(fair | {"gensim, 2 workers": 2.3})
