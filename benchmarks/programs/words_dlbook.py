"""The race `skip_gram` as a reader would write it with dlbook: the file of the text in, a file of vectors out."""

import sys

import jax.random as jr
import numpy as np

from dlbook import data
from dlbook.models import word2vec, word_blocks

given = np.load(sys.argv[1])
counts, text = given["counts"], word_blocks.Text(given["tokens"], given["sentences"])
start = word2vec.init(jr.key(0), len(counts), 100)
params = word_blocks.fit(start, text, data.noise(counts), given["keep"], key=jr.key(1), epochs=int(sys.argv[3]))
np.savez(sys.argv[2], words=params.words, outputs=params.outputs)
