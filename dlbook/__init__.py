"""The small library behind the book *Deep Learning, Executed*.

Read it in this order: `ops/affine`, `ops/activations`, `ops/losses`, `models/mlp`,
`train/optimizers`, `train/loop`.

============ ==================================================================
`ops`        pure functions on arrays, each with its backward pass beside it
`autodiff`   reverse mode on scalars in plain Python, its graph as data
`models`     compositions of ops: `init`, `apply`, `loss`
`history`    machines whose learning rule is not descent on a loss
`train`      optimisers, one training loop, sweeps; knows losses as functions
`data`       arrays scaled for training, split into train, valid and test
`viz`        figures from arrays
`live`       a compiler from JAX functions to WebAssembly
`explorers`  figures with controls, in a notebook and in the built page
`questions`  questions that check the reader's answer
`playground` a small network that the reader trains, made of all of the above
============ ==================================================================

Nothing is imported here: `from dlbook import data, train` loads what it names.
"""
