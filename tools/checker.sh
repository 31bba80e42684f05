# Sourced by tools/cbmc and tools/frama-c, after lib.sh, debian.sh and trixie.sh: a checker of C code, unpacked into a tree of its own
# (build/deps/NAME-root). A command is run with that tree as its root, the sources in /caec and build/proofs in /out. Nothing is
# installed.
# shellcheck shell=sh disable=SC2034,SC2154

# checker NAME TITLE PACKAGES --fetch | COMMAND...: PACKAGES are words; made_ready FOLDER, the script's, completes the tree there.
checker() {
    name=$1 title=$2 checker_packages=$3
    shift 3
    tree=$root/build/deps/$name-root
    work=$root/build/apt-$name
    [ $# -gt 0 ] || die "$name: nothing to do" "tools/$name --fetch, or tools/$name $name --help"
    if [ ! -x "$tree/usr/bin/$name" ]; then
        check_system
        step "$name-fetch" "$title" "$no_network" fetch_checker
    fi
    [ "$1" != --fetch ] || exit 0
    mkdir -p "$root/build/proofs"
    inside_tree "$tree" "$root/build/proofs=/out" -- "$@"
}

# With the compiler that it preprocesses with, and a C library.
fetch_checker() {
    trixie_root "$work"
    trixie_refresh
    # shellcheck disable=SC2086 # a list of words
    trixie_tree $checker_packages gcc libc6-dev base-files dash coreutils
    made_ready "$work/tree"
    rm -rf "$tree"
    mkdir -p "${tree%/*}"
    mv "$work/tree" "$tree"
    rm -rf "$work"
}
