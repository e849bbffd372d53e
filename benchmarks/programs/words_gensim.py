"""The race `skip_gram` as a reader would write it with gensim: the file of the text in, a file of vectors out."""

import sys

import numpy as np
from gensim.models import Word2Vec

given = np.load(sys.argv[1])
ends = np.flatnonzero(np.diff(given["sentences"])) + 1
sentences = [part.tolist() for part in np.split(given["tokens"].astype(str), ends)]
model = Word2Vec(
    sentences,
    vector_size=100,
    window=5,
    negative=5,
    sample=1e-3,
    min_count=1,
    sg=1,
    seed=1,
    workers=2,
    epochs=int(sys.argv[3]),
    alpha=0.025,
    min_alpha=1e-4,
)
rows = [model.wv.key_to_index[str(word)] for word in range(len(given["counts"]))]
np.savez(sys.argv[2], words=model.wv.vectors[rows], outputs=model.syn1neg[rows])
