# Sourced by tools/setup and tools/doctor: which Debian this is, what is wanted of it, and Debian's
# archive seen through a private apt root. That root (build/apt) has its own source list and its own
# package lists, so that suites the machine does not use (backports, trixie's sources) can be read
# without changing the machine's apt configuration. Signatures are checked by apt as always.
# shellcheck shell=sh disable=SC2034,SC2016,SC2154

verifier_packages="gcc libc6-dev make cmake pkgconf libssl-dev libjansson-dev"
packages="$verifier_packages g++ ninja-build python3 libcmocka-dev picolibc-aarch64-linux-gnu
    gcc-aarch64-linux-gnu binutils-aarch64-linux-gnu
    libcbor-dev python3-cbor2 device-tree-compiler dpkg-dev patch xz-utils bzip2
    libfdt-dev libseccomp-dev libslirp-dev libsqlite3-dev"
# What other people's tools say of the sources (tests/check/source, tidy), what packages of modules call when dpkg installs them, and
# what the tests reach (./caec coverage).
check_packages="clang-format clang-tidy shellcheck cppcheck kmod"
coverage_packages="gcovr"
# Whose syntax tree classical faults are made from (./caec mutate --generate).
mutate_packages="clang"
# The compiler that has libFuzzer (./caec fuzz TARGET).
fuzz_packages="clang libclang-rt-dev"
# The model checker of the protocol (./caec prove), which makes a program to compile; those of the code: tools/cbmc, tools/frama-c.
proofs_packages="spin gcc libc6-dev python3"
# What makes the disk with a model and llama.cpp (./caec evaluate model); llama.cpp itself: tools/llama.
model_packages="erofs-utils"

qemu_wanted=10.0                # the first with working RME

tfa_source=arm-trusted-firmware tfa_wanted=2.12
mbedtls_source=mbedtls mbedtls_wanted=3.6
sources_suite=trixie            # the release that carries both of them

apt_root=$root/build/apt
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

if [ "$(id -u)" -eq 0 ]; then become=; else become=sudo; fi

check_system() {
    ID='' VERSION_ID='' VERSION_CODENAME='' PRETTY_NAME='an unknown system'
    # shellcheck disable=SC1091
    [ ! -r /etc/os-release ] || . /etc/os-release
    machine=$(uname -m)
    case $ID:$VERSION_ID:$machine in
    debian:12:x86_64 | debian:13:x86_64) ;;
    *) die "this is $PRETTY_NAME on $machine; CAEC is built on Debian 12 or 13, amd64" \
           "use such a machine, virtual machine or container" ;;
    esac
    codename=$VERSION_CODENAME
}

# Those of the wanted packages that are not installed.
missing_packages() {
    for package in $packages; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
}

# Any QEMU that is new enough will do, whether it came as a package or not.
qemu_version() { qemu-system-aarch64 --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9.]*\).*/\1/p'; }
qemu_serves() { dpkg --compare-versions "$(qemu_version)" ge "$qemu_wanted"; }

# unpacked_version NAME: the version of the unpacked source build/deps/NAME; nothing if it is not there.
unpacked_version() { cat "$root/build/deps/$1.version" 2>/dev/null || true; }

# The machine's own sources: a line `origin|suite|uri` for each that has a component main. The origin is
# known only of those whose lists have been fetched; apt names the others only without release information.
own_sources() {
    {
        apt-get indextargets --format '$(ORIGIN)|$(RELEASE)|$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages'
        apt-get indextargets --no-release-info --format '|$(RELEASE)|$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages'
    } | awk -F'|' '$3 == "main" && $4 !~ /^cdrom:/ && !seen[$2, $4]++ { print $1 "|" $2 "|" $4 }'
}

# own_uris SUFFIX: where the machine gets this release's SUFFIX ("", "-updates", "-security") from.
# Other people's repositories are left out as far as is known; apt's check of the signature, against
# Debian's keyring alone, turns down the rest.
own_uris() {
    own_sources | awk -F'|' -v suffix="$1" -v codename="$codename" '
        $2 == codename suffix || $2 == "stable" suffix || $2 == "oldstable" suffix {
            if ($1 == "Debian") sure = sure $3 "\n"; else if ($1 == "") unsure = unsure $3 "\n"
        }
        END { printf "%s%s", sure, unsure }'
}

# write_sources MIRROR: the private root's source list.
write_sources() {
    binary="deb [arch=amd64 signed-by=$keyring]"
    mkdir -p "$apt_root/lists/partial"
    {
        echo "$binary $1 $codename main"
        for suffix in -updates -security; do
            uri=$(own_uris "$suffix" | head -n 1)
            [ -z "$uri" ] || echo "$binary $uri $codename$suffix main"
        done
        [ "$codename" != bookworm ] || echo "$binary $1 bookworm-backports main"
        if knows_sources_suite; then
            echo "deb-src [signed-by=$keyring] $1 $sources_suite main"
        fi
    } >"$apt_root/sources.list"
}

# A Debian 12 that has not been updated for long lacks the key that signs Debian 13's archive.
knows_sources_suite() {
    [ "$codename" = "$sources_suite" ] || [ -e /usr/share/keyrings/debian-archive-$sources_suite-stable.gpg ]
}

# private_apt PREFIX COMMAND...: apt-get in the private root; PREFIX is $become where it changes the system.
# The caches of the system's own lists are left alone (pkgcache, srcpkgcache).
private_apt() {
    prefix=$1
    shift
    $prefix env DEBIAN_FRONTEND=noninteractive apt-get -y \
        -o Dir::Etc::sourcelist="$apt_root/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$apt_root/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
        -o Acquire::Languages=none -o APT::Sandbox::User=root -o APT::Update::Error-Mode=any \
        -o DPkg::Lock::Timeout=300 "$@"
}

# Fetch the lists from the first of the machine's mirrors that serves all that is wanted.
refresh_lists() {
    for mirror in $(own_uris ""); do
        write_sources "$mirror"
        if ! private_apt '' update; then continue; fi
        knows_sources_suite && return
        private_apt "$become" install --no-install-recommends debian-archive-keyring
        write_sources "$mirror"
        private_apt '' update && return
    done
    echo "None of the mirrors in this machine's apt configuration serves $codename" \
        "(with backports on Debian 12) and the sources of $sources_suite."
    return 1
}
