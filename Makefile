# The two commands are `make book` and `make test`; each does all the set-up by itself.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
CACHE := $(CURDIR)/_build/cache
# Notebooks that the first half of the tests runs, so that both take as long; and what the second half begins with,
# so that the errata page finds its functions compiled.
FIRST := chapters/history chapters/backprop chapters/cnn
CLAIMS := tests/book/test_claims.py
REPORT := --junitxml=_build/tests

# JAX by default stores no compilation that took less than a second; the book's take less.
export JAX_PLATFORMS ?= cpu
export JAX_COMPILATION_CACHE_DIR ?= $(CACHE)/jax
export JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS ?= 0
export JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES ?= -1

.PHONY: help book test newest page paper lab serve notebooks lock race lint clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

book: $(VENV)/.stamp  ## build the book and say how to open it
	$(BIN)/jupyter-book build . -W --keep-going -n -q
	@echo "The book is built. Open it with a browser: $(CURDIR)/_build/html/index.html"
	@if command -v xdg-open >/dev/null && [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then xdg-open _build/html/index.html; \
	elif command -v open >/dev/null && [ -z "$$CI" ]; then open _build/html/index.html; fi 2>/dev/null || true

test: $(VENV)/.stamp  ## run every test: package, notebooks, and the built pages in a browser
	$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	@mkdir -p _build
	@echo "Two halves side by side: the package here; the notebooks and the built pages in _build/test-book.log, shown at the end."
	@$(BIN)/pytest $(REPORT)/package.xml $(FIRST) tests dlbook --ignore=tests/book & first=$$!; \
	( $(BIN)/pytest $(REPORT)/claims.xml $(CLAIMS); claims=$$?; \
	  $(BIN)/pytest $(REPORT)/book.xml chapters tests/book $(patsubst %,--ignore=%,$(FIRST) $(CLAIMS)) && exit $$claims ) > _build/test-book.log 2>&1; second=$$?; \
	wait $$first; first=$$?; cat _build/test-book.log; exit $$((first | second))

newest:  ## run every test with the newest releases of everything in the place of those locked
	$(MAKE) test VENV=.venv-newest

paper: book  ## the built book as a zip, on one page for print, and as a PDF where there is a chromium
	$(BIN)/python -m book.paper

page: $(VENV)/.stamp  ## build one page quickly: make page PAGE=chapters/mlp/neuron
	DLBOOK_ONLY=$(PAGE) $(BIN)/jupyter-book build . --path-output _build/page -W --keep-going -n -q

lab: $(VENV)/.stamp  ## open JupyterLab on the chapters
	$(BIN)/jupyter lab --notebook-dir=. chapters

serve: book  ## build, then serve the book on http://localhost:$(PORT)
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

notebooks: $(VENV)/.stamp  ## run all notebooks again and store their text outputs
	$(BIN)/python -m book.notebooks run

lock:  ## refresh requirements.lock within the ranges of pyproject.toml
	test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install -q uv; }
	.venv-lock/bin/uv lock --upgrade
	.venv-lock/bin/uv export -q --all-groups --no-emit-project --no-header --no-annotate -o requirements.lock

race: $(VENV)/.stamp  ## measure anew what the chapter on speed draws: races, limits, cost, start-up, devices, checkpoints
	$(BIN)/python -m pip install -q -e '.[benchmarks]' --no-build-isolation
	$(BIN)/python -m benchmarks
	for measure in limits cost startup devices checkpoints; do $(BIN)/python -m benchmarks.$$measure || exit 1; done

lint: $(VENV)/.stamp  ## format the code and mend what can be mended
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

clean:  ## remove all that was built, the environment too
	rm -rf _build .venv .venv-newest .venv-lock .pytest_cache .ruff_cache dlbook.egg-info

.venv/.stamp: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	touch $@

.venv-newest/.stamp: pyproject.toml
	$(PYTHON) -m venv --clear .venv-newest
	$(BIN)/python -m pip install -q --upgrade "pip>=25.1"
	$(BIN)/python -m pip install -q --group book --group test
	$(BIN)/python -m pip install -q --no-build-isolation -e .
	touch $@
