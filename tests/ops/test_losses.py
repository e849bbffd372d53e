import jax.numpy as jnp
import jax.random as jr
import numpy as np
import optax
import pytest

from dlbook.ops import losses as L
from dlbook.ops.activations import softmax
from tests.gradients import check_backward

LABELS = jnp.array([0, 2, 1, 2, 0, 1])
BINARY = jnp.array([0, 1, 1, 0, 1, 0])
SIGNS = 2 * BINARY - 1
SCORES = jr.normal(jr.key(0), (6, 3))


def test_squared_error_is_half_the_mean_squared_distance():
    targets = jr.normal(jr.key(1), (6, 3))
    wanted = sum(np.sum((np.asarray(SCORES[i]) - np.asarray(targets[i])) ** 2) for i in range(6)) / 12
    assert L.squared_error(SCORES, targets) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize(
    "ours, optax_loss, labels",
    [
        (L.softmax_cross_entropy, optax.softmax_cross_entropy_with_integer_labels, LABELS),
        (L.svm_loss, None, LABELS),
    ],
    ids=["cross-entropy", "svm"],
)
def test_multiclass_losses_agree_with_their_definition(ours, optax_loss, labels):
    if optax_loss is not None:
        wanted = optax_loss(SCORES, labels).mean()
    else:
        rows = zip(np.asarray(SCORES), np.asarray(labels), strict=True)
        wanted = np.mean([sum(max(0, s[j] - s[y] + 1) for j in range(3) if j != y) for s, y in rows])
    assert ours(SCORES, labels) == pytest.approx(float(wanted), rel=1e-6)


def test_logistic_losses_are_one_function_and_optax_agrees():
    scores = SCORES[:, 0]
    wanted = optax.sigmoid_binary_cross_entropy(scores, BINARY).mean()
    assert L.logistic_loss(scores, BINARY) == pytest.approx(float(wanted), rel=1e-6)
    assert L.signed_logistic_loss(scores, SIGNS) == pytest.approx(float(wanted), rel=1e-6)


def test_logistic_loss_is_cross_entropy_of_two_classes():
    scores = SCORES[:, 0]
    two = jnp.stack([jnp.zeros(6), scores], 1)
    assert L.logistic_loss(scores, BINARY) == pytest.approx(float(L.softmax_cross_entropy(two, BINARY)), rel=1e-6)


def test_cross_entropy_is_entropy_plus_divergence_and_ignores_impossible_classes():
    p, q = jnp.array([0.5, 0.5, 0.0]), jnp.array([0.25, 0.75, 0.0])
    assert L.cross_entropy(p, q) == pytest.approx(-0.5 * np.log(0.25) - 0.5 * np.log(0.75), rel=1e-6)
    assert L.cross_entropy(p, p) == pytest.approx(np.log(2), rel=1e-6)


@pytest.mark.parametrize(
    "op, backward, arrays",
    [
        (L.squared_error, L.squared_error_backward, [(6, 3), (6, 3)]),
        (L.logistic_loss, L.logistic_loss_backward, [(6,), BINARY]),
        (L.signed_logistic_loss, L.signed_logistic_loss_backward, [(6,), SIGNS]),
        (L.softmax_cross_entropy, L.softmax_cross_entropy_backward, [(6, 3), LABELS]),
        (L.svm_loss, L.svm_loss_backward, [(6, 3), LABELS]),
    ],
    ids=["squared", "logistic", "signed", "cross-entropy", "svm"],
)
def test_backward_is_the_gradient(op, backward, arrays):
    check_backward(op, backward, *arrays)


def test_cross_entropy_backward_is_the_gradient():
    p, q = softmax(SCORES), softmax(SCORES[::-1])
    check_backward(L.cross_entropy, L.cross_entropy_backward, p, q)


def test_cross_entropy_keeps_its_digits_when_scores_are_large():
    """log-sum-exp minus the score would lose a thousand units in the last place here."""
    scores = jnp.array([[1e4 + 1, 1e4, 1e4 - 2]])
    wanted = np.log(1 + np.exp(-1.0) + np.exp(-3.0))
    assert L.softmax_cross_entropy(scores, jnp.array([0])) == pytest.approx(wanted, rel=3e-7)


def test_hinge_is_zero_from_a_lead_of_1_on_and_has_slope_0_there():
    label = jnp.array([0])
    assert L.svm_loss(jnp.array([[1.0, 0.0]]), label) == 0
    assert L.svm_loss(jnp.array([[0.99, 0.0]]), label) > 0
    assert L.svm_loss_backward(jnp.ones(()), jnp.array([[1.0, 0.0]]), label)[0].tolist() == [[0, 0]]


@pytest.mark.parametrize("loss", [L.softmax_cross_entropy, L.svm_loss])
@pytest.mark.parametrize("bad", [-1, 3])
def test_labels_out_of_range_are_refused(loss, bad):
    with pytest.raises(ValueError, match=rf"{loss.__name__}: labels must lie between 0 and 2, got {bad}"):
        loss(SCORES, LABELS.at[2].set(bad))


def test_labels_that_are_not_0_or_1_are_refused():
    with pytest.raises(ValueError, match="logistic_loss: labels must lie between 0 and 1, got 2"):
        L.logistic_loss(SCORES[:, 0], LABELS)


def test_signs_that_are_not_signs_are_refused():
    with pytest.raises(ValueError, match="signs must be -1 or \\+1, got 0"):
        L.signed_logistic_loss(SCORES[:, 0], BINARY)


def test_float_labels_are_refused(as_reader):
    with pytest.raises(ValueError, match="labels must be integers, got float32"):
        L.softmax_cross_entropy(SCORES, LABELS.astype("float32"))


def test_a_label_too_few_is_named(as_reader):
    with pytest.raises(ValueError, match="scores has 6 samples but labels has 5"):
        L.svm_loss(SCORES, LABELS[:5])
    with pytest.raises(ValueError, match="outputs has 3 columns but targets has 1"):
        L.squared_error(SCORES, SCORES[:, :1])
