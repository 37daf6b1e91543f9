# What the scripts of the real parts share: where things are, how they are installed, and the engine.

set -Eeuo pipefail
parts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
e2e=$(dirname "$parts")
repository=$(cd "$e2e/../.." && pwd)
out=$repository/target/e2e
venv=$out/venv
constraints=$parts/python-constraints.txt
export PATH=$PATH:/usr/sbin:/sbin
image=lifeboat-test/mongo
bare_image=lifeboat-test/mongo-bare
# shellcheck source=tests/e2e/parts/versions
source "$parts/versions"
mkdir -p "$out/bin" "$out/log" "$out/recipes"
trap 'echo "failed in ${BASH_SOURCE[0]##*/}, line $LINENO: $BASH_COMMAND" >&2' ERR

fail() {
    echo "failed: $*" >&2
    exit 1
}

# The hash of everything that decides what a part becomes: what is in files, and words.
recipe() {
    for input in "$@"; do
        if [[ -f $input ]]; then cat "$input"; else echo "$input"; fi
    done | sha256sum | cut -d' ' -f1
}

# `is_made PART RECIPE OUTPUT...`: whether the part was made by this recipe and what it made is there.
is_made() {
    local note=$out/recipes/$1 recipe=$2 output
    shift 2
    [[ -f $note && $(<"$note") == "$recipe" ]] || return 1
    for output in "$@"; do [[ -e $output ]] || return 1; done
}

note_made() {
    echo "$2" >"$out/recipes/$1"
}

install_packages() {
    command -v apt-get >/dev/null || fail "there is no apt-get to install $*"
    ((EUID == 0)) || fail "only root can install $*"
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

# `need COMMAND PACKAGE...`: installs the Debian packages when the command is missing.
need() {
    command -v "$1" >/dev/null || install_packages "${@:2}"
}

pip_install() {
    "$venv/bin/pip" install --quiet --disable-pip-version-check --constraint "$constraints" "$@"
}

# `install_python PACKAGE...`: into the virtual environment, which is made first if it is missing.
# Debian's own Python is used, whatever else is first in PATH: for it the pinned packages have wheels.
install_python() {
    if [[ ! -x $venv/bin/pip ]]; then
        /usr/bin/python3 -c 'import ensurepip' 2>/dev/null || install_packages python3-venv
        /usr/bin/python3 -m venv --clear "$venv"
    fi
    pip_install "$@"
}

engine_answers() {
    timeout 10 docker info >/dev/null 2>&1
}

# Starts dockerd by hand, for machines without an init; it outlives us. A failure exits: to go on
# after one, call it in a subshell.
start_engine() {
    ((EUID == 0)) || fail "no Docker engine answers, and only root can start one"
    # A machine that was copied or killed leaves the file behind; its number may be any process now.
    local pid_file=/var/run/docker.pid
    if [[ -f $pid_file && $(cat "/proc/$(<"$pid_file")/comm" 2>/dev/null) != dockerd ]]; then
        rm "$pid_file"
    fi
    setsid dockerd >"$out/dockerd.log" 2>&1 </dev/null &
    for _ in {1..60}; do
        if engine_answers; then return 0; fi
        sleep 0.5
    done
    tail -n 20 "$out/dockerd.log" >&2
    fail "dockerd did not answer within 30 seconds; its log is $out/dockerd.log"
}
