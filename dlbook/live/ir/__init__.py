"""The loop language: what a kernel looks like between JAX and WebAssembly.

Three small families of immutable nodes:

- an `Index` is an affine integer expression, such as `12 + 4 row + column`; every
  address is one, so that strides can be read off it;
- an `Expr` is a value without side effects.  Expressions are graphs, not trees: a
  node that is used twice is the same Python object and is computed once;
- a `Statement` stores into memory, sets a local variable, or repeats others.

Numbers have one of four kinds, each 32 bits wide in memory.  Nodes are compared by
identity, which makes sharing visible and comparison cheap.
"""
