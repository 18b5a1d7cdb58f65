#!/bin/sh
# Runs Logweave with the Node that came with it, wherever both lie.
home=$(dirname "$(dirname "$(readlink -f "$0")")")
if [ -z "${LOGWEAVE_CONFIG-}" ] && [ ! -e logweave.yml ] && [ -e /etc/logweave/logweave.yml ]; then
  export LOGWEAVE_CONFIG=/etc/logweave/logweave.yml
fi
exec "$home/bin/node" --no-warnings --max-semi-space-size=64 "$home/bin/logweave.mjs" "$@"
