import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data import contexts, keep_probability, noise, pairs, subsample

SENTENCES = [[3, 1, 4, 1, 5], [9], [], [2, 6]]


@pytest.mark.parametrize("window", [1, 2, 7])
def test_pairs_are_those_of_two_loops(window):
    wanted = [
        (sentence[i], sentence[j])
        for sentence in SENTENCES
        for i in range(len(sentence))
        for j in range(max(i - window, 0), min(i + window + 1, len(sentence)))
        if i != j
    ]
    words, around = pairs(contexts(SENTENCES, window=window))
    assert list(zip(words.tolist(), around.tolist(), strict=True)) == wanted


def test_every_word_stands_in_the_middle_once():
    assert contexts(SENTENCES).words.tolist() == [3, 1, 4, 1, 5, 9, 2, 6]


def test_frequent_words_are_kept_by_the_root_of_the_threshold():
    counts = [900, 90, 9, 1]
    np.testing.assert_allclose(
        keep_probability(counts, threshold=0.01), [(0.01 / 0.9) ** 0.5, (0.01 / 0.09) ** 0.5, 1, 1], rtol=1e-5
    )
    text = [[0] * 9000, [1] * 900, [2] * 90]
    left = [len(sentence) for sentence in subsample(jr.key(0), text, counts, threshold=0.01)]
    assert left[0] == pytest.approx(9000 * 0.1054, rel=0.1)
    assert left[1] == pytest.approx(900 / 3, rel=0.2)
    assert left[2] == 90


def test_noise_flattens_the_shares():
    np.testing.assert_allclose(noise([16, 1]), [8 / 9, 1 / 9], rtol=1e-6)
    np.testing.assert_allclose(noise([3, 1], power=1.0), [0.75, 0.25], rtol=1e-6)
    assert jnp.allclose(noise([3, 1], power=0.0), 0.5)


def test_bad_input_is_named(as_reader):
    with pytest.raises(ValueError, match="contexts: window must be finite and above 0, got 0"):
        contexts(SENTENCES, window=0)
    with pytest.raises(ValueError, match="contexts: there must be at least one word, got none"):
        contexts([[], []])
    with pytest.raises(ValueError, match="keep_probability: threshold must be finite and above 0, got 0"):
        keep_probability([1, 2], threshold=0.0)
