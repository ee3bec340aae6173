#!/usr/bin/env bash
# The one list of Debian packages that Flotilla needs, and how to install what is missing.
#
#   deploy/packages.sh            installs what building and running needs
#   deploy/packages.sh --tests    and what the tests need on top
#   deploy/packages.sh --print    prints the names only
#   . deploy/packages.sh          defines install_packages, for other scripts
#
# Calls apt only when something is missing, and sudo only when not root.

# To build, and to run the quickstart.
FLOTILLA_PACKAGES=(
    build-essential cmake ninja-build ccache pkg-config python3
    libssl-dev libboost1.81-dev libpaho-mqtt-dev libpaho-mqttpp-dev libsqlitecpp-dev libsqlite3-dev libspdlog-dev
    libcli11-dev nlohmann-json3-dev libbearssl-dev
    libprotobuf-dev protobuf-compiler nanopb libnanopb-dev
    ca-certificates openssl mosquitto jq
)

# To run ./tests/run on top of that.
FLOTILLA_TEST_PACKAGES=(
    libgtest-dev clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev shellcheck
    mosquitto-clients curl sqlite3 util-linux procps
    gcc-xtensa-lx106 binutils-xtensa-lx106 picolibc-xtensa-lx106-elf libstdc++-arm-none-eabi-newlib qemu-system-misc
)

# install_packages <name>...: returns 0 once all of them are installed.
install_packages() {
    local name missing=()
    for name in "$@"; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
    done
    ((${#missing[@]})) || return 0

    local as_root=(env)
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null; then
            echo "These Debian packages are missing and there is no sudo; install them as root, then run this again:" >&2
            echo "  apt-get install ${missing[*]}" >&2
            return 1
        fi
        as_root=(sudo env)
    fi
    local apt=("${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)

    echo "Installing ${#missing[@]} Debian packages: ${missing[*]}" >&2
    local try
    for try in 1 2; do
        if "${apt[@]}" update >&2 && "${apt[@]}" install --no-install-recommends "${missing[@]}" >&2; then
            return 0
        fi
        ((try == 2)) || { echo "apt failed, trying once more" >&2 && sleep 5; }
    done
    echo "Could not install: ${missing[*]} (Flotilla needs Debian 12 or Raspberry Pi OS bookworm)" >&2
    return 1
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    set -euo pipefail
    case "${1:-}" in
    "") install_packages "${FLOTILLA_PACKAGES[@]}" ;;
    --tests) install_packages "${FLOTILLA_PACKAGES[@]}" "${FLOTILLA_TEST_PACKAGES[@]}" ;;
    --print) printf '%s\n' "${FLOTILLA_PACKAGES[@]}" "${FLOTILLA_TEST_PACKAGES[@]}" ;;
    *)
        sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
        exit 2
        ;;
    esac
fi
