import math

import numpy as np
import pytest

from dlbook.data import huffman_tree


def shortest(counts):
    """The least mean length of a code, by trying all ways to join two groups."""
    if len(counts) == 1:
        return 0
    costs = []
    for i in range(len(counts)):
        for j in range(i):
            rest = [n for k, n in enumerate(counts) if k not in (i, j)]
            costs.append(counts[i] + counts[j] + shortest((*rest, counts[i] + counts[j])))
    return min(costs)


@pytest.mark.parametrize("counts", [(1, 1), (5, 1, 2), (3, 3, 3, 3, 2), (8, 4, 2, 1, 1), (1, 9, 0, 5, 5)])
def test_no_code_is_shorter(counts):
    assert np.dot(huffman_tree(counts).lengths, counts) == shortest(counts)


def test_the_mean_length_is_within_one_bit_of_the_entropy():
    counts = [1000 // rank for rank in range(1, 200)]
    shares = np.array(counts) / sum(counts)
    entropy = -(shares * np.log2(shares)).sum()
    assert entropy <= np.dot(huffman_tree(counts).lengths, shares) < entropy + 1


def test_each_word_has_its_own_way_and_all_begin_at_the_root():
    tree = huffman_tree([7, 6, 5, 4, 3, 2, 1])
    ways = {tuple(way[way != 0].tolist()) for way in np.asarray(tree.turns)}
    assert len(ways) == 7
    assert not any(a != b and b[: len(a)] == a for a in ways for b in ways)
    assert set(np.asarray(tree.nodes)[:, 0].tolist()) == {5}
    assert math.isclose(sum(2.0 ** -len(way) for way in ways), 1)


def test_two_words_that_share_the_beginning_of_a_way_share_its_nodes():
    tree = huffman_tree([1] * 8)
    for a, b in np.ndindex(8, 8):
        same = np.cumprod(np.asarray(tree.turns[a] == tree.turns[b]))
        count = int(same.sum())
        assert (tree.nodes[a, : count + 1] == tree.nodes[b, : count + 1]).all()


@pytest.mark.parametrize("counts", [[3], [2, -1], []])
def test_bad_counts_are_refused(counts):
    with pytest.raises(ValueError, match="huffman_tree: counts must be at least two numbers from 0 on"):
        huffman_tree(counts)
