import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data import keep_probability, noise, related_words, vocabulary
from dlbook.models import skip_gram, word2vec
from dlbook.models.skip_gram import BLOCK, Text, fit
from tests.models.test_word2vec import solved

WORDS = 30


@pytest.fixture
def text():
    tokens = jr.randint(jr.key(0), (3 * BLOCK,), 0, WORDS)
    return Text(tokens, jnp.cumsum(jr.bernoulli(jr.key(1), 0.2, tokens.shape)))


def neighbours(text):
    """Places of words that follow each other within a sentence and a block, both ways."""
    places = np.arange(len(text.tokens) - 1)
    same = np.asarray(text.sentences[:-1] == text.sentences[1:]) & (places // BLOCK == (places + 1) // BLOCK)
    left = places[same]
    return np.concatenate([left, left + 1]), np.concatenate([left + 1, left])


def test_an_update_is_a_step_down_the_loss_of_all_pairs(text):
    """With a window of 1 and one word that is always drawn, nothing is left to chance."""
    params = word2vec.Params(*jr.normal(jr.key(2), (2, WORDS, 8)))
    drawn, negatives = 3, 5.0
    i, j = (text.tokens[at] for at in neighbours(text))

    def loss(params):
        right = (params.words[i] * params.outputs[j]).sum(1)
        wrong = params.words[i] @ params.outputs[drawn]
        return (jnp.logaddexp(-right, 0) + negatives * jnp.logaddexp(wrong, 0)).sum()

    always = jnp.eye(WORDS)[drawn]
    got = skip_gram._update(params, text, always, jr.key(0), 0.1, 1, negatives)
    for ours, start, slope in zip(got, params, jax.grad(loss)(params), strict=True):
        np.testing.assert_allclose(ours, start - 0.1 * slope, rtol=1e-4, atol=1e-4)


def test_a_wider_window_reaches_further_but_never_into_another_sentence():
    tokens = jnp.arange(3 * BLOCK) % WORDS
    apart = Text(tokens, jnp.arange(len(tokens)))
    params = word2vec.Params(*jr.normal(jr.key(2), (2, WORDS, 8)))
    step = lambda text, window: skip_gram._update(params, text, jnp.ones(WORDS), jr.key(0), 0.1, window, 5.0)
    assert all(jnp.array_equal(a, b) for a, b in zip(step(apart, 5), params, strict=True))
    joined = apart._replace(sentences=jnp.zeros_like(tokens))
    assert not jnp.allclose(step(joined, 1).outputs, step(joined, 5).outputs)


def test_each_word_draws_its_own_window(text):
    params, always = word2vec.Params(*jr.normal(jr.key(2), (2, WORDS, 8))), jnp.eye(WORDS)[3]
    words = lambda window: [skip_gram._update(params, text, always, jr.key(k), 0.1, window, 5.0).words for k in (0, 1)]
    assert jnp.array_equal(*words(1)) and not jnp.allclose(*words(2))


def test_learns_the_analogies_of_the_grammar():
    sentences = related_words(jr.key(0), 2000)
    words = vocabulary([word for sentence in sentences for word in sentence])
    place = {word: i for i, word in enumerate(words.symbols)}
    tokens = jnp.array([place[word] for sentence in sentences for word in sentence], "int32")
    text = Text(tokens, jnp.array(np.repeat(np.arange(len(sentences)), list(map(len, sentences)))))
    start, stay = word2vec.init(jr.key(1), len(place), 16), keep_probability(words.counts, threshold=1e-2)
    params = fit(start, text, noise(words.counts), stay, key=jr.key(2), epochs=10, window=4, blocks=1)
    assert solved(params.words, place) > 0.8 > 0.2 > solved(start.words, place)


def test_the_room_behind_the_words_that_stay_teaches_nothing(text):
    start = word2vec.init(jr.key(1), WORDS, 4)
    none = fit(start, text, jnp.ones(WORDS), jnp.zeros(WORDS), key=jr.key(2), epochs=2)
    assert all(jnp.array_equal(a, b) for a, b in zip(none, start, strict=True))


def test_the_same_call_is_compiled_once(text):
    start = word2vec.init(jr.key(1), WORDS, 4)
    skip_gram._fit.clear_cache()
    for rate, window in ((0.01, 3), (0.02, 5)):
        fit(start, text, jnp.ones(WORDS), jnp.ones(WORDS), key=jr.key(2), learning_rate=rate, epochs=2, window=window)
    assert skip_gram._fit._cache_size() == 1


@pytest.mark.parametrize(
    "changes, message",
    [
        (dict(text=Text(jnp.array([0, WORDS]), jnp.zeros(2, "int32"))), "tokens must lie between 0 and 29, got 30"),
        (dict(text=Text(jnp.array([0, 1]), jnp.zeros(3, "int32"))), "tokens has 2 words but sentences has 3"),
        (dict(noise=jnp.ones(4)), "params has 30 words but noise has 4"),
        (dict(keep=jnp.ones(4)), "params has 30 words but keep has 4"),
        (dict(learning_rate=0.0), "learning_rate must be finite and above 0, got 0.0"),
        (dict(window=0), "window must lie between 1 and 37, got 0"),
        (dict(epochs=0), "epochs must lie between 1 and inf, got 0"),
    ],
)
def test_bad_input_is_named(changes, message, text, as_reader):
    arguments = dict(text=text, noise=jnp.ones(WORDS), keep=jnp.ones(WORDS), key=jr.key(0)) | changes
    with pytest.raises(ValueError, match=f"skip_gram.fit: {message}"):
        fit(word2vec.init(jr.key(1), WORDS, 4), **arguments)
