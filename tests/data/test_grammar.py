from collections import Counter

import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data.grammar import _BAD, _GOOD, PAIRS, TAGS, opinions, padded, related_words, tagged_sentences


def test_a_pair_shares_its_topic_and_a_side_its_company():
    """Counted: the difference of the two of a pair is the same for all pairs of a relation."""
    sentences = related_words(jr.key(0), 15_000)
    company = {word: Counter() for pairs in PAIRS.values() for pair in pairs for word in pair}
    for sentence in sentences:
        (word,) = company.keys() & set(sentence)
        company[word].update(set(sentence) - {word})
    others = sorted({other for counter in company.values() for other in counter})
    vector = {w: np.array([c[o] for o in others]) / c.total() for w, c in company.items()}
    for pairs in PAIRS.values():
        (a, b), *rest = pairs
        for c, d in rest:
            nearest = min(vector, key=lambda w: np.linalg.norm(vector[w] - (vector[b] - vector[a] + vector[c])))
            assert nearest == d


def test_ambiguous_words_have_several_tags_and_every_word_has_one():
    words, tags = tagged_sentences(jr.key(0), 3000)
    assert all(len(w) == len(t) for w, t in zip(words, tags, strict=True))
    seen = {}
    for sentence, labels in zip(words, tags, strict=True):
        for word, tag in zip(sentence, labels, strict=True):
            seen.setdefault(word, set()).add(tag)
    assert seen["light"] == {"ADJ", "NOUN", "VERB"} and seen["watch"] == {"NOUN", "VERB"}
    assert seen["dog"] == {"NOUN"} and set().union(*seen.values()) == set(TAGS)


def test_the_word_after_light_decides_what_it_is():
    """After an article the past leaves it open: a reader of both directions knows more."""
    words, tags = tagged_sentences(jr.key(1), 2000)
    found = {(tags[s][k], tags[s][k + 1]) for s in range(2000) for k in range(1, len(words[s]) - 1)
             if words[s][k] == "light" and tags[s][k - 1] == "DET"}  # fmt: skip
    assert {tag for tag, _ in found} == {"ADJ", "NOUN"}
    assert {after for tag, after in found if tag == "ADJ"} <= {"ADJ", "NOUN"}
    assert not {after for tag, after in found if tag == "NOUN"} & {"ADJ", "NOUN"}


def test_counting_words_does_not_tell_praise_from_blame():
    sentences, labels = opinions(jr.key(0), 4000)
    assert np.mean(labels) == 0.5
    shares = {word: np.mean([label for s, label in zip(sentences, labels, strict=True) if word in s])
              for word in {*_GOOD, *_BAD, "not"}}  # fmt: skip
    assert max(abs(share - 0.5) for share in shares.values()) < 0.08


def test_the_verdict_is_what_follows_but():
    for sentence, label in zip(*opinions(jr.key(1), 200), strict=True):
        verdict = sentence[sentence.index("but") + 1 :]
        good = verdict[0] in _GOOD or (verdict[0] == "not" and verdict[1] in _BAD)
        assert good == bool(label)


def test_shorter_sentences_are_filled_up():
    rows = [jnp.array([3, 4, 5]), jnp.array([6])]
    assert padded(rows, 4).tolist() == [[3, 4, 5, 0], [6, 0, 0, 0]]
    assert padded(rows, before=True, fill=9).tolist() == [[3, 4, 5], [9, 9, 6]]


def test_says_what_is_wrong():
    with pytest.raises(ValueError, match="padded: length must lie between 3 and inf, got 2"):
        padded([[1, 2, 3]], 2)
    for corpus in (related_words, tagged_sentences, opinions):
        with pytest.raises(ValueError, match=f"{corpus.__name__}: samples must be finite and above 0, got 0"):
            corpus(jr.key(0), 0)
