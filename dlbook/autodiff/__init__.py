"""Automatic differentiation of single numbers, in plain Python.

A `Value` is a number that remembers from which operands it was computed, and how.  An expression therefore leaves a
graph behind: its values are the nodes, and from each operand an edge leads to the result, with the derivative of the
result by that operand on it.  Two short loops over these edges give derivatives: `Value.backward` those of one result
by every node, `tangents` those of every node by one input.  `trace` plays the sweeps step by step.
"""

from dlbook.autodiff.sweeps import Step, Trace, trace
from dlbook.autodiff.value import Value, order, tangents

__all__ = ["Step", "Trace", "Value", "order", "tangents", "trace"]
