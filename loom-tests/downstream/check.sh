#!/usr/bin/env bash
# A library on named-sync, checked as its author would check it: the models pass, and find each of the mistakes that
# the ordinary tests pass over. And whatever code the document shows is code of this folder.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TERM_COLOR=never

if [[ $# -gt 0 ]]; then
    echo "usage: $0" >&2
    exit 2
fi

fail() {
    printf 'check.sh: %s\n' "$*" >&2
    exit 1
}

# What the document tells to run, with the arguments put behind it.
models() {
    RUSTFLAGS="--cfg loom" cargo test --release --target-dir target/loom --lib "$@"
}

# With the feature $1 a model fails, and says $2.
finds() {
    local log
    if log=$(models --features "$1" "${@:3}" 2>&1); then
        fail "with $1 the models pass"
    fi
    # Not so if it does not compile, or if no model is run.
    if [[ $log != *'test result: FAILED'* || $log != *"$2"* ]]; then
        fail "with $1 the models fail, but none of them says \"$2\":"$'\n'"$log"
    fi
    printf 'with %s a model fails: %s\n' "$1" "$2"
}

# Each block of code in the document stands, as it is, in the file that the comment before it names.
compare() {
    local document=$1 blocks=0 file='' block line
    while IFS= read -r line; do
        case $line in
            '<!-- '*' -->')
                file=${line#<!-- }
                file=${file% -->}
                ;;
            '```'?*)
                block=''
                while IFS= read -r line && [[ $line != '```' ]]; do
                    block+=$line$'\n'
                done
                [[ -n $block && -f ../../$file ]] || fail "$document: a block of no file: $block"
                [[ $(<"../../$file") == *"${block%$'\n'}"* ]] || fail "$document: not in $file: $block"
                blocks=$((blocks + 1))
                file=''
                ;;
        esac
    done <"$document"
    [[ $blocks -gt 0 ]] || fail "$document shows no code"
    printf '%s: %s blocks of code are those of the files\n' "$document" "$blocks"
}

cargo metadata --locked --format-version 1 >/dev/null || fail 'Cargo.lock is not up to date'
compare ../../docs/MODEL-CHECKING-YOUR-CODE.md
cargo fmt --check
cargo clippy --all-targets -- -D warnings
RUSTFLAGS="--cfg loom" cargo clippy --target-dir target/loom --all-targets -- -D warnings

cargo test
models -- --nocapture --test-threads=1
finds bug-late-count 'would take it below zero: there were more `done` than `add`' every_job
finds bug-relaxed 'Causality violation: Concurrent write accesses to `UnsafeCell`' what_is_put
