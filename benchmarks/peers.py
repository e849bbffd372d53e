"""What the races of networks share: a mesh for `dlbook`, and the training loops of PyTorch and Keras.

Each run starts again from the same parameters, written into the same model, so that what was compiled stays valid.
"""

import os
from functools import partial

import jax
import numpy as np


def mesh(devices):
    """Return a mesh of so many devices made of the processor's cores, before JAX is first used; None for one."""
    if devices == 1:
        return None
    jax.config.update("jax_num_cpu_devices", devices)
    return jax.make_mesh((devices,), ("part",))


def threads(count=None):
    """Return PyTorch, on as many threads as it chooses by itself or on `count`."""
    import torch

    torch.set_num_threads(count or torch.get_num_threads())
    return torch


def tensors(tree):
    """Copy the arrays of a tree to PyTorch; integers become the 64-bit ones that it indexes with."""
    import torch

    copied = lambda a: np.array(a, "int64" if np.issubdtype(np.asarray(a).dtype, np.integer) else None)
    return jax.tree.map(lambda a: torch.from_numpy(copied(a)), tree)


def torch_update(loss, optimizer, compiled=False, **only):
    """Return the update by one batch in PyTorch's usual four lines.

    Parameters
    ----------
    loss
        From the arrays of a batch.
    compiled
        Let `torch.compile` translate the loss, its derivative and the optimizer's step.
    only
        Arguments of `backward`, such as the parameters that are differentiated by.
    """
    import torch

    step = optimizer.step
    if compiled:
        loss, step = torch.compile(loss, dynamic=False), torch.compile(step, dynamic=False)

    def update(*batch):
        optimizer.zero_grad()
        value = loss(*batch)
        value.backward(**only)
        step()
        return value.detach()

    return update


def torch_restart(net, *optimizers):
    """Return a function that writes the present parameters into `net` again and empties the optimizers' memory."""
    import torch

    begin = [p.detach().clone() for p in net.parameters()]

    @torch.no_grad()
    def restart():
        for p, value in zip(net.parameters(), begin, strict=True):
            p.copy_(value)
        for optimizer in optimizers:
            for memory in optimizer.state.values():
                [part.zero_() for part in memory.values() if torch.is_tensor(part)]

    return restart


def operations(run) -> int:
    """Count the operations that PyTorch dispatches in a run, forward and backward."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Counter(TorchDispatchMode):
        count = 0

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            self.count += 1
            return func(*args, **kwargs or {})

    with Counter() as counter:
        run()
    return counter.count


def torch_run(net, x, labels, rows, task, compiled=False):
    """Return the run that trains a classifier `net` in PyTorch's usual loop over the `rows` of each batch."""
    import torch

    x, labels, rows = tensors((x, labels, rows))
    make = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[task["optimizer"]]
    optimizer = make(net.parameters(), lr=task["learning_rate"])
    restart = torch_restart(net, optimizer)
    update = torch_update(lambda x, y: torch.nn.functional.cross_entropy(net(x), y), optimizer, compiled)

    def run():
        restart()
        for epoch in rows:
            total = sum(update(x[batch], labels[batch]) for batch in epoch)
        return float(total / len(rows[0]))

    return run


def keras_on_jax():
    """Return Keras with JAX below it, the engine of `dlbook`, so that only the loops differ."""
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    return keras


def keras_run(net, weights, x, labels, rows, task, last):
    """Return the run that trains `net` in Keras on the batches `rows`, one after the other.

    Its `fit` visits samples in the order of the arrays, so that they are put in the order of the batches beforehand.
    The mean loss of the `last` batches comes from a call of its own.
    """
    keras = keras_on_jax()
    make = {"sgd": keras.optimizers.SGD, "adam": partial(keras.optimizers.Adam, epsilon=1e-8)}[task["optimizer"]]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(make(task["learning_rate"]), loss)
    net.optimizer.build(net.trainable_variables)
    memory = [(variable, keras.ops.convert_to_numpy(variable)) for variable in net.optimizer.variables]
    parts = [(np.asarray(x)[r.ravel()], np.asarray(labels)[r.ravel()]) for r in (rows[:-last], rows[-last:])]

    def run():
        net.set_weights([np.asarray(w) for w in weights])
        for variable, value in memory:
            variable.assign(value)
        for part in parts:
            told = net.fit(*part, batch_size=rows.shape[1], shuffle=False, verbose=0)
        return told.history["loss"][0]

    return run
