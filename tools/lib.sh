# Sourced by the scripts, after they have set `root` to the tree's top: how they speak, fail, time and log.
# shellcheck shell=sh disable=SC2154,SC3013

log_dir=$root/build/log

say() { printf '%s\n' "$*" >&2; }

# die MESSAGE [WHAT-TO-DO]
die() {
    say "caec: $1"
    [ $# -lt 2 ] || say "      -> $2"
    exit 1
}

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# The time since START (from now_ms) in seconds, "1.4".
since() {
    since_ms=$(($(now_ms) - $1))
    printf '%d.%d' $((since_ms / 1000)) $((since_ms % 1000 / 100))
}

# step LOG WHAT REMEDY COMMAND...: one long step. Its output goes to build/log/LOG.log; the terminal gets
# a line when it starts and the time it took when done, or the log's end and the one thing to do.
# (Call it plainly, never in a condition: there the shell would ignore `set -e` inside COMMAND.)
step() {
    step_log=$log_dir/$1.log step_what=$2 step_remedy=$3
    shift 3
    mkdir -p "$log_dir"
    step_start=$(now_ms)
    printf '%s ... ' "$step_what" >&2
    set +e
    (set -e; "$@") >"$step_log" 2>&1 </dev/null
    step_status=$?
    set -e
    if [ $step_status -ne 0 ]; then
        say "failed after $(since "$step_start") s"
        tail -n 25 "$step_log" | sed 's/^/    | /' >&2
        die "\"$step_what\" failed (log: ${step_log#"$root"/})" "$step_remedy"
    fi
    say "$(since "$step_start") s"
}

# Only one caec at a time changes build/. The lock is file descriptor 9; it ends with the process
# that took it, or with unlock_build.
lock_build() {
    while mkdir -p "$root/build" && exec 9>"$root/build/.lock"; do
        if ! flock --nonblock 9; then
            say "waiting for another caec that is building ..."
            flock 9
        fi
        # `clean --all` may have removed the file while this one waited: then it is a lock on nothing. (Where there is
        # no /proc, nobody can tell.)
        [ ! -e /proc/self ] || [ /proc/self/fd/9 -ef "$root/build/.lock" ] && return
    done
}

unlock_build() { exec 9>&-; }
