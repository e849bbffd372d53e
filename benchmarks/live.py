"""Training in the browser: a network of two layers on the digits, the same weights, batches and order for all.

The browser's contenders run in headless Chromium, in a worker of a page on disk, as the book's figures do: on one
thread, because such a page may not share memory between threads.  Their times include a message to the worker and back.

* `dlbook`: the step, compiled by `dlbook.live`;
* `jax-scan`: the same function natively on the CPU, all steps in one jitted scan;
* `jax-step`: a Python loop round the jitted step;
* `tensorflow.js`, with either of its backends that needs no graphics card;
* `onnxruntime-web`: training was taken out of its releases in 2024, so that it can run a graph but not differentiate
  it.  It gets a graph with the backward pass written out, for the perceptron only.

The two libraries come from npm when the race runs, into `_build/race`; without npm they stay out.
"""

import atexit
import base64
import json
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jax import lax
from jaxtyping import Array

from benchmarks import mlp, onnx
from dlbook import data
from dlbook.live.module import Entry, Module, link
from dlbook.ops.activations import relu
from dlbook.ops.affine import affine
from dlbook.ops.losses import softmax_cross_entropy

ROOT = Path(__file__).parents[1]
BUILD, WORKERS = ROOT / "_build" / "race", Path(__file__).parent / "workers"
NPM = {"@tensorflow/tfjs": "4.22.0", "@tensorflow/tfjs-backend-wasm": "4.22.0", "onnxruntime-web": "1.30.0"}
FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
SIDE, CHANNELS, CLASSES = 8, 8, 10
TASKS = [
    {"network": "mlp", "batch_size": 32, "learning_rate": 0.1, "epochs": 20},
    {"network": "mlp", "batch_size": 128, "learning_rate": 0.1, "epochs": 20},
    {"network": "cnn", "batch_size": 32, "learning_rate": 0.1, "epochs": 5},
]
PACKAGES = ["jax", "numpy", "playwright"]
TOLERANCE = 5e-4  # equal to three digits


class Params(NamedTuple):
    """Weights and biases of both layers; the first is an affine map or a convolution."""

    w1: Array
    b1: Array
    w2: Array
    b2: Array


class State(NamedTuple):
    """A training under way: the parameters, the steps made, and the sum of the losses in the present epoch."""

    params: Params
    number: Array
    total: Array


def mlp_scores(params: Params, x):
    """Return the scores of a perceptron: :eq:`mlp-forward`."""
    return affine(relu(affine(x, params.w1, params.b1)), params.w2, params.b2)


def cnn_scores(params: Params, x):
    """Return the scores of a convolution by 3 × 3, ReLU, max-pooling by 2 × 2 and an affine map."""
    images, layout = x.reshape(-1, SIDE, SIDE, 1), ("NHWC", "HWIO", "NHWC")
    z = lax.conv_general_dilated(images, params.w1, (1, 1), "SAME", dimension_numbers=layout) + params.b1
    pooled = lax.reduce_window(relu(z), -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return affine(pooled.reshape(len(x), -1), params.w2, params.b2)


def mlp_params() -> Params:
    """Return the weights from which the race `mlp` starts."""
    (w1, b1), (w2, b2) = mlp.start()[1]
    return Params(w1, b1, w2, b2)


def cnn_params() -> Params:
    """Draw normal weights with He's deviation :eq:`he-initialisation`, and zero biases."""
    key_w1, key_w2 = jr.split(jr.key(0))
    features = CHANNELS * (SIDE // 2) ** 2
    w1 = jnp.sqrt(2 / 9) * jr.normal(key_w1, (3, 3, 1, CHANNELS))
    w2 = jnp.sqrt(2 / features) * jr.normal(key_w2, (features, CLASSES))
    return Params(w1, jnp.zeros(CHANNELS), w2, jnp.zeros(CLASSES))


NETWORKS = {"mlp": (mlp_scores, mlp_params), "cnn": (cnn_scores, cnn_params)}


class Work(NamedTuple):
    """What all contenders are told: the function of one step and its arguments."""

    step: partial
    state: State
    x: Array
    labels: Array
    rows: Array
    learning_rate: Array

    @property
    def arguments(self) -> dict:
        """The arguments of `step`, by name."""
        return {name: value for name, value in self._asdict().items() if name != "step"}


def work(task: dict) -> Work:
    """Return the step and its arguments at the start; `rows[k]` are the samples of the batch of step k."""
    (x, labels), _, key = mlp.start()
    scores, params = NETWORKS[task["network"]]
    orders = mlp.orders(key, len(x), task["batch_size"])[: task["epochs"]]
    rows = jnp.asarray(orders.reshape(-1, task["batch_size"]), "int32")
    state = State(params(), jnp.int32(0), jnp.float32(0))
    return Work(partial(step, scores, batches(task)), state, x, labels, rows, jnp.float32(task["learning_rate"]))


def steps(task: dict) -> int:
    """Count the steps of one run."""
    return task["epochs"] * batches(task)


def batches(task: dict) -> int:
    """Count the steps of one epoch."""
    return len(data.digits().train[0]) // task["batch_size"]


def step(scores, batches, state: State, x, labels, rows, learning_rate) -> State:
    """Make one update with the next batch: :eq:`gradient-descent`."""
    chosen = rows[state.number]
    loss = lambda params: softmax_cross_entropy(scores(params, x[chosen]), labels[chosen])
    value, grads = jax.value_and_grad(loss)(state.params)
    params = jax.tree.map(lambda p, g: p - learning_rate * g, state.params, grads)
    before = jnp.where(state.number % batches == 0, 0, state.total)
    return State(params, state.number + 1, before + value)


def with_jax_scan(task):
    """The whole run in one compiled call."""
    (step, state, *arguments), length, share = work(task), steps(task), batches(task)

    @jax.jit
    def train(state, *arguments):
        return lax.scan(lambda state, _: (step(state, *arguments), None), state, None, length=length)[0]

    return lambda: float(train(state, *arguments).total) / share


def with_jax_step(task):
    """A compiled call for each step."""
    (step, start, *arguments), length, share = work(task), steps(task), batches(task)
    compiled = jax.jit(step)

    def run():
        state = start
        for _ in range(length):
            state = compiled(state, *arguments)
        return float(state.total) / share

    return run


def compiled(job: Work) -> Module:
    """Compile the step for the page."""
    call = lambda state, x, labels, rows, learning_rate: job.step(state, x, labels, rows, learning_rate)
    return link(step=Entry(call, tuple(job.arguments.values()), ("state",)))


def with_dlbook(task):
    """The package's compiler: the step is called in a loop inside the module."""
    job = work(task)
    module = compiled(job)
    arrays = {
        name + jax.tree_util.keystr(path): leaf
        for name, value in job.arguments.items()
        for path, leaf in jax.tree_util.tree_flatten_with_path(value)[0]
    }
    return in_chromium("dlbook", task, arrays, {"module": module.bytes}, places=module.manifest["arrays"])


def with_tensorflow(backend, task):
    """TensorFlow.js with one of its backends."""
    package = installed("@tensorflow/tfjs")
    binary = installed("@tensorflow/tfjs-backend-wasm") / "dist"
    libraries = [package / "dist" / "tf.min.js", binary / "tf-backend-wasm.min.js"]
    files = {"binary": (binary / "tfjs-backend-wasm-simd.wasm").read_bytes()}
    return in_chromium("tensorflow", task, peer_arrays(task), files, libraries, backend=backend)


def with_onnxruntime(task):
    """onnxruntime-web with its WebAssembly backend."""
    package = installed("onnxruntime-web") / "dist"
    arrays = peer_arrays(task)
    files = {
        "model": onnx.mlp_step(arrays, task["batch_size"]),
        "glue": (package / "ort-wasm-simd-threaded.mjs").read_bytes(),
        "binary": (package / "ort-wasm-simd-threaded.wasm").read_bytes(),
    }
    return in_chromium("onnxruntime", task, arrays, files, [package / "ort.wasm.min.js"])


def peer_arrays(task: dict) -> dict[str, np.ndarray]:
    """Return parameters, data and order of the batches; the labels as rows of the unit matrix."""
    job = work(task)
    targets = jax.nn.one_hot(job.labels, CLASSES)
    arrays = job.state.params._asdict() | {"x": job.x, "targets": targets, "rows": job.rows}
    return {name: np.asarray(array) for name, array in (arrays | {"learning_rate": job.learning_rate}).items()}


def in_chromium(script: str, task: dict, arrays: dict, files: dict[str, bytes], libraries=(), **more):
    """Write the page of a contender, open it in a browser of its own, and return `run`.

    Parameters
    ----------
    script
        Name of the worker's script, which follows the `libraries`.
    arrays, files
        Arrays and bytes that the page carries.
    """
    packed = {
        name: {"dtype": str(a.dtype), "shape": a.shape, "values": base64.b64encode(a.tobytes()).decode()}
        for name, a in ((name, np.asarray(array)) for name, array in arrays.items())
    }
    told = task | {"arrays": packed, "steps": steps(task), "batches": batches(task), **more}
    told["files"] = {name: base64.b64encode(content).decode() for name, content in files.items()}
    scripts = [*libraries, WORKERS / f"{script}.js", WORKERS / "worker.js"]
    sources = [path.read_text("utf-8") + "\n" for path in scripts]
    page = open_page(write_page(script, {"sources": sources, "task": told}))
    page.evaluate("ask({ task })")
    return lambda: page.evaluate("ask({})")


def write_page(name: str, content: dict) -> Path:
    """Write a page that carries `content` and starts its worker."""
    BUILD.mkdir(parents=True, exist_ok=True)
    packed = json.dumps(content).replace("<", "\\u003c")
    scripts = (
        f'<script type="application/json">{packed}</script><script>{(WORKERS / "page.js").read_text("utf-8")}</script>'
    )
    path = BUILD / f"{name}.html"
    path.write_text(f'<!doctype html><meta charset="utf-8"><title>{name}</title>{scripts}', "utf-8")
    return path


def open_page(path: Path):
    """Open a page from disk, with the network cut; the browser closes with this process."""
    from playwright.sync_api import sync_playwright

    if not chromium():
        raise OSError("live: no Chromium on this machine; install it (Debian: apt install chromium).")
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    page = playwright.chromium.launch(executable_path=chromium(), args=FLAGS).new_context(offline=True).new_page()
    page.set_default_timeout(0)
    page.goto(path.as_uri())
    return page


def chromium() -> str | None:
    """Return the path of the browser, if there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def installed(package: str) -> Path:
    """Return the folder of a package, which npm installs where its pinned version is missing."""
    folder = BUILD / "node_modules" / package
    if not _has(package):
        pinned = [f"{name}@{version}" for name, version in NPM.items()]
        call = ["npm", "install", "--prefix", str(BUILD), "--ignore-scripts", "--no-audit", "--no-fund", *pinned]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode:
            raise OSError(f"live: npm could not install {', '.join(pinned)}:\n{done.stderr}")
    return folder


def _has(package: str) -> bool:
    about = BUILD / "node_modules" / package / "package.json"
    return about.exists() and json.loads(about.read_text("utf-8"))["version"] == NPM[package]


CONTENDERS = {
    "dlbook": with_dlbook,
    "jax-scan": with_jax_scan,
    "jax-step": with_jax_step,
    "tensorflow.js, cpu": partial(with_tensorflow, "cpu"),
    "tensorflow.js, wasm": partial(with_tensorflow, "wasm"),
    "onnxruntime-web": with_onnxruntime,
}


def contenders(task: dict) -> list[str]:
    """Return the names of those that can run a task here."""
    able = [name for name in CONTENDERS if name != "onnxruntime-web" or task["network"] == "mlp"]
    from_npm = shutil.which("npm") or all(map(_has, NPM))
    return [name for name in able if from_npm or name in ("dlbook", "jax-scan", "jax-step")]


def versions() -> dict[str, str]:
    """Return the versions of what is no Python package."""
    told = subprocess.run([chromium(), "--version"], capture_output=True, text=True, check=True).stdout
    return NPM | {"chromium": told.strip()}


def same_quality(losses: dict) -> None:
    """Raise unless all contenders end at the same loss, so that the race is fair."""
    for name, loss in losses.items():
        if not abs(loss / losses["jax-scan"] - 1) <= TOLERANCE:
            raise AssertionError(f"live: {name} ends at a loss of {loss:.5g}, jax-scan at {losses['jax-scan']:.5g}.")
