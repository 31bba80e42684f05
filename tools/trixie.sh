# Sourced by what makes Linux for realms (linux-setup, linux-modules), tools/llama and tools/checker.sh, after lib.sh and debian.sh: Debian's
# suite that has the kernel, for amd64 and arm64, through an apt root of its own. Nothing is installed; the system's architectures and
# lists stay as they are. apt checks signatures and digests.
# shellcheck shell=sh disable=SC2034,SC2154

suite=trixie
suites="$suite $suite-backports"
no_network="check the network and this machine's apt sources, then run the same command again"

# trixie_root FOLDER: the apt root; an empty one at first.
trixie_root() {
    trixie_work=$1
    rm -rf "$trixie_work"
    mkdir -p "$trixie_work/lists/partial" "$trixie_work/cache/archives/partial"
    : >"$trixie_work/status"
}

# trixie TOOL ARGUMENT...: apt-get or apt-cache in that root.
trixie() {
    tool=$1
    shift
    "$tool" -o APT::Architecture=amd64 -o APT::Architectures=amd64,arm64 \
        -o Dir::Etc::sourcelist="$trixie_work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$trixie_work/lists" -o Dir::State::status="$trixie_work/status" \
        -o Dir::Cache="$trixie_work/cache" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
        -o Acquire::Languages=none -o APT::Sandbox::User=root -o APT::Update::Error-Mode=any \
        -o Debug::NoLocking=true "$@"
}

trixie_refresh() {
    for mirror in $(own_uris ""); do
        for wanted in $suites; do
            echo "deb [arch=amd64,arm64 signed-by=$keyring] $mirror $wanted main"
        done >"$trixie_work/sources.list"
        if trixie apt-get -y update; then return 0; fi
    done
    echo "None of the mirrors in this machine's apt configuration serves $suites for amd64 and arm64."
    return 1
}

# newest PATTERN: the package of that name that has the highest version; `*` stands for digits and dots.
newest() {
    trixie apt-cache pkgnames | sed 's/:arm64$//' |
        grep -E "^$(echo "$1" | sed 's/[+.]/\\&/g; s/\*/[0-9.]*/')\$" | sort -V | tail -n 1
}

# unpack PACKAGE[:ARCHITECTURE] FOLDER
unpack() {
    [ "${1%%:*}" ] || { echo "$suite-backports has no kernel 7.3 for arm64 any more." && return 1; }
    (cd "$trixie_work/cache" && trixie apt-get download "$1")
    dpkg-deb -x "$trixie_work/cache/${1%%:*}"_*.deb "$2"
}

# trixie_tree PACKAGE...: these, and what they depend on, unpacked into $trixie_work/tree, which can be a root.
trixie_tree() {
    trixie apt-get -y -d --no-install-recommends install "$@"
    mkdir "$trixie_work/tree"
    for package in "$trixie_work"/cache/archives/*.deb; do dpkg-deb -x "$package" "$trixie_work/tree"; done
    mkdir -p "$trixie_work/tree/caec" "$trixie_work/tree/out"
}

# inside_tree TREE FOLDER=PLACE... -- COMMAND...: with the tree as its root, the sources in /caec, and each FOLDER in its PLACE,
# which is in the tree or under /run.
inside_tree() {
    options=--mount
    [ "$(id -u)" -eq 0 ] || options="$options --map-root-user"
    # shellcheck disable=SC2016,SC2086 # for the shell inside; words
    unshare $options sh -ec '
        root=$1 tree=$2
        shift 2
        mount --rbind /dev "$tree/dev"
        mount -t tmpfs tmpfs "$tree/run"
        mount --bind "$root" "$tree/caec"
        while [ "$1" != -- ]; do
            [ -d "$tree${1##*=}" ] || mkdir "$tree${1##*=}"
            mount --bind "${1%=*}" "$tree${1##*=}"
            shift
        done
        shift
        exec chroot "$tree" /usr/bin/env -i PATH=/usr/bin HOME=/ "$@"
    ' sh "$root" "$@"
}
