"""A character model of 128 units on windows of 64: the same text, initial weights and order of batches for all."""

from functools import partial

import jax
import jax.random as jr
import numpy as np

from benchmarks import race
from dlbook.data import text
from dlbook.models import char_rnn
from dlbook.train import fit

STEPS, BATCH, EMBEDDING, HIDDEN, RATE = 64, 32, 64, 128, 3e-3
TASKS = [{"cell": cell, "batches": 40} for cell in ("lstm", "gru")]
PACKAGES = ["jax", "numpy", "torch"]
BANDS = {"torch": (-0.02, 0.02), "torch, 1 thread": (-0.02, 0.02)}  # relative to dlbook's
BLOCKS = {"lstm": (0, 1, 3, 2), "gru": (0, 1, 2)}  # PyTorch's order of our blocks of columns


def start(task):
    """Return the windows of text, the initial parameters and the key that orders the batches."""
    prose = text.prose(task["batches"] * BATCH * STEPS + 2 * STEPS)
    symbols = text.vocabulary(prose)
    windows = text.windows(symbols.encode(prose), STEPS + 1)[: task["batches"] * BATCH]
    params = char_rnn.init(
        jr.key(0), len(symbols.symbols), (HIDDEN,), embedding=EMBEDDING, cell=task["cell"], forget_bias=1.0
    )
    return windows, params, jr.key(1)


def order(key, samples):
    """Rows of each batch of the one epoch, as `train.fit` draws them from the same key."""
    rows = jr.permutation(jr.split(jr.fold_in(key, 0))[0], samples)
    return np.asarray(rows[: samples // BATCH * BATCH].reshape(-1, BATCH))


def with_dlbook(task):
    """The package's own loop: one compiled call."""
    windows, params, key = start(task)

    def run():
        run = fit(char_rnn.loss, params, windows, key=key, learning_rate=RATE, epochs=1, batch_size=BATCH)
        return float(jax.block_until_ready(run).loss[0, -10:].mean())

    return run


def with_torch(task, threads=None):
    """PyTorch, eager, the usual loop, on as many threads as it chooses or on `threads`."""
    import torch

    torch.set_num_threads(threads or torch.get_num_threads())
    windows, params, key = start(task)
    batches = torch.from_numpy(np.array(windows, "int64")[order(key, len(windows))])

    def run():
        parts = table, layer, output = _torch_model(torch, params, task["cell"])
        optimizer = torch.optim.Adam([p for part in parts for p in part.parameters()], lr=RATE)
        losses = []
        for batch in batches:
            optimizer.zero_grad()
            hs, _ = layer(table(batch[:, :-1].T))
            scores = output(hs).reshape(-1, table.num_embeddings)
            loss = torch.nn.functional.cross_entropy(scores, batch[:, 1:].T.reshape(-1))
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return float(sum(losses[-10:]) / 10)

    return run


def _torch_model(torch, params, cell):
    """Embedding, recurrent layer and output with our initial weights."""
    ours, order = params.layers[0], BLOCKS[cell]
    tensor = lambda a: torch.from_numpy(np.array(a))
    blocks = lambda a: np.concatenate([np.split(np.asarray(a), len(order), axis=-1)[k] for k in order], axis=-1)
    table = torch.nn.Embedding(*params.table.shape)
    layer = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell](EMBEDDING, HIDDEN)
    output = torch.nn.Linear(HIDDEN, len(params.table))
    with torch.no_grad():
        table.weight.copy_(tensor(params.table))
        layer.weight_ih_l0.copy_(tensor(blocks(ours.wx).T))
        layer.weight_hh_l0.copy_(tensor(blocks(ours.wh).T))
        layer.bias_ih_l0.copy_(tensor(blocks(ours.b)))
        layer.bias_hh_l0.zero_()
        output.weight.copy_(tensor(params.output.w.T))
        output.bias.copy_(tensor(params.output.b))
    return table, layer, output


CONTENDERS = {
    "dlbook": with_dlbook,
    "torch": with_torch,
    "torch, 1 thread": lambda task: with_torch(task, threads=1),
}


same_quality = partial(race.same_quality, "lstm", bands=BANDS)
