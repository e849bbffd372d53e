"""Compositions of ops.  A model is a module with `init`, `apply` and `loss`."""
