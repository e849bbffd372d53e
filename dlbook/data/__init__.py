"""Data sets, each scaled for training: real ones as a `Split`, made ones as a pair `(x, y)`.

`split` cuts a pair into a `Split`, so that every experiment learns from one
part, chooses by another and is judged on a third.
"""

from dlbook.data.augment import augment
from dlbook.data.contexts import Contexts, contexts, joined, keep_probability, noise, pairs, subsample
from dlbook.data.coverage import Coverage, coverage
from dlbook.data.digits import digits
from dlbook.data.earth_mover import earth_mover_distance
from dlbook.data.grammar import opinions, padded, related_words, tagged_sentences
from dlbook.data.huffman import Tree, huffman_tree
from dlbook.data.idx import labelled_images, mnist, read_idx
from dlbook.data.registry import fetch
from dlbook.data.sequences import adding_problem, copy_memory, recall
from dlbook.data.shapes import shapes
from dlbook.data.split import Split, split
from dlbook.data.text import Vocabulary, prose, sentences, vocabulary, windows
from dlbook.data.toy import (
    blobs,
    circles,
    grid_centres,
    grid_of_gaussians,
    house_prices,
    logic_gate,
    noisy_sine,
    ring_centres,
    ring_of_gaussians,
    spirals,
    two_moons,
    xor,
)

__all__ = [
    "Contexts",
    "Coverage",
    "Split",
    "Tree",
    "Vocabulary",
    "adding_problem",
    "augment",
    "blobs",
    "circles",
    "contexts",
    "copy_memory",
    "coverage",
    "digits",
    "earth_mover_distance",
    "fetch",
    "grid_centres",
    "grid_of_gaussians",
    "house_prices",
    "huffman_tree",
    "joined",
    "keep_probability",
    "labelled_images",
    "logic_gate",
    "mnist",
    "noise",
    "noisy_sine",
    "opinions",
    "padded",
    "pairs",
    "prose",
    "read_idx",
    "recall",
    "related_words",
    "ring_centres",
    "ring_of_gaussians",
    "sentences",
    "shapes",
    "spirals",
    "split",
    "subsample",
    "tagged_sentences",
    "two_moons",
    "vocabulary",
    "windows",
    "xor",
]
