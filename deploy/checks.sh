# Checks that are counted, each told on a line of its own. Sourced; needs $work, a folder of the caller's.
# shellcheck shell=bash disable=SC2154
passed=0
failed=0

check() { # NAME COMMAND...
  local name=$1 began=$SECONDS
  shift
  if "$@" >"$work/out" 2>&1; then
    passed=$((passed + 1))
    echo "ok      $name ($((SECONDS - began)) s)"
  else
    failed=$((failed + 1))
    echo "FAILED  $name ($((SECONDS - began)) s)"
    tail -n 40 "$work/out"
  fi
}
