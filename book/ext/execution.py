"""Execution of notebooks: outputs are as old as the code that made them, and a failed build is never forgotten.

The stock cache knows a page by its own cells only, so a page would keep the numbers of an older `dlbook`. Here the
cache lies in a folder named after a digest of all code that a page can call, that of installed packages by version.
"""

import hashlib
import os
import sys
from importlib.metadata import distributions
from pathlib import Path

from jupyter_client.manager import KernelManager
from sphinx.application import ENV_PICKLE_FILENAME

from book.contents import ROOT

EXECUTES = (  # what outputs depend on
    "dlbook/**/*.py book/claims/*.py book/claims/*.toml chapters/**/*.csv chapters/references.bib "
    "benchmarks/results/*.json book/ext/execution.py"
).split()
STATIC = "DLBOOK_STATIC"  # tells an explorer that no kernel will run behind the page
RENDERS = ["book/ext/*.py"]  # what a page made of the same outputs depends on


def digest(root: Path, patterns: list[str]) -> str:
    """Return a short name for the state of the files that match `patterns`."""
    state = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in root.glob(pattern)):
        state.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return state.hexdigest()[:12]


def page_cache(build: Path) -> str:
    """Return the folder of executed pages for the present state of the code and of the environment."""
    packages = sorted({f"{package.name} {package.version}" for package in distributions()})
    environment = hashlib.sha256("\n".join([sys.version, *packages]).encode()).hexdigest()[:6]
    return str(build / "cache" / f"pages-{digest(ROOT, EXECUTES)}-{environment}")


def choose_cache(app, config):
    """Name the cache after the code; with DLBOOK_ONLY=chapters/mlp/neuron execute that page alone."""
    config.nb_execution_cache_path = page_cache(Path(app.outdir).parent)
    if only := os.environ.get("DLBOOK_ONLY"):
        notebooks = (path.relative_to(app.srcdir).as_posix() for path in Path(app.srcdir).glob("chapters/**/*.ipynb"))
        config.nb_execution_excludepatterns = sorted(
            path for path in notebooks if Path(path).with_suffix("").as_posix() != only
        )


def forget_failures(app, exception):
    """Make the next build read every page again after a warning.

    Sphinx warns while it reads a page and reads only changed pages, so that a second build would pass in silence.
    """
    if app._warncount:
        Path(app.doctreedir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def setup(app):
    os.environ[STATIC] = "1"  # kernels inherit it: an explorer shows what works without a kernel
    KernelManager.transport_encryption.default_value = "auto"  # else every kernel prints a warning about it
    # Sphinx reads every page again when such a value changes, as it does for the cache's path
    app.add_config_value("render_digest", digest(ROOT, RENDERS), "env")
    app.connect("config-inited", choose_cache)
    app.connect("build-finished", forget_failures)
