#!/bin/sh
# Installs what the tests of images, stack, cluster and packages need from Debian's packages, as far as it is missing.
# Needs root. What is not packaged is built with Go (tools/build-go-tools.ts).
set -eu
[ -e /etc/debian_version ] || { echo "not a Debian: install podman, buildah, runc and what else the tests name by hand" >&2; exit 1; }
missing=$(for package in podman buildah runc netavark aardvark-dns catatonit debootstrap containerd containernetworking-plugins \
  iptables ipset iproute2 conntrack rpm prometheus prometheus-alertmanager openssl shellcheck systemd curl; do
  dpkg-query --show --showformat '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || echo "$package"
done)
[ -n "$missing" ] || exit 0
apt-get update -qq
# Services of these are not wanted, only the programs.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 0755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
# shellcheck disable=SC2086 # several names
DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --quiet --no-install-recommends $missing
