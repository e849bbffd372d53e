"""A compiler from JAX functions to WebAssembly, for the figures that train in the reader's page.

What a function goes through, and the file to read for each step:

1. `module` traces it with JAX and names its arrays; `compile` and `link` are the way in;
2. `jaxpr` flattens the jaxpr and hands each primitive to its lowering;
3. `lower/` turns primitives into loops, one file for each family, with the help of
   `value` (arrays as recipes or strided views) and `builder` (where statements go);
4. `ir/` is the loop language that results (`expressions`, `statements`); `functions/` has
   e^x and its like, written in it;
5. `plan` gives each buffer an address, using memory again;
6. `emit` writes statements as machine code, `scalar` and `simd` expressions, one number or
   four at a time, `matmul` the matrix product;
7. `wasm` encodes the binary.

Nothing here knows about models, and nothing is ignored in silence: what cannot be
compiled is refused with the line of the function that asked for it.
"""
