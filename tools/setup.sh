#!/bin/sh
# Everything that a bare Debian or Ubuntu lacks: system packages, a virtual environment, locked dependencies.
# Run by `make setup`; with the argument `dev` also what the tests and linters need.
set -eu
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-python3}
VENV=${VENV:-.venv}
WHAT=${1:-show}

# libegl1 libgl1: OpenGL without a screen; libportaudio2: the sound card.
PACKAGES="python3-venv libegl1 libgl1 libportaudio2"
# A JACK server, screens in memory, monitors that can be unplugged, two networks, and OSC receivers that are not ours,
# for the tests.
[ "$WHAT" = dev ] && PACKAGES="$PACKAGES chromium xvfb xauth xdotool jackd2 liblo-tools iproute2" &&
    PACKAGES="$PACKAGES xserver-xorg-core xserver-xorg-video-dummy x11-xserver-utils" &&
    PACKAGES="$PACKAGES puredata-core ola qlcplus supercollider-language"

say() { printf '%s\n' "$*" >&2; }

install_packages() {
    missing=
    for package in $PACKAGES; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ]; then sudo=
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo=sudo
    else
        say "These system packages are missing, and installing them needs root. Please type:"
        say "    sudo apt-get install --no-install-recommends$missing"
        say "and then the same make command again. (Going on without them.)"
        return 0
    fi
    say "installing$missing"
    # jackd2 asks a question when it is installed; the answer is its default.
    $sudo env DEBIAN_FRONTEND=noninteractive sh -c \
        "apt-get update -qq && apt-get install -y -qq --no-install-recommends$missing" >/dev/null
}

if command -v apt-get >/dev/null 2>&1; then
    install_packages || say "apt-get failed; going on: 'monochord doctor' says what is missing"
else
    say "No apt-get here: see the README for what to install ($PACKAGES on Debian)."
fi

"$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || {
    say "$PYTHON is $("$PYTHON" --version 2>&1): Python 3.11 to 3.13 is wanted (try make PYTHON=python3.12 …)"
    exit 1
}

lock=requirements.lock
[ "$WHAT" = dev ] && lock=requirements-dev.lock
stamp="$VENV/.installed-$WHAT"
if [ -x "$VENV/bin/monochord" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(cat $lock pyproject.toml | cksum)" ]; then
    exit 0
fi
say "making $VENV with the versions of $lock"
[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
"$VENV/bin/python" -m pip install -q --disable-pip-version-check --only-binary :all: --require-hashes -r "$lock"
"$VENV/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
cat "$lock" pyproject.toml | cksum > "$stamp"
