#!/usr/bin/env bash
# Runs docker-compose.yml with three correlators, kills one of them under load, and proves over the topics and the rows that
# every event had exactly one outcome. Ends with a line `N passed, N failed`.
#
# It needs Docker with Compose, or podman with docker-compose over its socket (DOCKER_HOST, which this starts where no Docker
# answers). Images are those of the compose file unless LOGWEAVE_IMAGE, KAFKA_IMAGE, CLICKHOUSE_IMAGE name others; the
# folders beside this make stand-ins of what cannot be pulled. COMPOSE is the command, with -f for files of your own;
# LOAD_SECONDS is how long events are sent.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${LOAD_SECONDS:-20}
export LOGWEAVE_SECRETS LOAD_RATE=${LOAD_RATE:-300} LOAD_DURATION=${seconds}s
work=$(mktemp -d)
LOGWEAVE_SECRETS=$work/secrets
read -ra compose <<<"${COMPOSE:-docker compose}"
compose+=(-p logweave-test)
passed=0
failed=0
helpers=()

check() { # NAME COMMAND...
  local name=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    passed=$((passed + 1))
    echo "ok      $name"
  else
    failed=$((failed + 1))
    echo "FAILED  $name"
    tail -n 30 "$work/out"
  fi
}

# shellcheck disable=SC2329 # called by the trap
finish() {
  code=$?
  [ "$failed" -eq 0 ] && [ "$code" -eq 0 ] || "${compose[@]}" logs --tail 15 --no-color 2>/dev/null | cut -c1-300 || true
  "${compose[@]}" --profile load down --volumes --timeout 40 >/dev/null 2>&1 || true
  [ ${#helpers[@]} -eq 0 ] || kill "${helpers[@]}" 2>/dev/null || true
  rm -rf "$work"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] || exit 1
}
trap finish EXIT

kill_one() { docker kill --signal KILL "$1"; }
if ! docker info >/dev/null 2>&1; then
  command -v podman >/dev/null || { echo 'a running docker, or podman, is needed' >&2; exit 1; }
  export DOCKER_HOST=unix://$work/podman.sock DOCKER_BUILDKIT=0
  podman system service --time=0 "$DOCKER_HOST" &
  helpers+=($!)
  # Without systemd nobody asks the containers for their health.
  while sleep 2; do
    for id in $(podman ps --quiet --filter label=com.docker.compose.project=logweave-test); do
      podman healthcheck run "$id" >/dev/null 2>&1 || true
    done
  done &
  helpers+=($!)
  kill_one() { podman kill --signal KILL "$1"; }
  until [ -S "$work/podman.sock" ]; do sleep 0.1; done
fi
id_of() { "${compose[@]}" ps --quiet "$1" | head -n 1; }

sh deploy/compose/make-secrets.sh "$LOGWEAVE_SECRETS" >/dev/null
check 'the compose files are valid' "${compose[@]}" --profile '*' config --quiet
check 'the stack comes up, with three correlators' "${compose[@]}" up --detach --wait --no-build --scale correlator=3
[ "$failed" -eq 0 ] || exit 1

"${compose[@]}" run --rm -T --no-deps --name logweave-test-load load generate --http-socket /run/logweave/http.socket \
  --network-socket /run/logweave/network.socket --rate "$LOAD_RATE" --duration "$LOAD_DURATION" --json >"$work/load" 2>&1 &
load=$!
sleep $((seconds / 2))
check 'a correlator is killed under load' kill_one "$(id_of correlator)"
check 'the load is sent to its end' wait "$load"
# Windows, sessions of the dead process and batches of the writer have ended by then.
sleep 30
check 'every event has exactly one outcome, and every result one row' \
  "${compose[@]}" exec -T socket-ingestor logweave.mjs audit --warehouse
cp "$work/out" "$work/audit"
cat "$work/audit"
check 'there are results in it' grep -Eq '^[1-9][0-9,]* results in' "$work/audit"
