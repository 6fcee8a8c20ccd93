#!/usr/bin/env bash
# Verifies the model of the waiting protocol with Spin, and shows that each fault in it is found.
#
#     docs/spin/check.sh           what README.md says, but for the largest models
#     docs/spin/check.sh --large   those as well
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
case "${1-}" in
"" | --large) ;;
*)
    echo "usage: $0 [--large]" >&2
    exit 2
    ;;
esac
for tool in spin gcc; do
    if ! command -v "$tool" >/dev/null; then
        echo "$0: $tool is not there; on Debian: apt-get install $tool" >&2
        exit 2
    fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# What of a model is switched on. `getters` and `putters` are the two sides in the smallest form in which two can sleep.
getters="-DPUTS1=0 -DCANCEL=true"
putters="-DSTART_FULL -DGETS1=0 -DCANCEL=true"
twice_getters="-DPUTS0=2 -DPUTS1=0 -DGETS0=2 -DCANCEL=true"
twice_putters="-DSTART_FULL -DPUTS0=2 -DGETS0=2 -DGETS1=0 -DCANCEL=true"

failures=0
report() { printf '%-56s %9s  %-42s %6s\n' "$@"; }

# explore NAME FLAGS OPTIMIZATION [cycles]: sets `states`, `seconds` and `outcome`: what Spin found, or "no error".
explore() {
    local name=$1 flags=$2 optimization=$3 search="-DSAFETY" option=""
    if [ "${4-}" = cycles ]; then
        search="-DNP" option="-l"
    fi
    rm -f pan* ./*.trail
    # shellcheck disable=SC2086 # flags and options are lists of words
    if ! { spin -a $flags "$here/waiting.pml" && gcc "$optimization" -w -DCOLLAPSE -DNOFAIR -DMEMLIM=3500 $search -o pan pan.c; } \
        >build 2>&1; then
        cat build >&2
        echo "$0: $name: the model does not build" >&2
        exit 2
    fi
    TIMEFORMAT='%U %S'
    # shellcheck disable=SC2086
    { time timeout 3600 ./pan -m10000 -w24 $option >out 2>&1 || true; } 2>times
    seconds=$(awk '{ printf "%.1f", $1 + $2 }' times)
    states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' out)
    outcome=$(sed -n 's/^pan:1: \(.*\) (at depth [0-9]*)$/\1/p' out)
    if [ -n "$outcome" ]; then
        outcome=${outcome#assertion violated }
    elif complete; then
        outcome="no error"
    else
        outcome="not complete"
        cat out >&2
    fi
}

# Whether `out` is that of a search which visited every state.
complete() {
    grep -q '^Full statespace search for:' out && grep -q 'errors: 0$' out && [ -n "$states" ] &&
        ! grep -Eqi 'search depth too small|out of memory|not completed|limit|truncated|warning' out
}

# expect NAME FLAGS OUTCOME OPTIMIZATION [cycles]
expect() {
    local expected=$3 verdict
    explore "$1" "$2" "$4" "${5-}"
    verdict=$outcome
    if [ "$outcome" != "$expected" ]; then
        verdict="$outcome, NOT $expected"
        failures=$((failures + 1))
    fi
    report "$1" "$states" "$verdict" "$seconds"
}

# sound NAME FLAGS [cycles]
sound() { expect "$1" "$2" "no error" -O1 "${3-}"; }

# fault NAME FLAGS OUTCOME [cycles]. It is found soon, so most of the time would go into compiling.
fault() { expect "$1" "-DFAULT_${1%%,*} $2" "$3" -O0 "${4-}"; }

# Steps of the model that the last search did not make, but for the ends of processes, which are no steps.
unreached() { awk '/^unreached in/ { process = $NF } /, state [0-9]+,/ && !/"-end-"/ { print process, $0 }' out | sort; }

report model states result "CPU s"
sound "2 getters, 1 putter: give up, close" "$getters -DCLOSE"
unreached >unreached.getters
sound "2 putters, 1 getter, full: give up, close" "$putters -DCLOSE"
unreached >unreached.putters
sound "2 + 2: give up" "-DCANCEL=true"
sound "2 + 2, full: give up" "-DSTART_FULL -DCANCEL=true"
sound "2 + 2: close" "-DCLOSE"
sound "2 + 2, full: close" "-DSTART_FULL -DCLOSE"
sound "2 + 2, 3 items" "-DPUTS0=2 -DGETS0=2"
sound "2 getters, 1 putter, 2 items: give up" "$twice_getters"
sound "2 putters, 1 getter, full, 3 items: give up" "$twice_putters"
sound "2 + 2, 2 slots, 3 items" "-DCAP=2 -DPUTS0=2 -DGETS0=2"
sound "2 + 2, 2 slots, full, 3 items" "-DCAP=2 -DSTART_FULL -DPUTS0=2 -DGETS0=2"
sound "2 getters, 1 putter: give up, close, wakers poll" "$getters -DCLOSE -DINLINE_WAKER"
sound "2 putters, 1 getter, full: give up, close, wakers poll" "$putters -DCLOSE -DINLINE_WAKER"
sound "2 getters, 1 putter: give up, close: no cycle" "$getters -DCLOSE -DNEVER_SPURIOUS" cycles
sound "2 putters, 1 getter, full: give up, close: no cycle" "$putters -DCLOSE -DNEVER_SPURIOUS" cycles
if [ "${1-}" = --large ]; then
    sound "2 + 2: give up, close" "-DCANCEL=true -DCLOSE"
    sound "2 + 2, full: give up, close" "-DSTART_FULL -DCANCEL=true -DCLOSE"
fi

item=no_getter_sleeps_beside_an_item
room=no_putter_sleeps_beside_room
closed=nobody_sleeps_after_close

echo
report fault states "found as a violation of" "CPU s"
fault "NO_RECHECK, getters" "$getters" $item
fault "NO_RECHECK, putters" "$putters" $room
fault "RECHECK_THEN_SET, getters" "$getters" $item
fault "RECHECK_THEN_SET, putters" "$putters" $room
fault "OLD_BIT, getters" "$getters" $item
fault "OLD_BIT, putters" "$putters" $room
fault "ARM_UNLOCKED, getters" "$getters" i1_bit_is_set_while_somebody_waits
fault "ARM_UNLOCKED, putters" "$putters" i1_bit_is_set_while_somebody_waits
fault "ARM_UNLOCKED, getters, consequence" "$getters -DCONSEQUENCES" $item
fault "ARM_UNLOCKED, putters, consequence" "$putters -DCONSEQUENCES" $room
fault "PARKER_ARMED_LATE, getters" "$getters" $item
fault "PARKER_ARMED_LATE, putters" "$putters" $room
fault "NO_FORWARD, getters" "$getters" $item
fault "NO_FORWARD, putters" "$putters" $room
fault "NO_LAST_LOOK, getters" "$getters" $item
fault "NO_LAST_LOOK, putters" "$putters" $room
fault "EARLY_DISARM, getters" "$getters" i4_nobody_waits_when_the_bit_is_cleared
fault "EARLY_DISARM, putters" "$putters" i4_nobody_waits_when_the_bit_is_cleared
fault "EARLY_DISARM, getters, consequence" "$twice_getters -DCONSEQUENCES" $item
fault "EARLY_DISARM, putters, consequence" "$twice_putters -DCONSEQUENCES" $room
fault "NOTIFY_FIRST, getters, wakers poll" "$getters -DINLINE_WAKER" nobody_is_stuck
fault "NOTIFY_FIRST, putters, wakers poll" "$putters -DINLINE_WAKER" nobody_is_stuck
fault "WAKE_UNDER_LOCK, getters, wakers poll" "$getters -DINLINE_WAKER" nobody_is_stuck
fault "WAKE_UNDER_LOCK, putters, wakers poll" "$putters -DINLINE_WAKER" nobody_is_stuck
fault "CLOSE_WAKES_ONE, getters" "$getters -DCLOSE" $closed
fault "CLOSE_WAKES_ONE, putters" "$putters -DCLOSE" $closed
fault "CLOSE_LAST, getters" "$getters -DCLOSE" $closed
fault "CLOSE_LAST, putters" "$putters -DCLOSE" $closed
fault "ENTER_AFTER_CLOSE, putters" "$putters -DCLOSE" $closed
fault "PUT_AFTER_CLOSE, putters" "$putters -DCLOSE" i6_no_slot_is_claimed_after_close
fault "END_BEFORE_LAST_ITEM, getters" "$getters -DCLOSE" i6_nothing_is_on_its_way_at_the_end
fault "BLIND_TO_END, getters, cycles" "$getters -DCLOSE -DNEVER_SPURIOUS" "non-progress cycle" cycles
fault "CLAIM_BY_STORE, getters" "$getters" items_come_once_and_in_order
fault "CLAIM_BY_STORE, putters" "-DGETS0=0 -DGETS1=0" i5_the_slot_is_ours

echo
report "no fault for those who only sleep" states result "CPU s"
fault "NOTIFY_FIRST, getters" "$getters -DCLOSE" "no error"
fault "NOTIFY_FIRST, putters" "$putters -DCLOSE" "no error"

echo
if comm -12 unreached.getters unreached.putters | grep .; then
    echo "$0: none of the first two models makes these steps" >&2
    failures=$((failures + 1))
fi
if [ "$failures" -ne 0 ]; then
    echo "$0: $failures not as expected" >&2
    exit 1
fi
echo "all as expected"
