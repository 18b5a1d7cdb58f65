#!/bin/sh
# Makes an authority and the certificates of Kafka and ClickHouse for deploy/compose/tls.yml, valid for 90 days.
# `sh deploy/compose/make-certificates.sh [DIR]`; without DIR they go beside the secrets. Needs openssl. Run again, it makes
# all of them anew. The key of the authority is not kept: nobody can sign with it later.
set -eu
umask 077
command -v openssl >/dev/null || { echo "openssl is needed: apt-get install openssl, dnf install openssl" >&2; exit 1; }
folder=${1:-$(dirname "$0")/secrets}
days=90
mkdir -p "$folder"
chmod 0700 "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "$days" -subj "/CN=Logweave example CA" \
  -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign" \
  -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null

for name in kafka clickhouse; do
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" \
    -keyout "$work/$name.key" -out "$work/$name.csr" 2>/dev/null
  printf 'subjectAltName=DNS:%s,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n' "$name" >"$work/$name.ext"
  openssl x509 -req -in "$work/$name.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days "$days" \
    -extfile "$work/$name.ext" -out "$work/$name.crt" 2>/dev/null
done
# Kafka wants its key and the chain of its certificate in one file.
cat "$work/kafka.key" "$work/kafka.crt" "$work/ca.pem" >"$work/kafka.pem"

for file in ca.pem kafka.pem clickhouse.crt clickhouse.key; do
  chmod 0444 "$work/$file"
  mv -f "$work/$file" "$folder/$file"
done
echo "certificates are in $folder"
