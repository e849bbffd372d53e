"""Control flow: loops and branches whose bodies are jaxprs of their own.

What a loop carries lives in fixed memory and is updated in place at the end of each
round (`Builder.assign_all` finds an order in which nothing is overwritten too early).
"""

from dlbook.live.ir.expressions import Position, select
from dlbook.live.jaxpr import lower, lowers
from dlbook.live.lower.reduction import reduce
from dlbook.live.value import Computed, Value, pick


@lowers("scan", hints=("linear", "unroll", "_split_transpose", "ft_out"), keys=True)
def scan(build, out, *operands, jaxpr, length, reverse, num_consts=0, num_carry=0, ft_in=None):
    """Run the body for each entry of the sequences; results are written to their places in memory.

    Constants and carry come first among the operands: how many of each, JAX says by two
    numbers or, in later releases, by `ft_in`, a tree with a branch for each of the three groups.
    """
    if ft_in is not None:
        num_consts, num_carry, _ = map(len, ft_in.unpack())
    consts = [build.reusable(value) for value in operands[:num_consts]]
    carry = [build.duplicate(value) for value in operands[num_consts : num_consts + num_carry]]
    xs = [build.reusable(value) for value in operands[num_consts + num_carry :]]
    ys = [build.allocate(*spec) for spec in out[num_carry:]]
    with build.loop(length) as step:
        index = step * -1 + (length - 1) if reverse else step
        results = lower(build, jaxpr, [*consts, *carry, *(pick(x, 0, index) for x in xs)])
        for y, value in zip(ys, results[num_carry:], strict=True):
            build.copy(pick(y, 0, index), value)
        build.assign_all(carry, results[:num_carry])
    return [*carry, *ys]


@lowers("while", keys=True)
def while_(build, out, *operands, cond_jaxpr, body_jaxpr, cond_nconsts, body_nconsts):
    """Repeat while the condition holds; under `vmap` it has an axis, and those that are done stay as they are."""
    constants = [build.reusable(value) for value in operands[: cond_nconsts + body_nconsts]]
    cond_consts, body_consts = constants[:cond_nconsts], constants[cond_nconsts:]
    carry = [build.duplicate(value) for value in operands[cond_nconsts + body_nconsts :]]
    going = []

    def condition():
        (value,) = lower(build, cond_jaxpr, [*cond_consts, *carry])
        going[:] = [build.materialize(value) if value.shape else value]
        return reduce(build, going[0], range(len(value.shape)), "or").at([])

    with build.repeat_while(condition):
        results = lower(build, body_jaxpr, [*body_consts, *carry])
        if going[0].shape:
            results = [where(going[0], new, old) for new, old in zip(results, carry, strict=True)]
        build.assign_all(carry, results)
    return carry


def where(condition: Value, new: Value, old: Value) -> Computed:
    """Choose by a condition on the leading axes."""
    rank = len(condition.shape)
    return Computed(
        new.shape, new.kind, lambda p: select(condition.at(p[:rank]), new.at(p), old.at(p)), new.cost + old.cost + 1
    )


@lowers("cond", keys=True)
def cond(build, out, which, *operands, branches):
    """Run the branch that the index, clamped, selects; the others are skipped."""
    operands = [build.reusable(value) for value in operands]
    targets = [build.allocate(*spec) for spec in out]
    chosen = build.clamped(which.at([]), len(branches) - 1)
    for number, branch in enumerate(branches):
        with build.when(Position(chosen).equals(number)):
            for target, value in zip(targets, lower(build, branch, operands), strict=True):
                build.copy(target, value)
    return targets
