"""The race `mlp` as a reader would write it with dlbook: the file of the data in, the loss of the last epoch out."""

import sys

import jax.random as jr
import numpy as np

from dlbook import train
from dlbook.models import mlp

given = np.load(sys.argv[1])
run = train.fit(
    mlp.loss,
    mlp.init(jr.key(0), (64, 64, 10)),
    (given["x"], given["labels"]),
    key=jr.key(1),
    learning_rate=0.1,
    optimizer=train.sgd,
    epochs=20,
    batch_size=32,
)
print(float(run.loss[-1].mean()))
