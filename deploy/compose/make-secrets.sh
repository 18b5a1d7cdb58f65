#!/bin/sh
# Makes the secrets of docker-compose.yml that are not there yet, each a file. `sh deploy/compose/make-secrets.sh [DIR]`;
# without DIR they go beside this file, to secrets/, which git ignores.
#
# Compose hands files of a machine to containers as they are, and each container has a user of its own. So the files can
# be read by all, and the folder that they lie in by its owner alone.
set -eu
umask 077
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 0700 "$folder"
for name in admin_token clickhouse_password grafana_password kafka_password; do
  [ -s "$folder/$name" ] && continue
  # 240 bits. No newline: not everyone who reads such a file cuts it off.
  head -c 30 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >"$folder/.$name"
  chmod 0444 "$folder/.$name"
  mv "$folder/.$name" "$folder/$name"
done
echo "secrets are in $folder"
