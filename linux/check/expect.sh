#!/bin/sh
# What scripts on a Linux host expect. /bin/expect there.
failures=0

# expect WHAT COMMAND...: says so if the command fails.
expect() {
    what=$1
    shift
    if ! "$@"; then
        echo "NOT OK $what"
        failures=$((failures + 1))
    fi
}
