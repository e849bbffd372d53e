"""Run the chapters' notebooks and store their text outputs.

    python -m book.notebooks run [FILE ...]      execute in place, top to bottom, and clean
    python -m book.notebooks clean [FILE ...]    clean without executing
    python -m book.notebooks check [FILE ...]    list what is wrong, change nothing

Without a file, all notebooks of the chapters are meant. A clean notebook holds words and numbers, which the tests
compare with a new run, and no pictures, widgets or traces of the machine, so that a diff shows what has changed.
"""

import argparse
import os
import sys
from pathlib import Path

import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode, from_dict

from book.contents import ROOT

CHAPTERS = ROOT / "chapters"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEPT_CELL_METADATA = {"tags", "mystnb"}
KEPT_OUTPUTS = {"text/plain", "text/latex", "application/papermill.record/text/plain"}  # the last is written by glue,
KEPT_OUTPUT_METADATA = {"scrapbook"}  # and so is this: the name under which text cells show the value
CELL_TIMEOUT = 300  # seconds


KernelManager.transport_encryption.default_value = "auto"  # else every kernel prints a warning about it


def chapter_notebooks() -> list[Path]:
    """Return the notebooks of all chapters, without Jupyter's backups."""
    return sorted(path for path in CHAPTERS.glob("**/*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def run(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Execute all cells in a fresh kernel of the current environment, with `folder` as working directory."""
    notebook = from_dict(notebook)
    resources = {"metadata": {"path": str(folder)}}
    return NotebookClient(notebook, timeout=CELL_TIMEOUT, kernel_name="python3", resources=resources).execute()


def cleaned(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook with what a reader or a test needs, and nothing that changes from run to run."""
    metadata = METADATA | {key: value for key, value in notebook.metadata.items() if key == "mystnb"}
    cells = [_cleaned_cell(number, cell) for number, cell in enumerate(notebook.cells)]
    return from_dict({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def _cleaned_cell(number, cell):
    kept = {
        "id": f"cell-{number:02}",
        "cell_type": cell.cell_type,
        "metadata": {
            key: cell.metadata[key] for key in sorted(KEPT_CELL_METADATA & set(cell.metadata)) if cell.metadata[key]
        },
        "source": "\n".join(line.rstrip() for line in cell.source.strip().split("\n")),
    }
    if cell.cell_type == "code":
        kept |= {"execution_count": cell.execution_count, "outputs": _cleaned_outputs(cell.outputs)}
    return kept


def _cleaned_outputs(outputs):
    kept = []
    for output in outputs:
        match output.output_type:
            case "stream" if kept and kept[-1].get("name") == output.name:
                kept[-1]["text"] += output.text
            case "stream":
                kept.append({"output_type": "stream", "name": output.name, "text": output.text})
            case "error":
                kept.append({"output_type": "error", "ename": output.ename, "evalue": output.evalue, "traceback": []})
            case _ if data := {mime: output.data[mime] for mime in sorted(KEPT_OUTPUTS & set(output.data))}:
                metadata = {key: output.metadata[key] for key in KEPT_OUTPUT_METADATA & set(output.metadata)}
                kept.append(dict(output) | {"data": data, "metadata": metadata})
    return kept


def problems(notebook: NotebookNode) -> list[str]:
    """Return what cleaning cannot mend: cells never run or run out of order, errors, words on stderr."""
    found = []
    code = [(number, cell) for number, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for count, (number, cell) in enumerate(code, start=1):
        if not cell.source.strip():
            found.append(f"cell {number} is empty")
        elif cell.execution_count is None:
            found.append(f"cell {number} was never run, so its outputs cannot be compared")
        elif cell.execution_count != count:
            found.append(
                f"cell {number} was run as number {cell.execution_count}, expected {count}: run all, top to bottom"
            )
        for output in cell.outputs:
            if output.get("name") == "stderr":
                found.append(f"cell {number} writes to stderr: {output.text.strip()[:120]}")
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", []):
                found.append(f"cell {number} raises {output.ename}: {output.evalue[:120]}")
    return found


def check(path: Path) -> list[str]:
    """Return all that keeps the file from being a clean notebook, as it was run."""
    notebook = read(path)
    same = path.read_text(encoding="utf-8") == text(cleaned(notebook))
    return problems(notebook) + ([] if same else ["not clean: python -m book.notebooks clean " + path.name])


def text(notebook: NotebookNode) -> str:
    return nbformat.writes(notebook) + "\n"


def store(path: Path, *, execute: bool) -> list[str]:
    """Clean the file, after running it if `execute`; leave it alone and return the problems if there are any."""
    notebook = read(path)
    if execute:
        try:
            notebook = run(notebook, path.parent)
        except CellExecutionError as error:
            return [str(error)]
    if not (found := problems(notebook)):
        path.write_text(text(cleaned(notebook)), encoding="utf-8")
    return found


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m book.notebooks", description="Run and clean the chapters' notebooks."
    )
    parser.add_argument("command", choices=["run", "clean", "check"])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: all notebooks of the chapters")
    options = parser.parse_args(arguments)
    failed = False
    for path in options.files or chapter_notebooks():
        found = check(path) if options.command == "check" else store(path, execute=options.command == "run")
        failed = failed or bool(found)
        print("\n".join(f"{os.path.relpath(path)}: {problem}" for problem in found or ["clean"]))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
