#!/bin/sh
# Makes the image that the package is tested in where RPM_TEST_IMAGE names no other: Debian with systemd and rpm, as
# that can be made without fetching an image. Needs root, podman and debootstrap (apt-get install podman debootstrap).
# rpm does not know Debian's packages there, so what ours needs is not checked; an image of Enterprise Linux checks it.
set -eu
image=$1
mirror=${DEBIAN_MIRROR-http://deb.debian.org/debian}

if ! command -v debootstrap > /dev/null; then
  echo "debootstrap is needed for $image, or an image with systemd in RPM_TEST_IMAGE. On Debian: apt-get install debootstrap" >&2
  exit 1
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/logweave-image-XXXXXX")
trap 'rm -rf "$folder"' EXIT
debootstrap --variant=minbase --include=systemd,systemd-sysv,rpm,libatomic1,procps,dbus,logrotate bookworm "$folder/root" "$mirror" \
  > "$folder/log" 2>&1 || { tail "$folder/log" >&2; exit 1; }
rm -rf "$folder"/root/var/cache/apt/archives/*.deb "$folder"/root/var/lib/apt/lists/*
tar -C "$folder/root" -c . | podman import --change 'CMD ["/sbin/init"]' - "$image" > /dev/null
