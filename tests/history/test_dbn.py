import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.history import dbn, rbm
from dlbook.models import mlp
from dlbook.ops.activations import sigmoid

X = jr.bernoulli(jr.key(0), 0.3, (60, 8)).astype("float32")


def test_each_machine_learns_what_the_one_below_makes_of_the_data():
    key = jr.key(1)
    params, errors = dbn.pretrain(key, X, (8, 6, 5, 3), epochs=4)
    x = X
    for layer, hidden in enumerate((6, 5)):
        key_init, key_fit = jr.split(jr.fold_in(key, layer))
        machine, error = rbm.fit(rbm.init(key_init, x.shape[1], hidden), x, key=key_fit, epochs=4)
        np.testing.assert_array_equal(params[layer].w, machine.w)
        np.testing.assert_array_equal(params[layer].b, machine.c)
        np.testing.assert_array_equal(errors[layer], error)
        x = rbm.hidden(machine, x)
    np.testing.assert_allclose(mlp.hidden(params, X, activation=sigmoid)[-1], x, rtol=1e-6)


def test_is_an_mlp_with_a_fresh_last_layer():
    params, errors = dbn.pretrain(jr.key(1), X, (8, 6, 3), epochs=2)
    assert mlp.apply(params, X, activation=sigmoid).shape == (60, 3)
    assert len(errors) == 1 and params[-1].w.shape == (6, 3) and (params[-1].b == 0).all()


def test_without_hidden_layer_nothing_is_pretrained():
    params, errors = dbn.pretrain(jr.key(1), X, (8, 3))
    assert len(params) == 1 and errors == []


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="dbn.pretrain: x has 8 features but sizes has 9"):
        dbn.pretrain(jr.key(0), X, (9, 3, 2))
    with pytest.raises(ValueError, match="dbn.pretrain: sizes must name at least two layers"):
        dbn.pretrain(jr.key(0), X, (8,))
    with pytest.raises(ValueError, match="rbm.fit: batch_size must lie between 1 and 60, got 61"):
        dbn.pretrain(jr.key(0), jnp.asarray(X), (8, 3, 2), batch_size=61)
