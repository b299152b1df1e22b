#!/bin/sh
# environment.sh EXTRAS STAMP...: makes .venv hold this checkout (editable) with EXTRAS, then touches each STAMP.
# PYTHON names the interpreter of a new .venv; without it the newest one for which every dependency has a wheel.
set -eu
cd "$(dirname "$0")"

oldest=3.11
candidates="python3.14 python3.13 python3.12 python3.11 python3"
extras=$1
shift

fail() {
    echo "make install: $1" >&2
    exit 1
}

suits() { # a pyenv shim or a stub may be on PATH and yet run nothing
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

interpreter() {
    if [ -n "${PYTHON:-}" ]; then
        suits "$PYTHON" || fail "PYTHON=$PYTHON is not a Python $oldest or newer."
        echo "$PYTHON"
        return
    fi
    for candidate in $candidates; do
        if suits "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "Waypost needs Python $oldest or newer; install it, or name one: make install PYTHON=/path/to/python3"
}

new_environment() { # Debian and Ubuntu ship venv without ensurepip: then an existing pip can fill the environment
    if "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        "$1" -m venv --clear .venv
    elif "$1" -c 'import venv' >/dev/null 2>&1 && "$1" -m pip --python "$1" --version >/dev/null 2>&1; then
        "$1" -m venv --clear --without-pip .venv
        "$1" -m pip --python .venv/bin/python install --quiet pip
    else
        fail "$1 cannot make an environment; install its venv module (Debian, Ubuntu: apt-get install python3-venv)."
    fi
}

PIP_DISABLE_PIP_VERSION_CHECK=1
PIP_NO_INPUT=1
export PIP_DISABLE_PIP_VERSION_CHECK PIP_NO_INPUT

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(interpreter)
    echo "Making .venv with $("$python" --version) ..."
    new_environment "$python"
fi
echo "Installing waypost[$extras] into .venv (about a minute the first time) ..."
# The build tool is pinned like everything else, so it is installed first and the build is not isolated from it.
.venv/bin/python -m pip install --quiet --constraint constraints.txt setuptools
.venv/bin/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable ".[$extras]"
touch "$@"
