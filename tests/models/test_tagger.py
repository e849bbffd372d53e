import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data.grammar import TAGS, padded, tagged_sentences
from dlbook.data.text import vocabulary
from dlbook.models import tagger
from dlbook.train import fit


def corpus():
    words, tags = tagged_sentences(jr.key(0), 1200)
    known = vocabulary([w for s in words for w in s], unknown="?")
    names = vocabulary(list(TAGS), unknown="-")
    return len(known.symbols), tuple(padded([v.encode(s) for s in c]) for v, c in ((known, words), (names, tags)))


def test_who_reads_in_both_directions_tags_the_words_that_the_future_decides():
    """An ambiguous word after an article stays so for who reads from left to right only."""
    size, data = corpus()
    train, test = [tuple(a[part] for a in data) for part in (slice(1000), slice(1000, None))]
    right = {}
    for bidirectional in (False, True):
        params = tagger.init(jr.key(1), size, len(TAGS) + 1, (16,), embedding=8, bidirectional=bidirectional)
        run = fit(tagger.loss, params, train, key=jr.key(2), learning_rate=1e-2, epochs=12, batch_size=50)
        right[bidirectional] = float(tagger.accuracy(run.params, test))
    assert right[False] < 0.995 < right[True], right


def test_loss_is_the_mean_over_words():
    params = tagger.init(jr.key(1), 5, 3, (4,), cell="gru")
    tokens, tags = jnp.array([[1, 2], [3, 4], [0, 0]]), jnp.array([[0, 1], [2, 2], [1, 0]])
    scores = np.asarray(tagger.apply(params, tokens.T), "float64").swapaxes(0, 1)
    log_p = scores - np.log(np.exp(scores).sum(2, keepdims=True))
    by_word = [-log_p[n, t, tags[n, t]] for n in range(3) for t in range(2)]
    assert float(tagger.loss(params, (tokens, tags))) == pytest.approx(np.mean(by_word), rel=1e-5)


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="tagger.init: sizes must name at least two layers of at least one unit"):
        tagger.init(jr.key(0), 5, 0)
    with pytest.raises(ValueError, match="recurrent.init: cell must be one of"):
        tagger.init(jr.key(0), 5, 3, cell="hmm")
