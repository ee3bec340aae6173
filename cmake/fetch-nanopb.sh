#!/usr/bin/env bash
# usage: cmake/fetch-nanopb.sh <dest>
#
# Puts the source of the installed nanopb release into <dest>/nanopb. Debian packages nanopb's generator and headers, but
# not the three .c files that a device compiles; they come from Debian's source package of exactly the installed version.
#
# Works without root and without deb-src lines: apt gets a private configuration in <dest>/apt, whose sources are the
# machine's own entries turned into deb-src. Keyrings, proxies and credentials stay the machine's own.
# <dest>/nanopb/.version names what is there, so a second call does nothing. Safe to call from several builds at once.
set -euo pipefail

fail() {
    printf 'fetch-nanopb: %s\n' "$@" >&2
    exit 1
}

[[ $# == 1 ]] || fail "usage: $0 <dest>"
mkdir -p "$1"
dest=$(cd "$1" && pwd)
files=(pb.h pb_common.h pb_encode.h pb_decode.h pb_common.c pb_encode.c pb_decode.c)

version=$(dpkg-query -W -f='${source:Version}' nanopb 2>/dev/null) && [[ -n $version ]] ||
    fail "the package nanopb is not installed" "run: deploy/packages.sh"
headers=$(dpkg-query -W -f='${source:Version}' libnanopb-dev 2>/dev/null || true)
[[ -z $headers || $headers == "$version" ]] ||
    fail "nanopb is $version but libnanopb-dev is $headers: install the same version of both"

is_complete() {
    [[ -f $dest/nanopb/.version && $(<"$dest/nanopb/.version") == "$version" ]] || return 1
    local file
    for file in "${files[@]}"; do [[ -f $dest/nanopb/$file ]] || return 1; done
}

is_complete && exit 0
exec 9>"$dest/.nanopb.lock"
flock 9
is_complete && exit 0 # another build fetched it while this one waited

apt=$dest/apt
rm -rf "$apt" "$dest/nanopb.new"
mkdir -p "$apt/sources.list.d" "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/download" "$dest/nanopb.new"

# One-line entries: "deb ..." becomes "deb-src ...". deb822 entries: the Types field becomes "deb-src".
eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
: >"$apt/sources.list"
for file in "${list:-}" "${parts:-/nonexistent}"/*.list; do
    [[ -f $file ]] || continue
    sed -nE 's/^[[:space:]]*deb(-src)?[[:space:]]+/deb-src /p' "$file" >>"$apt/sources.list"
done
for file in "${parts:-/nonexistent}"/*.sources; do
    [[ -f $file ]] || continue
    sed -E 's/^Types:.*/Types: deb-src/I' "$file" >"$apt/sources.list.d/${file##*/}"
done

# Read by -c after the machine's own configuration: hooks of other packages need root and have no business here.
cat >"$apt/apt.conf" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "$apt/sources.list.d";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
Dir::Cache::archives "$apt/cache/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "$(id -un)";
CONF

# The update may fail for a foreign repository that has no sources: what counts is whether nanopb's can be found.
apt-get -c "$apt/apt.conf" -q update >"$apt/update.log" 2>&1 || true
if ! (cd "$apt/download" &&
    apt-get -c "$apt/apt.conf" -q --download-only source "nanopb=$version") >"$apt/source.log" 2>&1; then
    tail -n 15 "$apt/update.log" "$apt/source.log" >&2
    fail "could not get the Debian source package nanopb $version" \
        "the machine's apt sources were tried as deb-src; the logs are in $apt" \
        "without a network: put pb_common.c, pb_encode.c, pb_decode.c and their headers into $dest/nanopb" \
        "and write $version into $dest/nanopb/.version"
fi
dpkg-source --no-check -x "$apt"/download/nanopb_*.dsc "$apt/source" >"$apt/unpack.log" 2>&1 ||
    fail "could not unpack the source package: $(tail -n 3 "$apt/unpack.log")"
for file in "${files[@]}" LICENSE.txt; do
    cp "$apt/source/$file" "$dest/nanopb.new/" || fail "the source package nanopb $version has no $file"
done

# The headers that Debian installs must be the ones these sources were written for.
if [[ -n $headers && -f /usr/include/pb.h ]]; then
    cmp -s /usr/include/pb.h "$dest/nanopb.new/pb.h" || fail "the installed pb.h is not the one of nanopb $version"
fi
printf '%s' "$version" >"$dest/nanopb.new/.version"
rm -rf "$dest/nanopb"
mv "$dest/nanopb.new" "$dest/nanopb"
rm -rf "$apt"
