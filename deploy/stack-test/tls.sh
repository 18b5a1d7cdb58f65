#!/usr/bin/env bash
# Runs docker-compose.yml with deploy/compose/tls.yml: TLS and a password to Kafka, HTTPS to ClickHouse. What has no password
# or trusts another authority is refused, and the load comes out as without. Ends with a line `N passed, N failed`; needs
# what run.sh needs.
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/stack-test/lib.sh
. deploy/stack-test/lib.sh

warehouse=https://localhost:${CLICKHOUSE_TLS_PORT:-8443}/
ca=$LOGWEAVE_SECRETS/ca.pem

# A command of the program with logweave.yml changed by sed. It has to say why it failed; Compose on podman loses its code.
refused() { # EXPRESSION REASON
  sed "$1" deploy/compose/logweave-tls.yml >"$work/changed.yml"
  chmod 0644 "$work/changed.yml"
  "${compose[@]}" run --rm -T --no-deps --volume "$work:/changed:ro" correlator "${command[@]}" \
    --config /changed/changed.yml >"$work/said" 2>&1 || true
  cat "$work/said"
  grep -Eiq "$2" "$work/said"
}
load_is_joined() {
  [ "$(ask "$warehouse" 'SELECT count() > 1000 FROM logweave.http_logs WHERE correlated FORMAT TSV' --cacert "$ca")" = 1 ]
}
audit_holds() { logweave audit --warehouse >"$work/audit" 2>&1 || { cat "$work/audit"; return 1; }; }
speaks_only_tls() { # SERVICE PORT
  ! "${compose[@]}" exec -T "$1" bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null
}

start_engine docker-compose.yml deploy/compose/tls.yml
sh deploy/compose/make-secrets.sh "$LOGWEAVE_SECRETS" >/dev/null
sh deploy/compose/make-certificates.sh "$LOGWEAVE_SECRETS" >/dev/null
sh deploy/compose/make-certificates.sh "$work/other" >/dev/null
cp "$work/other/ca.pem" "$work/other.pem"
printf 'not-the-password' >"$work/other-password"
chmod 0755 "$work"
chmod 0644 "$work/other-password"

check 'the compose files are valid with all profiles' "${compose[@]}" --profile '*' config --quiet
check 'the stack comes up with TLS' "${compose[@]}" up --detach --wait --no-build --scale correlator=2
[ "$failed" -eq 0 ] || exit 1
check 'Kafka has no port without TLS' speaks_only_tls kafka 9092

command=(topics)
check 'another authority than that of the broker is refused' \
  refused '/brokers/,/sasl/s#ca_file: [^ ]*#ca_file: /changed/other.pem#' '^logweave: no broker .*certificate'
check 'a wrong password is refused by the broker' \
  refused 's#/run/secrets/kafka_password#/changed/other-password#' '^logweave: authentication .*failed'
command=(migrate)
check 'another authority than that of ClickHouse is refused' \
  refused '/clickhouse:/,$s#ca_file: [^ ]*#ca_file: /changed/other.pem#' '^logweave: cannot migrate: .*certificate'

check 'the load goes in' "${compose[@]}" run --rm -T --no-deps load generate --http-socket /run/logweave/http.socket \
  --network-socket /run/logweave/network.socket --rate 300 --duration 10s --json
check 'it comes out joined, over HTTPS' within 30 load_is_joined
check 'every event has at most one outcome, and every result one row' within 30 audit_holds
