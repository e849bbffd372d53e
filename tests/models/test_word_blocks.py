import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data import joined, keep_probability, noise, related_words, vocabulary
from dlbook.models import word2vec, word_blocks
from dlbook.models.word_blocks import BLOCK, MODELS, Text, fit
from tests.models.test_word2vec import solved

WORDS = 30


@pytest.fixture
def text():
    tokens = jr.randint(jr.key(0), (3 * BLOCK + 2,), 0, WORDS)
    return Text(tokens, jnp.cumsum(jr.bernoulli(jr.key(1), 0.2, tokens.shape)))


def neighbours(text):
    """Places of words that follow each other within a sentence, both ways; the first and last are only seen."""
    left = np.flatnonzero(text.sentences[:-1] == text.sentences[1:])
    middle, around = np.concatenate([left, left + 1]), np.concatenate([left + 1, left])
    inside = (middle > 0) & (middle < len(text.tokens) - 1)
    return middle[inside], around[inside]


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
    got = word_blocks._update(params, text, always, jr.key(0), "skip-gram", 0.1, 1, negatives)
    for ours, start, slope in zip(got, params, jax.grad(loss)(params), strict=True):
        np.testing.assert_allclose(ours, start - 0.1 * slope, rtol=1e-4, atol=1e-4)


def test_an_update_of_cbow_is_a_step_down_the_loss_of_all_words(text):
    """Each word's neighbours, taken together, predict it; a word without neighbours is left out."""
    params = word2vec.Params(*jr.normal(jr.key(2), (2, WORDS, 8)))
    drawn, negatives = 3, 5.0
    middle, around = neighbours(text)
    mean = np.zeros((len(text.tokens), WORDS))
    np.add.at(mean, (middle, np.asarray(text.tokens)[around]), 1)
    known = mean.sum(1) > 0
    mean, words = mean[known] / mean[known].sum(1, keepdims=True), text.tokens[known]
    assert 0 < len(words) < 3 * BLOCK

    def loss(params):
        hidden = mean @ params.words
        right, wrong = (hidden * params.outputs[words]).sum(1), hidden @ params.outputs[drawn]
        return (jnp.logaddexp(-right, 0) + negatives * jnp.logaddexp(wrong, 0)).sum()

    always = jnp.eye(WORDS)[drawn]
    got = word_blocks._update(params, text, always, jr.key(0), "cbow", 0.1, 1, negatives)
    for ours, start, slope in zip(got, params, jax.grad(loss)(params), strict=True):
        np.testing.assert_allclose(ours, start - 0.1 * slope, rtol=1e-4, atol=1e-4)


def updated(window, *, key=0, apart=False, noise=None, model="skip-gram"):
    """The parameters before and after an update from words that stand in one sentence, or each in its own."""
    tokens = jr.randint(jr.key(0), (3 * BLOCK + 2 * window,), 0, WORDS)
    text = Text(tokens, jnp.arange(len(tokens)) if apart else jnp.zeros_like(tokens))
    params = word2vec.Params(*jr.normal(jr.key(2), (2, WORDS, 8)))
    noise = jnp.ones(WORDS) if noise is None else noise
    return params, word_blocks._update(params, text, noise, jr.key(key), model, 0.1, window, 5.0)


@pytest.mark.parametrize("model", MODELS)
def test_a_window_does_not_reach_into_another_sentence(model):
    assert all(jnp.array_equal(a, b) for a, b in zip(*updated(5, apart=True, model=model), strict=True))
    assert not any(jnp.allclose(a, b) for a, b in zip(*updated(5, model=model), strict=True))


def test_each_word_draws_its_own_window():
    words = lambda window: [updated(window, key=k, noise=jnp.eye(WORDS)[3])[1].words for k in (0, 1)]
    assert jnp.array_equal(*words(1)) and not jnp.allclose(*words(2))


@pytest.mark.parametrize("model, rate", [("skip-gram", 0.025), ("cbow", 0.1)])
def test_learns_the_analogies_of_the_grammar(model, rate):
    sentences = related_words(jr.key(0), 2000)
    words = vocabulary([word for sentence in sentences for word in sentence])
    place = {word: i for i, word in enumerate(words.symbols)}
    text = Text(*joined([[place[word] for word in sentence] for sentence in sentences]))
    start, stay = word2vec.init(jr.key(1), len(place), 16), keep_probability(words.counts, threshold=1e-2)
    params = fit(
        start,
        text,
        noise(words.counts),
        stay,
        key=jr.key(2),
        epochs=10,
        window=4,
        blocks=1,
        model=model,
        learning_rate=rate,
    )
    assert solved(params.words, place) > 0.8 > 0.2 > solved(start.words, place)


def test_the_room_behind_the_words_that_stay_teaches_nothing(text):
    start = word2vec.init(jr.key(1), WORDS, 4)
    none = fit(start, text, jnp.ones(WORDS), jnp.zeros(WORDS), key=jr.key(2), epochs=2)
    assert all(jnp.array_equal(a, b) for a, b in zip(none, start, strict=True))


def test_the_same_call_is_compiled_once(text):
    start = word2vec.init(jr.key(1), WORDS, 4)
    word_blocks._fit.clear_cache()
    for rate, negatives in ((0.01, 3), (0.02, 5)):
        how = dict(learning_rate=rate, negatives=negatives, epochs=2)
        fit(start, text, jnp.ones(WORDS), jnp.ones(WORDS), key=jr.key(2), **how)
    assert word_blocks._fit._cache_size() == 1


@pytest.mark.parametrize(
    "changes, message",
    [
        (dict(text=Text(jnp.array([0, WORDS]), jnp.zeros(2, "int32"))), "tokens must lie between 0 and 29, got 30"),
        (dict(text=Text(jnp.array([0, 1]), jnp.zeros(3, "int32"))), "tokens has 2 words but sentences has 3"),
        (dict(noise=jnp.ones(4)), "params has 30 words but noise has 4"),
        (dict(keep=jnp.ones(4)), "params has 30 words but keep has 4"),
        (dict(learning_rate=0.0), "learning_rate must be finite and above 0, got 0.0"),
        (dict(model="bag"), "model must be one of"),
        (dict(window=0), "window must lie between 1 and inf, got 0"),
        (dict(epochs=0), "epochs must lie between 1 and inf, got 0"),
    ],
)
def test_bad_input_is_named(changes, message, text, as_reader):
    arguments = dict(text=text, noise=jnp.ones(WORDS), keep=jnp.ones(WORDS), key=jr.key(0)) | changes
    with pytest.raises(ValueError, match=f"word_blocks.fit: {message}"):
        fit(word2vec.init(jr.key(1), WORDS, 4), **arguments)
