#!/bin/sh
# Checks the units as far as that goes without a running systemd: both have the same hardening, systemd knows every line
# of them, and their exposure is 2.0 or less of 10. `make rpm-test` runs it first.
set -eu
cd "$(dirname "$0")"

if ! command -v systemd-analyze > /dev/null; then
  echo 'systemd-analyze is needed, which comes with systemd. On Debian and Ubuntu: apt-get install systemd' >&2
  exit 1
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
hardening() { sed -n '/^NoNewPrivileges/,/^LimitCORE/p' "$1"; }
hardening logweave.service > "$root/one"
hardening logweave@.service > "$root/each"
diff "$root/one" "$root/each" || { echo 'logweave.service and logweave@.service differ in their hardening' >&2; exit 1; }

# A root with nothing in it but the units and what they name.
units=$root/usr/lib/systemd/system
mkdir -p "$units" "$root/usr/bin" "$root/etc/systemd/system" "$root/bin"
cp logweave.service logweave@.service "$units/"
for target in basic sysinit shutdown multi-user network-online; do
  printf '[Unit]\nDescription=%s\n' "$target" > "$units/$target.target"
done
for program in usr/bin/logweave bin/sh bin/kill; do
  printf '#!/bin/sh\n' > "$root/$program"
  chmod 755 "$root/$program"
done

for unit in logweave.service logweave@correlator.service logweave@correlator-2.service; do
  said=$(systemd-analyze verify --root="$root" --man=no "$unit" 2>&1) || { echo "$said" >&2; exit 1; }
  # Warnings about lines that it does not know do not make it fail.
  if echo "$said" | grep -i 'logweave.*:[0-9]*:'; then exit 1; fi
  echo "$unit: every line is known"
done
for unit in logweave.service logweave@correlator.service; do
  systemd-analyze security --no-pager --offline=true --root="$root" --threshold=20 "$unit" > "$root/report" ||
    { cat "$root/report" >&2; exit 1; }
  tail -n 1 "$root/report"
done
