"""The small library behind the book *Deep Learning, Executed*.

Read it in this order: `ops/affine`, `ops/activations`, `ops/losses`, `models/mlp`,
`train/optimizers`, `train/loop`.

========== ==================================================================
`ops`       pure functions on arrays, each with its backward pass beside it
`models`    compositions of ops: `init`, `apply`, `loss`
`train`     optimisers, one training loop, sweeps; knows losses as functions
`data`      arrays scaled for training, split into train, valid and test
`viz`       figures from arrays
`live`      a compiler from JAX functions to WebAssembly
`explorers` figures with controls, in a notebook and in the built page
========== ==================================================================

Nothing is imported here: `from dlbook import data, train` loads what it names.
"""
