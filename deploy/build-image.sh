#!/usr/bin/env bash
# Builds an image with Docker, or with Buildah where no Docker answers. From the environment:
#
#   TARGET                               slim (the default) or all-in-one
#   IMAGE                                its name; logweave:VERSION, and logweave:VERSION-all-in-one
#   NODE_BUILD_IMAGE, NODE_RUNTIME_IMAGE what it is built on, where it is not Docker Hub's Node
#
# Arguments go to the builder, as --pull-never does to Buildah when the base is a local one.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${TARGET:-slim}
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' services/logweave/package.json)
image=${IMAGE:-logweave:$version$([ "$target" = slim ] || echo "-$target")}
commit=${LOGWEAVE_COMMIT:-$(git rev-parse --short=12 HEAD 2>/dev/null || true)}
args=(--file deploy/Dockerfile --target "$target" --tag "$image" --build-arg "COMMIT=$commit" --build-arg "VERSION=$version"
  --build-arg "CREATED=$(date -u +%Y-%m-%dT%H:%M:%SZ)")
for name in NODE_BUILD_IMAGE NODE_RUNTIME_IMAGE; do
  [ -z "${!name:-}" ] || args+=(--build-arg "$name=${!name}")
done

if docker info >/dev/null 2>&1; then
  docker build "${args[@]}" "$@" .
elif command -v buildah >/dev/null; then
  # The health check is a part of Docker's format and not of OCI's. chroot needs no rights on cgroups or networks.
  buildah bud --format docker --isolation chroot "${args[@]}" "$@" .
else
  echo 'a running docker, or buildah, is needed (Debian: apt-get install buildah)' >&2
  exit 1
fi
echo "$image is there"
