"""Codes of words in bits, short for frequent words :cite:`huffman1952method`: a tree with the words as its leaves."""

import heapq
import itertools
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int


class Tree(NamedTuple):
    """The way from the root to each word; inner nodes are numbered 0 to v - 2, the root is the last.

    Attributes
    ----------
    nodes
        The inner nodes on the way, 0 after its end.
    turns
        What is done at each: +1 to the left, -1 to the right, 0 after the end.
    """

    nodes: Int[Array, "v l"]
    turns: Int[Array, "v l"]

    @property
    def lengths(self) -> Int[Array, " v"]:
        """Turns on the way to each word: the length of its Huffman code, in bits."""
        return jnp.abs(self.turns).sum(1)


def huffman_tree(counts) -> Tree:
    """Join the two rarest again and again, until one tree is left.

    Parameters
    ----------
    counts
        How often each word stands in the text.

    Raises
    ------
    ValueError
        If there are fewer than two words, or a count is below 0.

    Notes
    -----
    No other code of the words in bits has a smaller mean length over the text; it is less than the
    entropy of the words plus 1.

    Examples
    --------
    >>> huffman_tree([5, 1, 2]).lengths.tolist()
    [1, 2, 2]
    """
    counts = np.asarray(counts)
    if len(counts) < 2 or counts.min() < 0:
        raise ValueError(f"huffman_tree: counts must be at least two numbers from 0 on, got {counts}.")
    heap = [(int(n), word) for word, n in enumerate(counts)]
    heapq.heapify(heap)
    above = {}  # word or inner node (numbered on after the words) -> its parent, and the turn that leads down to it
    for node in itertools.count(len(counts)):
        (m, left), (n, right) = heapq.heappop(heap), heapq.heappop(heap)
        above[left], above[right] = (node, 1), (node, -1)
        if not heap:
            break
        heapq.heappush(heap, (m + n, node))
    ways = [_way(word, above, len(counts)) for word in range(len(counts))]
    length = max(map(len, ways))
    padded = np.array([way + [(0, 0)] * (length - len(way)) for way in ways], "int32")
    return Tree(jnp.asarray(padded[:, :, 0]), jnp.asarray(padded[:, :, 1]))


def _way(word, above, words) -> list[tuple[int, int]]:
    """Inner nodes and turns from the root to a word."""
    way = []
    while word in above:
        word, turn = above[word]
        way.append((word - words, turn))
    return way[::-1]
