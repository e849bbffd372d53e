"""Made sentences whose meaning is known: for taggers, for readers of opinions, and for word vectors.

Each corpus is drawn by a small grammar.  So it is known what there is to learn, and that nothing else helps.
"""

from typing import NamedTuple

import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jaxtyping import Array, Int, PRNGKeyArray

from dlbook import checks

Corpus = list[list[str]]

PAIRS = {  # each relation joins the first to the second of every pair in the same way
    "gender": (("king", "queen"), ("man", "woman"), ("prince", "princess"), ("father", "mother"), ("boy", "girl")),
    "capital": (("france", "paris"), ("italy", "rome"), ("japan", "tokyo"), ("egypt", "cairo"), ("norway", "oslo")),
    "young": (("dog", "puppy"), ("cat", "kitten"), ("cow", "calf"), ("horse", "foal"), ("sheep", "lamb")),
    "past": (("walk", "walked"), ("play", "played"), ("cook", "cooked"), ("work", "worked"), ("rest", "rested")),
}
# What is said of the first, what is said of the second, and what is said of a pair, whichever of the two it is.
_SAID = {
    "gender": (("he", "his", "beard"), ("she", "her", "dress")),
    "capital": (("border", "parliament", "nation"), ("street", "mayor", "city")),
    "young": (("grown", "old", "strong"), ("tiny", "newborn", "playful")),
    "past": (("today", "now", "daily"), ("yesterday", "before", "once")),
}
_TOPICS = {
    "gender": ("throne crown", "office car", "castle ball", "family house", "school toys"),
    "capital": ("wine cheese", "pasta ruins", "sushi temple", "desert pyramid", "fjord snow"),
    "young": ("bark bone", "purr mouse", "milk meadow", "saddle gallop", "wool shepherd"),
    "past": ("road shoes", "game team", "kitchen soup", "factory tools", "sofa sleep"),
}

TAGS = ("DET", "ADJ", "NOUN", "VERB", "ADV", "PREP", "PRON")
_WORDS = {
    "DET": "the a every this",
    "ADJ": "old small red quiet light cold",
    "NOUN": "dog house teacher river light watch play walk",
    "VERB": "sees likes finds watch play walk light",
    "ADV": "quickly often today",
    "PREP": "in near with",
    "PRON": "they we you",
}
_PHRASES = ("DET NOUN", "DET ADJ NOUN", "PRON", "DET ADJ ADJ NOUN", "PRON")
_ENDINGS = ("", "ADV", "PREP DET NOUN", "PREP DET ADJ NOUN")

_GOOD, _BAD = "good great lovely warm clever".split(), "bad awful boring cold silly".split()
_THINGS = "film story soup hotel song".split()


class Tagged(NamedTuple):
    """Sentences, and the part of speech of each of their words."""

    words: Corpus
    tags: Corpus


def related_words(key: PRNGKeyArray, samples: int) -> Corpus:
    """Draw sentences in which the words of `PAIRS` stand where their meaning puts them.

    A pair shares its topic (crown, bone, wine), and the first or second of every pair of a relation shares
    what is said of it (he, his, beard; she, her, dress).  So a word is known by its company, and the
    difference between the two of a pair is the same for all pairs of a relation.

    Raises
    ------
    ValueError
        If there is no sample.
    """
    checks.positive("related_words", "samples", samples)
    draw = _draws(key, samples, 6)
    return [_related(*row) for row in draw]


def tagged_sentences(key: PRNGKeyArray, samples: int) -> Tagged:
    """Draw sentences with the part of speech of each word.

    The words watch, play, walk and light have two or three parts of speech each; what they are in a
    sentence depends on the words before and after: in "the light" alone it is open whether a noun
    follows, and "light" is an adjective, or a verb follows, and it is a noun.

    Raises
    ------
    ValueError
        If there is no sample.
    """
    checks.positive("tagged_sentences", "samples", samples)
    tags = [_clause(row) for row in _draws(key, samples, 16)]
    words = [[_pick(_WORDS[tag].split(), number) for tag, number in sentence] for sentence in tags]
    return Tagged(words, [[tag for tag, _ in sentence] for sentence in tags])


def opinions(key: PRNGKeyArray, samples: int) -> tuple[Corpus, list[int]]:
    """Draw sentences that praise (1) or blame (0) a thing, half of each, where the order of the words decides.

    "Not" turns the word that follows, and what comes after "but" outweighs what came before it.  Every
    sentence names a good and a bad quality, so counting words says nothing.

    Raises
    ------
    ValueError
        If there is no sample.
    """
    checks.positive("opinions", "samples", samples)
    labels = [number % 2 for number in range(samples)]
    return [_opinion(row, bool(label)) for row, label in zip(_draws(key, samples, 6), labels, strict=True)], labels


def padded(sentences: list, length: int | None = None, *, fill: int = 0, before: bool = False) -> Int[Array, "n t"]:
    """Return lists of tokens as rows of one array, filled up with `fill` behind (or before) the shorter ones.

    Raises
    ------
    ValueError
        If a list is longer than `length`.

    Examples
    --------
    >>> padded([jnp.array([3, 4]), jnp.array([5])], before=True).tolist()
    [[3, 4], [0, 5]]
    """
    longest = max(map(len, sentences), default=0)
    length = longest if length is None else length
    checks.in_range("padded", "length", length, longest, np.inf)
    rows = np.full((len(sentences), length), fill, "int32")
    for row, sentence in zip(rows, sentences, strict=True):
        row[length - len(sentence) if before else 0 :][: len(sentence)] = sentence
    return jnp.array(rows)


def _draws(key, samples, numbers) -> list[list[int]]:
    """Rows of numbers below 2520, which 1 to 10 divide: each picks fairly from up to ten things."""
    return np.asarray(jr.randint(key, (samples, numbers), 0, 2520)).tolist()


def _pick(options, number):
    return options[number % len(options)]


def _related(relation, pair, side, said, topic, form) -> list[str]:
    name = _pick(list(PAIRS), relation)
    place, which = pair % len(PAIRS[name]), side % 2
    word, company = PAIRS[name][place][which], _pick(_SAID[name][which], said)
    subject = _pick(_TOPICS[name][place].split(), topic)
    return _pick((["the", company, "of", word, subject], ["see", subject, word, "and", company]), form)


def _clause(row) -> list[tuple[str, int]]:
    """Subject, verb, object, ending: each tag with the number that picks its word."""
    subject, object_, ending, *numbers = row
    tags = f"{_pick(_PHRASES, subject)} VERB {_pick(_PHRASES, object_)} {_pick(_ENDINGS, ending)}".split()
    return list(zip(tags, numbers, strict=False))


def _opinion(row, praise) -> list[str]:
    """The second half decides; a quality of the other kind that is negated says the same as one of its own."""
    first, second, thing, negated, there, other = row
    good, bad, turned = _pick(_GOOD, first), _pick(_BAD, second), negated % 2
    verdict, concession = (good, bad) if praise else (bad, good)
    if turned:
        verdict, concession = ["not", concession], ["not", verdict]
    else:
        verdict, concession = [verdict], [concession]
    opening = _pick((["the", _pick(_THINGS, thing), "was"], ["i", "found", "the", _pick(_THINGS, thing)]), there)
    return [*opening, *concession, "but", *verdict, *([] if other % 2 else ["in", "the", "end"])]
