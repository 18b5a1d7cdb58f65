#!/bin/sh
# Installs the package in a container with a systemd of its own and sees it work: started under its hardening, events
# joined through its sockets, killed and started again with nothing lost, upgraded with a changed configuration kept,
# erased. `make rpm-test`; a minute or two, and another one the first time for the image.
#
# Needs root, podman, rpmbuild, systemd-analyze (Debian: apt-get install podman rpm systemd), and for the default image
# debootstrap. RPM_TEST_IMAGE is another image with systemd, RPM_TEST_DIST the package for it (el9).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/deploy/rpm
dist=${RPM_TEST_DIST-el9}
image=${RPM_TEST_IMAGE-localhost/logweave-rpm-test:1}

for tool in podman rpmbuild; do
  command -v "$tool" > /dev/null || {
    echo "rpm-test needs $tool. On Debian and Ubuntu: apt-get install podman rpm debootstrap" >&2
    exit 1
  }
done
"$root/deploy/systemd/check.sh"
[ -d /run/systemd/system ] || export CONTAINERS_CONF="$root/deploy/stand-ins/containers.conf"

package=$(ls -t "$root"/dist/packages/logweave-*-1."$dist".x86_64.rpm 2> /dev/null | head -n 1)
[ -n "$package" ] || { echo "no package for $dist in dist/packages: make rpm" >&2; exit 1; }
podman image exists "$image" || [ -n "${RPM_TEST_IMAGE-}" ] || "$here/test-image.sh" "$image"

work=$(mktemp -d "${TMPDIR:-/tmp}/logweave-rpm-test-XXXXXX")
name=logweave-rpm-test-$$
finish() {
  code=$?
  if [ "$code" -ne 0 ]; then
    podman exec "$name" journalctl --no-pager -n 60 -o cat -u logweave -u 'logweave@*' >&2 2> /dev/null || :
    echo "rpm-test failed: $step" >&2
    echo "$((steps - 1)) passed, 1 failed"
  else
    echo "$steps passed, 0 failed"
  fi
  podman rm -f -t 0 "$name" > /dev/null 2>&1 || :
  rm -rf "$work"
  exit "$code"
}
step=preparing
steps=0
trap finish EXIT

say() { step=$1; steps=$((steps + 1)); echo "rpm-test: $1"; }
inside() { podman exec "$name" sh -euc "$1"; }
# Tries for SECONDS until it succeeds.
until_so() {
  seconds=$1
  while ! inside "$2" > "$work/said" 2>&1; do
    seconds=$((seconds - 1))
    [ "$seconds" -gt 0 ] || { cat "$work/said" >&2; echo "not so in time: $2" >&2; return 1; }
    sleep 1
  done
}
expect() { inside "$1" || { echo "not so: $1" >&2; return 1; }; }
is_ready='/usr/lib/logweave/bin/node -e "fetch(\"http://127.0.0.1:9464/readyz\").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"'

say 'a second package, whose configuration is another, for the upgrade'
cp "$here/logweave.yml" "$work/logweave.yml"
echo '# Of a later release.' >> "$work/logweave.yml"
RELEASE=2 CONFIG="$work/logweave.yml" OUT="$work/packages" DISTS="$dist" "$here/build.sh" > "$work/build.log" 2>&1 ||
  { cat "$work/build.log" >&2; exit 1; }
cp "$package" "$work/packages/"
package=$(basename "$package")
upgrade=$(cd "$work/packages" && ls logweave-*-2."$dist".x86_64.rpm)

say 'a container with systemd'
podman run -d --name "$name" --network none --systemd=always --cap-add SYS_ADMIN \
  --security-opt seccomp=unconfined --security-opt unmask=ALL -v "$work/packages:/packages:ro" -v "$root/examples/web-minute:/sample:ro" \
  "$image" /sbin/init > /dev/null
until_so 30 'systemctl is-system-running | grep -q -e running -e degraded'
nodeps=$(podman exec "$name" sh -c '[ ! -e /etc/debian_version ] || echo --nodeps')

say 'installed: files, rights, a user of its own'
inside "rpm -i $nodeps /packages/$package"
expect '[ "$(stat -c %U:%G:%a /etc/logweave/logweave.yml)" = root:logweave:640 ]'
expect '[ "$(stat -c %U:%G:%a /var/lib/logweave)" = logweave:logweave:750 ]'
expect 'logweave check /etc/logweave/logweave.yml'
inside 'logweave version'

say 'started, under its hardening'
inside 'systemctl start logweave'
until_so 30 "$is_ready"
expect 'grep -q "^CapEff:[[:space:]]*0000000000000000" "/proc/$(systemctl show -P MainPID logweave)/status"'
expect 'grep -q "^NoNewPrivs:[[:space:]]*1" "/proc/$(systemctl show -P MainPID logweave)/status"'
expect 'grep -q "^Seccomp:[[:space:]]*2" "/proc/$(systemctl show -P MainPID logweave)/status"'
expect '[ "$(stat -c %U /proc/$(systemctl show -P MainPID logweave))" = logweave ]'
expect '[ "$(stat -c %U:%G:%a /run/logweave/http.socket)" = logweave:logweave:660 ]'
inside 'systemd-analyze security --no-pager logweave | tail -n 1'

say 'events joined through its sockets'
send='logweave generate --http-socket /run/logweave/http.socket --network-socket /run/logweave/network.socket --reconnect --json'
inside "$send --rate 500 --duration 8s > /root/sent.json"
inside 'cat /root/sent.json'
audited='logweave audit -c /etc/logweave/logweave.yml --json > /root/audit.json'
# Each HTTP event has become one line of the results, joined or alone.
until_so 30 '[ "$(wc -l < /var/log/logweave/correlated.log)" = "$(sed "s/.*\"http_lines\":\([0-9]*\).*/\1/" /root/sent.json)" ]'
expect '[ "$(grep -c "\"correlated\":true" /var/log/logweave/correlated.log)" -gt 500 ]'
expect "$audited"

say 'the sample joined as its truth says: 1,745 requests with their connections, 42 without'
inside 'wc -l < /var/log/logweave/correlated.log > /root/lines; grep -c "\"correlated\":true" /var/log/logweave/correlated.log > /root/joined'
inside 'logweave replay --now --speed 2 --http /sample/http.ndjson --network /sample/network.ndjson \
  --http-socket /run/logweave/http.socket --network-socket /run/logweave/network.socket'
until_so 30 '[ "$(grep -c "\"correlated\":true" /var/log/logweave/correlated.log)" = "$(($(cat /root/joined) + 1745))" ]'
until_so 30 '[ "$(wc -l < /var/log/logweave/correlated.log)" = "$(($(cat /root/lines) + 1787))" ]'

say 'killed while events come, and started again with nothing lost'
podman exec -d "$name" sh -c "$send --rate 500 --duration 12s --seed 2 > /root/second.json" > /dev/null
sleep 4
inside 'systemctl kill -s KILL logweave'
until_so 30 '[ "$(systemctl show -P NRestarts logweave)" -ge 1 ]'
until_so 30 "$is_ready"
until_so 30 '[ -s /root/second.json ]'
sleep 5
expect "$audited"
inside 'wc -l < /var/log/logweave/correlated.log'

say 'reloaded: the file of results is opened anew'
inside 'mv /var/log/logweave/correlated.log /var/log/logweave/before.log'
inside 'systemctl reload logweave'
inside "$send --rate 200 --duration 3s --seed 3 > /dev/null"
until_so 20 '[ -s /var/log/logweave/correlated.log ]'
if inside 'command -v logrotate' > /dev/null; then
  say 'rotated by logrotate as the example says'
  inside 'logrotate --force /usr/share/doc/logweave/logrotate.example'
  inside "$send --rate 200 --duration 3s --seed 4 > /dev/null"
  until_so 20 '[ -s /var/log/logweave/correlated.log.1 ] && [ -s /var/log/logweave/correlated.log ]'
fi

say 'upgraded: what was changed is kept, what runs is the new one'
inside "sed -i 's/keep: 10/keep: 11/' /etc/logweave/logweave.yml"
before=$(podman exec "$name" systemctl show -P MainPID logweave)
inside "rpm -U $nodeps /packages/$upgrade"
expect 'grep -q "keep: 11" /etc/logweave/logweave.yml'
expect 'grep -q "later release" /etc/logweave/logweave.yml.rpmnew'
until_so 30 "$is_ready"
expect "[ \"\$(systemctl show -P MainPID logweave)\" != $before ]"
expect "$audited"

say 'a service of its own: logweave@socket-ingestor-2'
inside 'systemctl stop logweave'
expect '[ "$(systemctl show -P Result logweave)" = success ]'
inside 'systemctl start logweave@socket-ingestor-2'
until_so 30 "$is_ready"
inside 'systemctl stop logweave@socket-ingestor-2'
expect '[ "$(systemctl show -P Result logweave@socket-ingestor-2)" = success ]'
expect '[ -d /run/logweave ]'

say 'a wrong configuration ends it for good, with 2'
inside 'echo "nonsense: 1" >> /etc/logweave/logweave.yml; systemctl start logweave || :'
until_so 20 '[ "$(systemctl show -P ExecMainStatus logweave)" = 2 ] && [ "$(systemctl show -P ActiveState logweave)" = failed ]'
inside 'sed -i /nonsense/d /etc/logweave/logweave.yml; systemctl reset-failed logweave; systemctl start logweave'
until_so 30 "$is_ready"

say 'with a drop-in: syslog on port 514, a socket of another group'
inside 'groupadd web
mkdir -p /etc/systemd/system/logweave.service.d
printf "[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\nSupplementaryGroups=web\n" \
  > /etc/systemd/system/logweave.service.d/test.conf
sed -i -e "s#http.socket }#http.socket, group: web }#" \
  -e "/network.socket }/a\\  raw: [{ name: syslog, type: tcp, port: 514, log_type: NIX_SYSTEM }]" /etc/logweave/logweave.yml
systemctl daemon-reload
systemctl restart logweave'
until_so 30 "$is_ready"
expect '[ "$(stat -c %U:%G:%a /run/logweave/http.socket)" = logweave:web:660 ]'
expect '/usr/lib/logweave/bin/node -e "require(\"net\").connect(514, \"127.0.0.1\", () => process.exit(0)).on(\"error\", () => process.exit(1))"'
inside 'rm -r /etc/systemd/system/logweave.service.d'

say 'erased: nothing runs, nothing is left but data, results and the changed configuration'
inside 'rpm -e logweave'
expect '[ -z "$(pgrep -u logweave || :)" ]'
expect '[ ! -e /usr/lib/logweave ] && [ ! -e /usr/bin/logweave ] && [ ! -e /run/logweave ]'
expect '! systemctl cat logweave.service > /dev/null 2>&1'
expect '[ ! -e /etc/systemd/system/multi-user.target.wants/logweave.service ]'
expect 'grep -q "keep: 11" /etc/logweave/logweave.yml.rpmsave'
expect '[ -s /var/lib/logweave/log.sqlite ] && [ -s /var/log/logweave/before.log ]'
