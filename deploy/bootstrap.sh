#!/usr/bin/env bash
# Installs what is missing to run the store (`bootstrap.sh run`) or to test it (`bootstrap.sh test`).
# Does nothing, quickly, when nothing is missing. Never starts a service of the system's own.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly purpose="${1:?say what for: run or test}"
readonly venv=.venv
readonly policy=/usr/sbin/policy-rc.d
readonly no_cluster=/etc/postgresql-common/createcluster.d/store-edge.conf

say() { printf '  %s\n' "$*"; }
fail() { printf 'Cannot go on: %s\n' "$*" >&2; exit 1; }

find_python() {
    local candidate
    for candidate in "$venv/bin/python" python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11, 3.12 or 3.13 is needed, here is $(python3 --version 2>/dev/null || echo none)." \
        "Debian 12, Ubuntu 24.04 and newer bring one: install the packages python3 and python3-venv."
}

is_installed() {
    case "$1" in
        rabbitmq-server) [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] ;;
        postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null ;;
        nginx-light) [ -x /usr/sbin/nginx ] || command -v nginx >/dev/null ;;
        fonts-dejavu-core) [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] ;;
        fonts-noto-core) [ -e /usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf ] ;;
        chromium) command -v chromium >/dev/null ;;
        prometheus) command -v promtool >/dev/null && command -v prometheus >/dev/null ;;
        python*-venv) [ -x "$venv/bin/pip" ] || "$python" -c 'import ensurepip' 2>/dev/null ;;
    esac
}

missing_packages() {
    local package wanted=("$(basename "$python")-venv" rabbitmq-server postgresql nginx-light fonts-dejavu-core fonts-noto-core)
    [ "$purpose" = test ] && wanted+=(prometheus chromium)
    for package in "${wanted[@]}"; do
        is_installed "$package" || echo "$package"
    done
}

# The words before a command that needs root's rights.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

install_packages() {
    command -v apt-get >/dev/null ||
        fail "these are missing, and there is no apt-get to install them (Debian and Ubuntu have it): $*"
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        fail "these are missing, and installing them needs root. As root: apt-get install --no-install-recommends $*"
    say "installing $* (their services are not started)"
    hold_services
    trap release_services EXIT
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null
    keep_off_at_boot "$@"
    release_services
    trap - EXIT
}

# While packages are installed, nothing may be started and no database cluster made.
hold_services() {
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
        our_policy=yes
    fi
    if [ ! -e "$no_cluster" ]; then
        as_root mkdir -p "$(dirname "$no_cluster")"
        echo 'create_main_cluster = false' | as_root tee "$no_cluster" >/dev/null
        our_no_cluster=yes
    fi
}

release_services() {
    [ -z "${our_policy:-}" ] || as_root rm -f "$policy"
    [ -z "${our_no_cluster:-}" ] || as_root rm -f "$no_cluster"
}

# What was installed for us must not come up by itself at the next boot either.
keep_off_at_boot() {
    [ -d /run/systemd/system ] || return 0
    local package
    for package in "$@"; do
        case "$package" in
            rabbitmq-server | prometheus) as_root systemctl disable --quiet "$package" || true ;;
            nginx-light) as_root systemctl disable --quiet nginx || true ;;
        esac
    done
}

install_python_packages() {
    local lock="$1" stamp="$venv/.installed-$purpose" hash
    hash="$("$python" --version) $(sha256sum <"$lock")"
    [ "$(cat "$stamp" 2>/dev/null)" != "$hash" ] || return 0
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
    say "installing Python packages of $lock into $venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock"
    printf '%s\n' "$hash" >"$stamp"
}

case "$purpose" in
    run) lock=requirements.lock ;;
    test) lock=requirements-dev.lock ;;
    *) fail "say what for: run or test" ;;
esac
python="$(find_python)"
mkdir -p .run
exec 9>.run/bootstrap.lock
flock 9
mapfile -t missing < <(missing_packages)
[ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"
install_python_packages "$lock"
