#!/bin/sh
# Checks the alert rules with Prometheus's own tool and runs their unit tests. `make observability-test`.
set -eu
cd "$(dirname "$0")"

if ! command -v promtool > /dev/null; then
  echo 'observability-test needs promtool, which comes with Prometheus. On Debian and Ubuntu: apt-get install prometheus' >&2
  exit 1
fi

promtool check config prometheus.yml
promtool check rules alerts.yml
promtool test rules alerts.test.yml
