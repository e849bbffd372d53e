import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data.text import vocabulary, windows
from dlbook.models import char_rnn, recurrent
from dlbook.train import fit

TEXT = "the cat sat on the mat. "
PARAMS = char_rnn.init(jr.key(0), 5, (6, 4), embedding=3)
TOKENS = jr.randint(jr.key(1), (7, 2), 0, 5)


def test_symbol_by_symbol_is_the_whole_text_at_once():
    states, scores = char_rnn.start(PARAMS, 2), []
    for tokens in TOKENS:
        states, score = char_rnn.step(PARAMS, states, tokens)
        scores.append(score)
    np.testing.assert_allclose(char_rnn.apply(PARAMS, TOKENS), jnp.stack(scores), rtol=1e-4, atol=1e-5)
    halfway = char_rnn.start(PARAMS, 2)
    for tokens in TOKENS[:3]:
        halfway, _ = char_rnn.step(PARAMS, halfway, tokens)
    np.testing.assert_allclose(char_rnn.apply(PARAMS, TOKENS[3:], halfway), scores[3:], rtol=1e-4, atol=1e-5)


def test_looking_up_is_the_same_as_multiplying_each_vector():
    vectors = PARAMS.table[TOKENS]
    hs = recurrent.apply(PARAMS.layers, vectors)
    np.testing.assert_allclose(char_rnn.apply(PARAMS, TOKENS), hs @ PARAMS.output.w + PARAMS.output.b, atol=1e-5)


def test_loss_is_the_mean_over_places_of_minus_log_p():
    rows = TOKENS.T
    log_p = jax.nn.log_softmax(char_rnn.apply(PARAMS, TOKENS[:-1]))
    by_place = [-log_p[t, n, rows[n, t + 1]] for n in range(2) for t in range(6)]
    assert float(char_rnn.loss(PARAMS, rows)) == pytest.approx(float(np.mean(by_place)), rel=1e-5)


@pytest.mark.parametrize("cell, rate", [("rnn", 5e-3), ("lstm", 1e-2), ("gru", 1e-2)])
def test_learns_a_sentence_by_heart_and_says_it(cell, rate):
    letters = vocabulary(TEXT)
    data = windows(letters.encode(TEXT * 30), 25, step=5)
    params = char_rnn.init(jr.key(2), len(letters.symbols), (32,), embedding=8, cell=cell)
    run = fit(char_rnn.loss, params, data, key=jr.key(3), learning_rate=rate, epochs=60, batch_size=20)
    said = char_rnn.generate(run.params, jr.key(4), letters.encode("the c"), 19, temperature=0.0)
    assert "".join(letters.decode(said)) == "at sat on the mat. "


def test_temperature_sharpens_and_flattens():
    scores = jnp.tile(jnp.array([[2.0, 1.0, 0.0, -1.0]]), (20_000, 1))
    for number, temperature in enumerate((0.5, 1.0, 3.0)):
        drawn = char_rnn.sample(jr.key(number), scores, temperature)
        shares = np.bincount(drawn, minlength=4) / 20_000
        np.testing.assert_allclose(shares, jax.nn.softmax(scores[0] / temperature), atol=0.015)
    assert (char_rnn.sample(jr.key(3), scores, 0.0) == 0).all()


def test_generate_compiles_once_for_all_temperatures():
    char_rnn._generate.clear_cache()
    for temperature in (0.0, 0.7, 1.3):
        char_rnn.generate(PARAMS, jr.key(5), jnp.array([0, 1]), 4, temperature=temperature)
    assert char_rnn._generate._cache_size() == 1


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="char_rnn.generate: prompt must hold at least one symbol"):
        char_rnn.generate(PARAMS, jr.key(0), jnp.array([], "int32"), 4)
    with pytest.raises(ValueError, match="char_rnn.generate: prompt must lie between 0 and 4, got 5"):
        char_rnn.generate(PARAMS, jr.key(0), jnp.array([5]), 4)
    with pytest.raises(ValueError, match="char_rnn.generate: temperature must lie between 0 and inf, got -1"):
        char_rnn.generate(PARAMS, jr.key(0), jnp.array([1]), 4, temperature=-1)
    with pytest.raises(ValueError, match="embed: tokens must lie between 0 and 4, got 9"):
        char_rnn.loss(PARAMS, jnp.array([[1, 9, 2]]))
