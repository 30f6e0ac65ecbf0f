.PHONY: run test check bench help lock
run:   ; @python3 start.py
test:  ; @python3 start.py test $(ARGS)
check: ; @python3 start.py check
bench: ; @python3 start.py bench $(ARGS)
help:  ; @python3 start.py help

LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links
lock: # Django 6 needs Python 3.12, and Debian 12 has 3.11
	echo 'Django<6' | $(LOCK) --extra pdf pyproject.toml - -o requirements.lock
	echo 'Django<6' | $(LOCK) --group pyproject.toml:dev -c requirements.lock --extra pdf pyproject.toml - -o requirements-dev.lock
