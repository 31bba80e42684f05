# Sourced by what runs on a Linux host and types at the shells of its realms (linux/vmm/demo, linux/agents/host): claims, realms.
# Busybox's shell and tools.
# shellcheck shell=sh
# The machine is emulated, and may be starved: a realm's own watchdog gives it two minutes for that reason.
patience=400
# Between two looks at what a realm has said. While something is measured: seldom, each takes instructions.
pause=1
failures=0
count=0

# claim WHAT COMMAND...: holds if the command succeeds.
claim() {
    what=$1
    shift
    if "$@" >/dev/null 2>&1; then
        printf '    %-92s ok\n' "$what"
    else
        printf '    %-92s NOT OK\n' "$what"
        printf '%s\n' "$answer" | tail -n 5 | sed 's/^/        | /'
        failures=$((failures + 1))
    fi
}

is() { [ "$1" = "$2" ]; }

# --- Realms: NAME.in is what is typed, NAME.out what the realm says ---

# start NAME N USER OPTION...: the realm's process, which is the user's. What is typed goes to descriptor N.
start() {
    name=$1 number=$2 user=$3
    shift 3
    mkfifo "/tmp/$name.in"
    su -s /bin/sh "$user" -c "exec caec-vmm run $* --name $name --quiet" <"/tmp/$name.in" >"/tmp/$name.out" 2>"/tmp/$name.err" &
    eval "pid_$name=$! number_$name=$number"
    eval "exec $number>/tmp/$name.in"
}

type_at() {
    eval "printf '%s\n' \"\$2\" >&\$number_$1"
}

# await NAME TEXT: until the realm has said it.
await() {
    seconds=0
    until grep -q "$2" "/tmp/$1.out"; do
        seconds=$((seconds + pause))
        if [ $seconds -ge $patience ] || ! kill -0 "$(eval "echo \$pid_$1")" 2>/dev/null; then
            echo "realm $1 does not say \"$2\". The end of what it said:"
            tail -n 20 "/tmp/$1.out" "/tmp/$1.err"
            for realm in /run/caec/* /run/caec/*; do # twice: what still counts is what it is at
                caec-vmm info "${realm##*/}"
                sleep 1
            done
            dmesg | tail -n 20
            exit 1
        fi
        sleep $pause
    done
}

# begin NAME COMMAND: types it between two marks. finish NAME: its answer in $answer, its status.
begin() {
    count=$((count + 1))
    eval "mark_$1=$count"
    type_at "$1" "echo \"BEGIN\"\"-$count-\"; $2; echo \"DONE\"\"-\$?-$count-\""
}

finish() {
    eval "mark=\$mark_$1"
    # shellcheck disable=SC2154 # by eval
    await "$1" "DONE-[0-9]*-$mark-"
    answer=$(tr -d '\r' <"/tmp/$1.out" | sed -n "/^BEGIN-$mark-\$/,/DONE-[0-9]*-$mark-/p" |
        sed -e '1d' -e "s/DONE-[0-9]*-$mark-\$//" | sed '/^$/d')
    return "$(tr -d '\r' <"/tmp/$1.out" | sed -n "s/.*DONE-\([0-9]*\)-$mark-\$/\1/p" | tail -n 1)"
}

in_realm() {
    begin "$1" "$2"
    finish "$1"
}

# put NAME FILE PATH: a small file, typed.
put() {
    base64 -w 600 "$2" >/tmp/typed
    in_realm "$1" "rm -f /tmp/typed"
    while read -r line; do in_realm "$1" "echo $line >>/tmp/typed"; done </tmp/typed
    in_realm "$1" "base64 -d /tmp/typed >$3"
}

short() { echo "$1" | cut -c 1-8; }
field() { echo "$answer" | tail -n 1 | cut -f "$1"; }
