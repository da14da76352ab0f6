# For those who like `just`: each recipe is a step of .ci/run, where the commands stand.

# Lists the recipes.
[private]
list:
    @just --list --unsorted

# Everything below, as CI does it.
ci:
    @.ci/run

# Formatting.
fmt:
    @.ci/run fmt

# Clippy; warnings are errors.
lint:
    @.ci/run lint

# Licences, versions and origins of dependencies.
deny:
    @.ci/run deny

# Spelling.
typos:
    @.ci/run typos

# The tests of the workspace.
test:
    @.ci/run test

# The engine's tests with one worker.
test-one-worker:
    @.ci/run test-one-worker

# The documentation and its links.
doc:
    @.ci/run doc

# A check for Windows, where the toolchain can.
windows:
    @.ci/run windows

# The README's demo, and its report held against what it wrote.
demo:
    @.ci/run demo

# The Python package and the OpenRelik worker.
python:
    @.ci/run python

# Recall and precision, where the photos for it are.
bar:
    @.ci/run bar
