"""Continuous bag of words with negative sampling: 100 features, window 5, all as in the race of skip-gram.

gensim gives the whole gradient of the mean vector to each of the words that it is the mean of, where dlbook gives each
its share, so that dlbook takes larger steps.
"""

from functools import partial

import jax.random as jr

from benchmarks import race, skip_gram
from dlbook import data
from dlbook.models import word2vec

RATES = (0.05, 2e-4)  # dlbook's
TASKS, PACKAGES, REPEATS = skip_gram.TASKS, skip_gram.PACKAGES, skip_gram.REPEATS
BANDS = {"gensim, 1 worker": (-0.03, 0.05), "gensim, 2 workers": (-0.03, 0.05)}  # relative to dlbook's


def loss(params, task):
    """The loss of negative sampling on every fiftieth sentence, the same words and negatives for all."""
    vocabulary, sentences = skip_gram.corpus(task["words"])
    found = data.contexts(sentences[::50], window=skip_gram.WINDOW)
    batch, noise = (found.around, found.known, found.words), data.noise(vocabulary.counts)
    return float(word2vec.negative_loss(params, batch, jr.key(2), noise, negatives=skip_gram.NEGATIVES))


CONTENDERS = {
    "dlbook": partial(skip_gram.with_dlbook, model="cbow", rates=RATES, loss=loss),
    "gensim, 1 worker": partial(skip_gram.with_gensim, workers=1, sg=0, loss=loss),
    "gensim, 2 workers": partial(skip_gram.with_gensim, workers=2, sg=0, loss=loss),
}


same_quality = partial(race.same_quality, "cbow", bands=BANDS)
