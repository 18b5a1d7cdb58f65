# What a fresh machine needs: make, npm and a Node to run npm with. The Node that everything else runs on comes with
# the dependencies (Linux, x64); elsewhere it is your own, 26 or later.
#
#   make demo   a minute of real traffic through sockets, joined, into a file and ClickHouse (ARGS="--once --json")
#   make test   everything that needs no server: types, lint, boundaries, unit tests
#   make bench  the benchmarks                 make lint   only the checks                make clean
#   make bundle the program as it is shipped, in dist/bundle (ARGS=DIR for elsewhere)
#   make image  the slim image with docker or buildah (TARGET=all-in-one for the other); deploy/build-image.sh says more
#   make deploy-check  what is deployed, without running it: chart, units, rules, images, scripts
#   make stack-test    the compose stack under load: a correlator killed, everything replaced; and once with TLS
#   make cluster-test  the chart on a control plane of Kubernetes, and our image on a node, also behind network policies
#                      (ARGS=chart, ensemble or policies for one of them, ARGS=keda for scaling by KEDA itself)
#   make observability-test   the alert rules and their tests with promtool (Debian: apt-get install prometheus)
#   make chart-test   the chart in k8s/logweave with helm, helm-unittest and kubeconform (Go 1.26, built once; python3)
#   make rpm    packages in dist/packages (Debian: apt-get install rpm)       make tarball   only the tar.gz
#   make rpm-test   one of them installed, run and erased; deploy/rpm/test.sh says what it needs

SYSTEM_PATH := $(PATH)
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export NX_DAEMON := false
export NX_NO_CLOUD := true
.SHELLFLAGS := -euc
ARGS ?=

installed := node_modules/.installed

.PHONY: demo test bench bundle image deploy-check stack-test cluster-test lint typecheck unit install clean observability-test chart-test rpm rpm-test tarball
.DEFAULT_GOAL := test

demo: install
	@node --conditions=@logweave/source services/logweave/src/demo/main.ts $(ARGS)

test: typecheck lint unit

bench: install
	@npm run --silent bench -- $(ARGS)

bundle: install
	@npm run --silent bundle -- $(ARGS)

image:
	@deploy/build-image.sh $(ARGS)

deploy-check: install
	@deploy/check.sh

stack-test: install
	@deploy/stack-test/run.sh
	@deploy/stack-test/tls.sh

cluster-test: install
	@node --conditions=@logweave/source tools/cluster-test.ts $(ARGS)

# Beside this, `make test` holds the rules and dashboards to the metrics that the code has.
observability-test:
	@deploy/observability/check.sh

# Tools are kept in LOGWEAVE_TOOL_CACHE (~/.cache/logweave/tools); building them takes five to ten minutes.
chart-test: install
	@node --conditions=@logweave/source tools/chart-test.ts

# DISTS=el9 for one.
rpm: bundle
	@deploy/rpm/build.sh

tarball: bundle
	@DISTS= deploy/rpm/build.sh

rpm-test: rpm
	@deploy/rpm/test.sh

typecheck: install
	@npm run --silent typecheck

lint: install
	@npm run --silent lint

unit: install
	@npm run --silent test

install: $(installed)

# Again whenever the lock file changes. No package may run scripts of its own at installation.
$(installed): package-lock.json
	@echo 'Installing dependencies (npm ci, about a minute the first time)' >&2
	@PATH="$(SYSTEM_PATH)" npm ci --ignore-scripts --loglevel=error --no-audit --no-fund >&2
	@node tools/check-node.mjs
	@touch $@

clean:
	rm -rf .nx .vitest dist tools/dist bench/dist libs/*/dist services/*/dist
