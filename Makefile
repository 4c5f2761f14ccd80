PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HTML := _build/html/index.html
SOURCES := $(shell find _config.yml _toc.yml index.md references.bib chapters reference src _ext \
             -type f ! -name '*.pyc' ! -path '*/.*')

# Chapters and tests run side by side: more threads in each would only wait for one another.
export OPENBLAS_NUM_THREADS := 1
# By default SymPy remembers 1,000 results of each function; proofs ask for more of them again.
export SYMPY_CACHE_SIZE := 20000

.DELETE_ON_ERROR:
.PHONY: book test attack lab serve bench lint clean

book: $(HTML)
	@echo "Open file://$(CURDIR)/$(HTML)"

$(HTML): $(VENV)/ready $(SOURCES)
	$(BIN)/jupyter-book build -q -W --keep-going -n . || { rm -rf _build/.doctrees; exit 1; }
	@touch $@

test: book
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder

attack: $(VENV)/ready
	$(BIN)/python tests/attack.py 3000

lab: $(VENV)/ready
	$(BIN)/jupyter-lab --config lab/config.py

serve: book
	$(BIN)/python _ext/serving.py _build/html

bench: $(VENV)/ready
	$(BIN)/python -m benchmarks

lint: $(VENV)/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/codespell

clean:
	rm -rf _build $(VENV)

# The lock is complete: where pip looks for what else is needed, it asks for newer versions.
$(VENV)/ready: requirements.lock pyproject.toml _ext/kernel.py _ext/package-lock.json _ext/live/package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install -q --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	cp _ext/package.json _ext/package-lock.json $(VENV)
	$(BIN)/npm ci --prefix $(VENV) --loglevel=error --ignore-scripts --no-audit --no-fund
	@mkdir -p $(VENV)/live
	cp _ext/live/package.json _ext/live/package-lock.json $(VENV)/live
	$(BIN)/npm ci --prefix $(VENV)/live --loglevel=error --ignore-scripts --no-audit --no-fund \
	  && $(BIN)/python -m _ext.live || [ -z "$$CI" ]
	$(BIN)/jupytext-config --settings-file $(VENV)/share/jupyter/lab/settings/overrides.json \
	  set-default-viewer markdown myst
	@mkdir -p $(VENV)/etc/ipython
	@cp _ext/kernel.py $(VENV)/etc/ipython/ipython_kernel_config.py
	@touch $@
