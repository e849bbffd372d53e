"""Skip-gram with negative sampling, 100 features, window 5: the same text, vocabulary and thinning for all.

gensim draws its own start, windows, thinning and negatives, so its loss is compared within a band: the loss of negative
sampling on every fiftieth sentence, with negatives that are the same for all.
"""

from functools import cache, partial

import jax
import jax.numpy as jnp
import jax.random as jr

from benchmarks import race
from dlbook import data
from dlbook.models import word2vec, word_blocks

FEATURES, WINDOW, NEGATIVES, THRESHOLD, RATES = 100, 5, 5, 1e-3, (0.025, 1e-4)
TASKS = [{"words": 400_000, "epochs": 5}]
PACKAGES = ["jax", "numpy", "gensim"]
REPEATS = 1
BANDS = {"gensim, 1 worker": (-0.03, 0.03), "gensim, 2 workers": (-0.03, 0.03)}  # relative to dlbook's


@cache
def corpus(words):
    """Return the vocabulary of words that stand five times or more, and the sentences in their numbers."""
    told = data.sentences(words)
    vocabulary = data.vocabulary([word for sentence in told for word in sentence], least=5)
    place = {word: number for number, word in enumerate(vocabulary.symbols)}
    return vocabulary, [[place[word] for word in sentence if word in place] for sentence in told]


def keep(counts):
    """The thinning of the authors' program, which gensim copies; their paper has only the root."""
    share = jnp.asarray(counts) / sum(counts)
    return jnp.minimum(1, jnp.sqrt(THRESHOLD / share) + THRESHOLD / share)


def loss(params, task):
    """The loss of negative sampling, the same pairs and negatives for all."""
    vocabulary, sentences = corpus(task["words"])
    words, around = data.pairs(data.contexts(sentences[::50], window=WINDOW))
    batch = words[:, None], jnp.ones((len(words), 1), bool), around
    return float(word2vec.negative_loss(params, batch, jr.key(2), data.noise(vocabulary.counts), negatives=NEGATIVES))


def with_dlbook(task, model="skip-gram", rates=RATES, loss=loss):
    """The package's blocks: all epochs are one compiled call."""
    vocabulary, sentences = corpus(task["words"])
    text = word_blocks.Text(*data.joined(sentences))
    start = word2vec.init(jr.key(0), len(vocabulary.symbols), FEATURES)
    noise, stays = data.noise(vocabulary.counts), keep(vocabulary.counts)

    def run():
        how = dict(model=model, learning_rate=rates[0], last_rate=rates[1], epochs=task["epochs"])
        params = word_blocks.fit(start, text, noise, stays, key=jr.key(1), window=WINDOW, negatives=NEGATIVES, **how)
        return partial(loss, jax.block_until_ready(params), task)

    return run


def with_gensim(task, workers, sg=1, loss=loss):
    """gensim's compiled loops, in as many threads as `workers`."""
    from gensim.models import Word2Vec

    vocabulary, numbers = corpus(task["words"])
    sentences = [[vocabulary.symbols[number] for number in sentence] for sentence in numbers]
    how = dict(vector_size=FEATURES, window=WINDOW, negative=NEGATIVES, sample=THRESHOLD, min_count=1, sg=sg, seed=1)

    def run():
        model = Word2Vec(workers=workers, alpha=RATES[0], min_alpha=RATES[1], **how)
        model.build_vocab_from_freq(dict(zip(vocabulary.symbols, vocabulary.counts, strict=True)))
        model.train(sentences, total_examples=len(sentences), epochs=task["epochs"])
        rows = [model.wv.key_to_index[word] for word in vocabulary.symbols]
        params = word2vec.Params(jnp.asarray(model.wv.vectors[rows]), jnp.asarray(model.syn1neg[rows]))
        return partial(loss, params, task)

    return run


CONTENDERS = {
    "dlbook": with_dlbook,
    "gensim, 1 worker": partial(with_gensim, workers=1),
    "gensim, 2 workers": partial(with_gensim, workers=2),
}


same_quality = partial(race.same_quality, "skip_gram", bands=BANDS)
