"""Pure functions on arrays, each with its backward pass beside it.

Every op is a pair with one protocol::

    y = op(*arrays, **static)
    gradients = op_backward(dy, *arrays, **static)  # one for each array, None for integers

Arrays come first, in the order of the formula; whatever fixes a shape or a branch is a keyword.
The backward pass takes the op's inputs, not what the forward pass remembered, so that its
signature shows what it needs.

Letters of the shapes: n samples, t steps, d features, i/o units into and out of an affine map,
k classes, p pieces of a maxout unit, h hidden units.
"""
