"""A multilayer perceptron 64-64-10 on the digits: the same data, initial weights and order of batches for all.

scikit-learn draws weights and orders of its own, so its loss is compared within a band.
"""

from functools import partial

import jax
import jax.random as jr
import numpy as np

from benchmarks import peers, race
from dlbook import data, train
from dlbook.models import mlp

SIZES = (64, 64, 10)
EPOCHS = 20
TASKS = [
    {"optimizer": "sgd", "batch_size": 32, "learning_rate": 0.1},
    {"optimizer": "adam", "batch_size": 128, "learning_rate": 1e-3},
]
PACKAGES = ["jax", "keras", "numpy", "scikit-learn", "torch"]
EXACT = dict.fromkeys(["torch", "torch, 1 thread", "torch, compiled", "keras"], (-0.01, 0.01))  # relative to dlbook's
BANDS = EXACT | {"scikit-learn": (-1, 0.15)}


def start():
    """Return the training set, the initial parameters and the key that orders the batches."""
    return data.digits().train, mlp.init(jr.key(0), SIZES), jr.key(1)


def orders(key, samples, batch_size):
    """Rows of each batch of each epoch, as `train.fit` draws them from the same key."""
    batches = samples // batch_size
    keys = [jr.split(jr.fold_in(key, number))[0] for number in range(EPOCHS)]
    rows = [jr.permutation(k, samples)[: batches * batch_size].reshape(batches, batch_size) for k in keys]
    return np.stack([np.asarray(r) for r in rows])


def steps(task) -> int:
    """Count the steps of one run."""
    return EPOCHS * (len(start()[0][0]) // task["batch_size"])


def operations(task) -> float:
    """Count the operations that eager PyTorch dispatches in a step."""
    return peers.operations(with_torch(task)) / steps(task)


def with_dlbook(task):
    """The package's own loop: the whole run is one compiled call."""
    return fitted(mlp.loss, start(), task, EPOCHS)


def fitted(loss, begin, task, epochs):
    """Return the run that trains with `train.fit` from `begin`: a batch, parameters and a key."""
    batch, params, key = begin
    optimizer = getattr(train, task["optimizer"])

    def run():
        fit = train.fit(
            loss,
            params,
            batch,
            key=key,
            learning_rate=task["learning_rate"],
            optimizer=optimizer,
            epochs=epochs,
            batch_size=task["batch_size"],
        )
        return float(jax.block_until_ready(fit).loss[-1].mean())

    return run


def with_torch(task, threads=None, compiled=False):
    """PyTorch's usual loop, eager or compiled."""
    peers.threads(threads)
    (x, labels), params, key = start()
    rows = orders(key, len(x), task["batch_size"])
    return peers.torch_run(torch_network(params), x, labels, rows, task, compiled)


def torch_network(layers):
    """The same perceptron in PyTorch, with our initial weights."""
    import torch

    parts = []
    for w, b in layers:
        part = torch.nn.Linear(*w.shape)
        with torch.no_grad():
            part.weight.copy_(torch.from_numpy(np.array(w.T)))
            part.bias.copy_(torch.from_numpy(np.array(b)))
        parts += [part, torch.nn.ReLU()]
    return torch.nn.Sequential(*parts[:-1])


def with_keras(task):
    """Keras on JAX: a Python loop round a compiled step."""
    keras = peers.keras_on_jax()
    (x, labels), params, key = start()
    rows = orders(key, len(x), task["batch_size"])
    net = keras.Sequential([keras.Input(SIZES[:1]), keras.layers.Dense(SIZES[1], "relu"), keras.layers.Dense(SIZES[2])])
    batches = rows.shape[1]
    return peers.keras_run(net, jax.tree.leaves(params), x, labels, np.concatenate(rows), task, last=batches)


def with_sklearn(task):
    """scikit-learn's MLPClassifier, without its penalty and its early stopping."""
    import warnings

    from sklearn.neural_network import MLPClassifier

    x, labels = map(np.asarray, start()[0])

    def run():
        model = MLPClassifier(
            (64,),
            solver=task["optimizer"],
            batch_size=task["batch_size"],
            learning_rate_init=task["learning_rate"],
            alpha=0,
            momentum=0,
            max_iter=EPOCHS,
            tol=0,
            n_iter_no_change=EPOCHS + 1,
            random_state=0,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged in 20 epochs is the task
            return float(model.fit(x, labels).loss_)

    return run


CONTENDERS = {
    "dlbook": with_dlbook,
    "torch": with_torch,
    "torch, 1 thread": partial(with_torch, threads=1),
    "torch, compiled": partial(with_torch, compiled=True),
    "keras": with_keras,
    "scikit-learn": with_sklearn,
}


same_quality = partial(race.same_quality, "mlp", bands=BANDS)
