import subprocess
import sys

import jax.numpy as jnp
import numpy as np
import pytest

from dlbook.data import text
from dlbook.data.text import vocabulary, windows


def test_text_comes_back_from_its_numbers():
    letters = vocabulary("a bad cab")
    assert "".join(letters.decode(letters.encode("dab cab"))) == "dab cab"
    assert letters.symbols == ("a", " ", "b", "c", "d") and letters.counts == (3, 2, 2, 1, 1)


def test_words_that_are_rare_share_one_number():
    words = vocabulary("to be or not to be".split(), least=2, unknown="?")
    assert words.symbols == ("?", "be", "to") and words.counts == (2, 2, 2)
    assert words.encode("to do".split()).tolist() == [2, 0]


def test_windows_overlap_by_the_token_that_one_predicts_and_the_next_reads():
    np.testing.assert_array_equal(windows(jnp.arange(8), 3), [[0, 1, 2], [2, 3, 4], [4, 5, 6]])
    np.testing.assert_array_equal(windows(jnp.arange(5), 2, step=2), [[0, 1], [2, 3]])
    assert windows(jnp.arange(5), 5).shape == (1, 5)


def test_prose_is_english_in_few_characters():
    prose = text.prose(30_000)
    assert 30_000 <= len(prose) < 31_000 and set(prose) <= set(text.CHARACTERS)
    words = prose.lower().split()
    assert words.count("the") > 0.04 * len(words)  # as in English
    for mark in (">>>", "``", ":param", "---"):
        assert mark not in prose


def test_sentences_are_words_and_none_comes_twice_in_prose():
    sentences = text.sentences(5000)
    assert 5000 <= sum(map(len, sentences)) < 5100
    assert all(word.isalpha() and word.islower() for sentence in sentences for word in sentence)
    first = list(text.prose(20_000).split(". "))
    assert len(set(first)) > 0.97 * len(first)


def test_another_process_harvests_the_same():
    program = "from dlbook.data import text; print(text.prose(20_000), end='')"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert other.stdout == text.prose(20_000)


def test_the_text_is_the_same_under_each_version_of_python():
    assert all("distutils" not in file.parts for file in text._files("numpy"))


def test_mark_up_goes_and_prose_stays():
    docstring = """Return a :func:`~numpy.sum` of *things*.

    Parameters
    ----------
    axis : int
        The axis to sum along [1]_.  It may
        be negative.

    >>> code()
    1
    """
    assert list(text._paragraphs(__import__("inspect").cleandoc(docstring))) == [
        "Return a numpy.sum of things.",
        "Parameters",
        "The axis to sum along. It may be negative.",
        "1",
    ]


@pytest.mark.parametrize("sentence, english", [
    ("Return the sum of two arrays.", True),
    ("Return x+1 if y==2 else z[3].", False),
    ("Too short this.", False),
    ("starts in the middle of a sentence.", False),
    ("It ends where no stop is", False),
])  # fmt: skip
def test_sentences_are_told_from_code(sentence, english):
    assert text._is_english(sentence) == english


def test_says_what_is_wrong(monkeypatch):
    letters = vocabulary("abc")
    with pytest.raises(ValueError, match="Vocabulary.encode: 'd' is not among the 3 symbols"):
        letters.encode("bad")
    with pytest.raises(ValueError, match="Vocabulary.decode: tokens must lie between 0 and 2, got 3"):
        letters.decode(jnp.array([3]))
    with pytest.raises(ValueError, match="vocabulary: no symbol stands 2 times or more among the 3"):
        vocabulary("abc", least=2)
    with pytest.raises(ValueError, match="windows: length must lie between 2 and 4, got 5"):
        windows(jnp.arange(4), 5)
    monkeypatch.setattr(text, "PACKAGES", ("jaxtyping",))
    with pytest.raises(ValueError, match="prose: characters must be at most the [0-9]+ that are installed"):
        text.prose(10**9)
    monkeypatch.setattr(text, "PACKAGES", ("no_such_package",))
    with pytest.raises(OSError, match="the package no_such_package is not installed"):
        text.prose(10)
