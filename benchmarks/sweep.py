"""Training 64 networks 64-32-10 on the digits: eight learning rates, each from eight starts.

Every network sees the same number of batches of the same size.  `train.sweep` trains all in one compiled call, batched
by `vmap`; the others train one after the other, scikit-learn in two processes.  scikit-learn draws weights and orders
of its own, so that its loss is compared within a band.  The loss is the last epoch's, the median over the 64 networks.
"""

from functools import partial
from itertools import product

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np

from benchmarks import mlp, peers, race
from dlbook import data, train
from dlbook.models import mlp as model

SIZES, EPOCHS, BATCH = (64, 32, 10), 10, 32
RATES, SEEDS = np.geomspace(0.01, 0.3, 8).round(4).tolist(), list(range(8))
TASKS = [{"networks": len(RATES) * len(SEEDS), "epochs": EPOCHS, "batch_size": BATCH}]
PACKAGES = ["jax", "numpy", "scikit-learn", "torch"]
REPEATS = 1
EXACT = dict.fromkeys(
    ["dlbook, 2 devices", "dlbook, loop", "torch, loop", "torch, loop, 1 thread"], (-0.02, 0.02)
)  # relative to dlbook's
BANDS = EXACT | {"scikit-learn": (-0.15, 0.15)}


def network(seed):
    """The start and the key of the network of a seed."""
    return model.init(jr.fold_in(jr.key(0), seed), SIZES), jr.fold_in(jr.key(1), seed)


def trained(digits, learning_rate, seed, epochs):
    """Train one network; return the mean loss of its last epoch."""
    params, key = network(seed)
    how = dict(learning_rate=learning_rate, optimizer=train.sgd, epochs=epochs, batch_size=BATCH)
    return train.fit(model.loss, params, digits, key=key, **how).loss[-1].mean()


def with_dlbook(task, devices=1):
    """One compiled call for all networks.  Two devices, made of the two cores, share them."""
    mesh = peers.mesh(devices)
    digits = data.digits().train

    one = lambda learning_rate, seed: trained(digits, learning_rate, seed, task["epochs"])

    def run():
        return float(jnp.median(train.sweep(one, learning_rate=RATES, seed=SEEDS, mesh=mesh)))

    return run


def with_dlbook_loop(task):
    """A compiled call for each network, the same for all."""
    digits = data.digits().train

    def run():
        losses = [trained(digits, rate, seed, task["epochs"]) for rate, seed in product(RATES, SEEDS)]
        return float(np.median(jax.device_get(losses)))

    return run


def with_torch(task, threads=None):
    """PyTorch's usual loop, one network after the other."""
    peers.threads(threads)
    x, labels = data.digits().train
    begins = [network(seed) for seed in SEEDS]
    rows = [mlp.orders(key, len(x), BATCH)[: task["epochs"]] for _, key in begins]

    def one(rate, seed):
        how = {"optimizer": "sgd", "learning_rate": rate}
        return peers.torch_run(mlp.torch_network(begins[seed][0]), x, labels, rows[seed], how)()

    return lambda: float(np.median([one(rate, seed) for rate, seed in product(RATES, SEEDS)]))


def with_sklearn(task):
    """The search over scikit-learn's grid of parameters in two processes, without cross-validation or refit."""
    from joblib import Parallel, delayed
    from sklearn.model_selection import ParameterGrid

    x, labels = map(np.asarray, data.digits().train)
    points = ParameterGrid({"learning_rate_init": RATES, "random_state": SEEDS})
    job = delayed(sklearn_fit)

    def run():
        losses = Parallel(n_jobs=2)(job(x, labels, task["epochs"], **point) for point in points)
        return float(np.median(losses))

    return run


def sklearn_fit(x, labels, epochs, **point):
    """Train one MLPClassifier; return the loss of its last epoch."""
    import warnings

    from sklearn.neural_network import MLPClassifier

    how = dict(solver="sgd", batch_size=BATCH, alpha=0, momentum=0, tol=0, max_iter=epochs, n_iter_no_change=epochs + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged is the task
        return MLPClassifier(SIZES[1:-1], **how, **point).fit(x, labels).loss_


CONTENDERS = {
    "dlbook": with_dlbook,
    "dlbook, 2 devices": partial(with_dlbook, devices=2),
    "dlbook, loop": with_dlbook_loop,
    "torch, loop": with_torch,
    "torch, loop, 1 thread": partial(with_torch, threads=1),
    "scikit-learn": with_sklearn,
}


same_quality = partial(race.same_quality, "sweep", bands=BANDS)
