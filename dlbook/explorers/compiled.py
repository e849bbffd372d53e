"""The kernel as WebAssembly, for a page without Python: the module, where its arrays are, and what JAX computed.

The page writes the settings into the module's memory, calls it and reads the record.  Before it shows anything it
compares the first numbers, at the start setting, with the proof: numbers of the same function that JAX ran when the
book was built.
"""

import base64
import zlib

import jax
import jax.numpy as jnp
import numpy as np

from dlbook.explorers.record import entries
from dlbook.explorers.steps import Steps
from dlbook.live.module import Entry, Module, link

LIMIT = 64_000  # bytes of a module
FRAMES, SAMPLES = 3, 64  # what is compared: so many frames, so many numbers of an entry in each


def module(kernel, settings: dict, wanted: set[str]) -> Module:
    """Compile a function, as the entry point `call`, or `Steps`, as `init`, `step` and `draw`.

    Parameters
    ----------
    settings
        A value for each setting; the module's arrays are called `settings['name']`.
    wanted
        Entries of the record to compute; the arrays are called `record['name']`.
    """

    def chosen(record) -> dict:
        return {name: jnp.asarray(values) for name, values in entries(record).items() if name in wanted}

    if not isinstance(kernel, Steps):
        return link(call=Entry(lambda settings: chosen(kernel(**settings)), (settings,), ("record",)))
    state = jax.eval_shape(kernel.begin, settings)
    return link(
        init=Entry(kernel.begin, (settings,), ("state",)),
        step=Entry(kernel.advance, (state, settings), ("state",)),
        draw=Entry(lambda state, settings: chosen(kernel.show(state, settings)), (state, settings), ("record",)),
    )


def pack(module: Module, settings: list[str], record: list[str]) -> dict:
    """Return the module as JSON: the deflated bytes, and place, type and shape of the arrays that the page needs."""
    arrays = {array["name"]: [array["offset"], array["dtype"], array["shape"]] for array in module.manifest["arrays"]}
    return {
        "wasm": base64.b64encode(zlib.compress(module.bytes, 9)).decode(),
        "settings": {name: arrays[f"settings['{name}']"] for name in settings},
        "record": {name: arrays[f"record['{name}']"] for name in record},
    }


def proof(record: dict[str, np.ndarray], moving: set[str]) -> dict:
    """Return numbers of the record, as JAX computed it.

    Parameters
    ----------
    moving
        Entries whose leading axis is frames: of these only the first frames are compared, because a long training
        carries the smallest difference in rounding to any size.
    """
    entries, values = [], []
    for name, array in record.items():
        rows = array[:FRAMES].reshape(min(len(array), FRAMES), -1) if name in moving else array.reshape(1, -1)
        every = -(-rows.shape[1] // SAMPLES)
        entries.append([name, len(rows), every])
        values.append(rows[:, ::every].astype("<f4").ravel())
    return {"entries": entries, "values": base64.b64encode(np.concatenate(values).tobytes()).decode()}
