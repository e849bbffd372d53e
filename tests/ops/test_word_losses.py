import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data import huffman_tree
from dlbook.ops.word_losses import (
    hierarchical_softmax_loss,
    hierarchical_softmax_loss_backward,
    negative_sampling_loss,
    negative_sampling_loss_backward,
)
from tests.gradients import check_backward

TURNS = jnp.array([[1, -1, 0], [-1, -1, 1]])


def test_backward_is_the_gradient():
    check_backward(negative_sampling_loss, negative_sampling_loss_backward, (4, 3), (4, 3), (4, 2, 3))
    check_backward(hierarchical_softmax_loss, hierarchical_softmax_loss_backward, (2, 5), (2, 3, 5), TURNS)


def test_negative_sampling_is_one_right_answer_and_k_wrong_ones():
    h, target, negatives = (jr.normal(jr.key(i), shape) for i, shape in enumerate([(2, 3), (2, 3), (2, 4, 3)]))
    right = jax.nn.sigmoid((h * target).sum(1))
    wrong = jax.nn.sigmoid(jnp.einsum("nd,nkd->nk", h, negatives))
    wanted = -(jnp.log(right) + jnp.log(1 - wrong).sum(1)).mean()
    np.testing.assert_allclose(negative_sampling_loss(h, target, negatives), wanted, rtol=1e-5)


def test_the_gradient_of_a_sure_answer_is_small_but_not_rounded_to_zero():
    """sigmoid(30) is 1 to 32 bits, and sigmoid(-30) is not 0."""
    h, target = jnp.full((1, 1), 30.0), jnp.ones((1, 1))
    dh, dtarget, _ = negative_sampling_loss_backward(jnp.ones(()), h, target, jnp.zeros((1, 1, 1)))
    np.testing.assert_allclose([dh[0, 0], dtarget[0, 0]], [-np.exp(-30), -30 * np.exp(-30)], rtol=1e-5)


def test_large_scores_stay_finite():
    far = jnp.full((1, 1), 1e3)
    assert negative_sampling_loss(far, -far, far[None]) == 2e6
    assert hierarchical_softmax_loss(far, far[None], jnp.array([[-1]])) == 1e6


@pytest.mark.parametrize("counts", [[5, 1, 2], [1] * 8, [100, 50, 20, 9, 3, 1, 1]])
def test_the_probabilities_of_all_words_sum_to_1(counts):
    tree = huffman_tree(counts)
    words, h = len(counts), jr.normal(jr.key(0), (3,))
    table = jr.normal(jr.key(1), (words - 1, 3))
    loss = lambda word: hierarchical_softmax_loss(h[None], table[tree.nodes[word]][None], tree.turns[word][None])
    assert sum(jnp.exp(-loss(word)) for word in range(words)) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    "act, message",
    [
        (lambda: negative_sampling_loss(jnp.ones((2, 3)), jnp.ones((1, 3)), jnp.ones((2, 1, 3))), "h has 2 samples"),
        (lambda: negative_sampling_loss(jnp.ones((2, 3)), jnp.ones((2, 2)), jnp.ones((2, 1, 3))), "h has 3 features"),
        (lambda: negative_sampling_loss(jnp.ones((2, 3)), jnp.ones((2, 3)), jnp.ones((1, 1, 3))), "h has 2 samples"),
        (lambda: negative_sampling_loss(jnp.ones((2, 3)), jnp.ones((2, 3)), jnp.ones((2, 1, 4))), "h has 3 features"),
        (lambda: hierarchical_softmax_loss(jnp.ones((2, 5)), jnp.ones((1, 3, 5)), TURNS), "h has 2 samples but nodes"),
        (lambda: hierarchical_softmax_loss(jnp.ones((2, 5)), jnp.ones((2, 3, 4)), TURNS), "h has 5 features"),
        (
            lambda: hierarchical_softmax_loss(jnp.ones((2, 5)), jnp.ones((2, 3, 5)), TURNS[:1]),
            "but turns has 1",
        ),
        (lambda: hierarchical_softmax_loss(jnp.ones((2, 5)), jnp.ones((2, 2, 5)), TURNS), "nodes has 2 turns"),
        (lambda: hierarchical_softmax_loss(jnp.ones((2, 5)), jnp.ones((2, 3, 5)), 2 * TURNS), "between 0 and 2"),
    ],
)
def test_bad_input_is_named(act, message, as_reader):
    with pytest.raises(ValueError, match=message):
        act()
