#!/usr/bin/env bash
# usage: cmake/fetch-source.sh <dest> <source package> [--same <installed header>=<path>]... <path>...
#
# Puts these files and folders of a Debian source package into <dest>/<source package>, in exactly the version of its
# installed binary packages: what a device compiles, while Debian packages it only for the host. --same demands that an
# installed header equals the one that was fetched.
#
# Works without root and without deb-src lines: apt gets a private configuration in <dest>/apt-<source package>, whose
# sources are the machine's own entries turned into deb-src. Keyrings, proxies and credentials stay the machine's own.
# <dest>/<source package>/.version names what is there, so a second call does nothing. Safe to call from several builds
# at once.
set -euo pipefail

fail() {
    printf 'fetch-source: %s\n' "$@" >&2
    exit 1
}

(($# >= 3)) || fail "usage: $0 <dest> <source package> [--same <installed header>=<path>]... <path>..."
mkdir -p "$1"
dest=$(cd "$1" && pwd)
name=$2
shift 2
same=() paths=()
while (($#)); do
    case $1 in
    --same) same+=("$2") && shift ;;
    *) paths+=("$1") ;;
    esac
    shift
done

mapfile -t versions < <(dpkg-query -W -f='${db:Status-Status} ${source:Package} ${source:Version}\n' |
    awk -v name="$name" '$1 == "installed" && $2 == name { print $3 }' | sort -u)
case ${#versions[@]} in
0) fail "no package of the source $name is installed" "run: deploy/packages.sh --tests" ;;
1) version=${versions[0]} ;;
*) fail "packages of the source $name are installed in several versions: ${versions[*]}" "install the same of all" ;;
esac

is_complete() {
    [[ -f $dest/$name/.version && $(<"$dest/$name/.version") == "$version" ]] || return 1
    local path
    for path in "${paths[@]}"; do [[ -e $dest/$name/$path ]] || return 1; done
}

is_complete && exit 0
exec 9>"$dest/.$name.lock"
flock 9
is_complete && exit 0 # another build fetched it while this one waited

apt=$dest/apt-$name
rm -rf "$apt" "$dest/$name.new"
mkdir -p "$apt/sources.list.d" "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/download" "$dest/$name.new"

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

# The update may fail for a foreign repository that has no sources: what counts is whether this package can be found.
apt-get -c "$apt/apt.conf" -q update >"$apt/update.log" 2>&1 || true
if ! (cd "$apt/download" &&
    apt-get -c "$apt/apt.conf" -q --download-only source "$name=$version") >"$apt/source.log" 2>&1; then
    tail -n 15 "$apt/update.log" "$apt/source.log" >&2
    fail "could not get the Debian source package $name $version" \
        "the machine's apt sources were tried as deb-src; the logs are in $apt" \
        "without a network: put ${paths[*]} of its source into $dest/$name" \
        "and write $version into $dest/$name/.version"
fi
dpkg-source --no-check -x "$apt"/download/"$name"_*.dsc "$apt/source" >"$apt/unpack.log" 2>&1 ||
    fail "could not unpack the source package: $(tail -n 3 "$apt/unpack.log")"
for path in "${paths[@]}"; do
    mkdir -p "$(dirname "$dest/$name.new/$path")"
    cp -r "$apt/source/$path" "$dest/$name.new/$path" || fail "the source package $name $version has no $path"
done

# The headers that Debian installs must be the ones these sources were written for.
for pair in "${same[@]}"; do
    [[ ! -f ${pair%%=*} ]] || cmp -s "${pair%%=*}" "$dest/$name.new/${pair#*=}" ||
        fail "the installed ${pair%%=*} is not the one of $name $version"
done
printf '%s' "$version" >"$dest/$name.new/.version"
rm -rf "${dest:?}/$name"
mv "$dest/$name.new" "$dest/$name"
rm -rf "$apt"
