import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data import contexts, huffman_tree, noise, pairs, related_words, vocabulary
from dlbook.data.grammar import PAIRS
from dlbook.models import word2vec
from dlbook.models.word2vec import analogy, draw, init, nearest, negative_loss, similarities, softmax_loss, tree_loss
from dlbook.train import fit

ONE = jnp.ones((2, 1), bool)


@pytest.fixture(scope="module")
def corpus():
    text = related_words(jr.key(0), 2000)
    words = vocabulary([word for sentence in text for word in sentence])
    place = {word: i for i, word in enumerate(words.symbols)}
    return words, place, contexts([[place[word] for word in sentence] for sentence in text], window=4)


def skip_gram(found):
    words, around = pairs(found)
    return words[:, None], jnp.ones((len(words), 1), bool), around


def bag(found):
    return found.around, found.known, found.words


EPOCHS = {skip_gram: 1, bag: 6}  # a bag makes one sample of what skip-gram makes six of


def learned(corpus, loss, batch, settings, outputs=None):
    words, _, found = corpus
    params = init(jr.key(1), len(words.symbols), 16, outputs=outputs)
    how = dict(key=jr.key(2), learning_rate=0.03, epochs=EPOCHS[batch], batch_size=256, settings=settings)
    return fit(loss, params, batch(found), **how).params


def solved(vectors, place):
    """Share of the analogies within each relation whose nearest word, other than the three, is the right one."""
    right = []
    for relation in PAIRS.values():
        for a, b in relation:
            for c, d in relation:
                if a != c:
                    i, j, k = place[a], place[b], place[c]
                    best, _ = nearest(vectors, analogy(vectors, i, j, k), count=1, without=(i, j, k))
                    right.append(int(best[0]) == place[d])
    return np.mean(right)


@pytest.mark.parametrize("batch", [skip_gram, bag])
def test_analogies_of_the_grammar_are_found(corpus, batch):
    words, place, _ = corpus
    params = learned(corpus, negative_loss, batch, {"noise": noise(words.counts)})
    untrained = init(jr.key(1), len(words.symbols), 16)
    assert solved(params.words, place) > 0.8 > 0.2 > solved(untrained.words, place)


def test_the_tree_learns_what_the_softmax_learns(corpus):
    words, place, _ = corpus
    tree = huffman_tree(words.counts)
    by_tree = learned(corpus, tree_loss, bag, tree._asdict(), outputs=len(words.symbols) - 1)
    by_softmax = learned(corpus, softmax_loss, bag, {})
    assert solved(by_tree.words, place) > 0.6 and solved(by_softmax.words, place) > 0.8


def test_hidden_of_one_word_is_its_row_and_of_more_their_mean():
    params = word2vec.Params(jnp.arange(6.0).reshape(3, 2), jnp.zeros((3, 2)))
    np.testing.assert_array_equal(word2vec.hidden(params, jnp.array([[2], [0]]), ONE), [[4, 5], [0, 1]])
    inputs, known = jnp.array([[2, 0, 1], [1, 0, 0]]), jnp.array([[True, False, True], [False] * 3])
    np.testing.assert_array_equal(word2vec.hidden(params, inputs, known), [[3, 4], [0, 0]])


def test_at_first_every_word_is_as_likely_and_every_drawn_one_a_toss():
    params = init(jr.key(0), 8, 4)
    batch = jnp.array([[3], [1]]), ONE, jnp.array([0, 7])
    assert softmax_loss(params, batch) == pytest.approx(np.log(8), rel=1e-6)
    assert negative_loss(params, batch, jr.key(1), jnp.full(8, 1 / 8)) == pytest.approx(6 * np.log(2), rel=1e-6)


def test_draws_follow_the_noise():
    chances = jnp.array([0.5, 0.0, 0.3, 0.2])
    drawn = draw(jr.key(0), chances, (20_000,))
    shares = jnp.bincount(drawn, length=4) / 20_000
    assert shares[1] == 0
    np.testing.assert_allclose(shares, chances, atol=0.015)


def test_similarities_are_cosines():
    vectors = jr.normal(jr.key(0), (5, 3)).at[2].set(0)
    got = similarities(vectors, vectors[0])
    assert got[0] == pytest.approx(1, abs=1e-6) and got[2] == 0
    angle = jnp.dot(vectors[0], vectors[4]) / jnp.linalg.norm(vectors[0]) / jnp.linalg.norm(vectors[4])
    assert got[4] == pytest.approx(float(angle), abs=1e-6)


def test_nearest_leaves_out_what_it_is_told_to():
    vectors = jnp.array([[1.0, 0], [0.9, 0.1], [0, 1], [-1, 0]])
    order, cosines = nearest(vectors, vectors[0], count=2, without=(0,))
    assert order.tolist() == [1, 2] and cosines[0] > cosines[1]
    with pytest.raises(ValueError, match="nearest: count must lie between 1 and 3, got 4"):
        nearest(vectors, vectors[0], count=4, without=(0,))


def test_bad_input_is_named(as_reader):
    params, batch = init(jr.key(0), 8, 4), (jnp.array([[3], [1]]), ONE, jnp.array([0, 8]))
    with pytest.raises(ValueError, match="labels must lie between 0 and 7, got 8"):
        softmax_loss(params, batch)
    with pytest.raises(ValueError, match="embed: tokens must lie between 0 and 7, got 8"):
        negative_loss(params, batch, jr.key(0), jnp.full(8, 1 / 8))
    with pytest.raises(ValueError, match="negatives must be finite and above 0, got 0"):
        negative_loss(params, batch, jr.key(0), jnp.full(8, 1 / 8), negatives=0)
    with pytest.raises(ValueError, match="word2vec.init"):
        init(jr.key(0), 0, 4)


def test_gradients_reach_only_the_rows_that_were_looked_up():
    params = init(jr.key(0), 8, 4)._replace(outputs=jr.normal(jr.key(1), (8, 4)))
    batch = jnp.array([[3], [1]]), ONE, jnp.array([0, 7])
    grads = jax.grad(negative_loss)(params, batch, jr.key(1), jnp.eye(8)[5])
    assert set(np.flatnonzero(np.abs(grads.words).sum(1))) == {1, 3}
    assert set(np.flatnonzero(np.abs(grads.outputs).sum(1))) == {0, 5, 7}
