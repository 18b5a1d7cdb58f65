#!/bin/bash
# Formats the storage the first time and becomes the broker.
set -eu
config=/opt/kafka/config/server.properties
cp /mnt/shared/config/server.properties "$config"
cat >/opt/kafka/config/log4j2.yaml <<'LOG'
Configuration:
  Appenders: { Console: { name: STDOUT, PatternLayout: { pattern: "%d %p %m (%c)%n" } } }
  Loggers: { Root: { level: WARN, AppenderRef: [{ ref: STDOUT }] } }
LOG
java() { /opt/java/bin/java -Dlog4j2.configurationFile=/opt/kafka/config/log4j2.yaml -cp '/opt/kafka/libs/*' "$@"; }
[ -f /var/lib/kafka/data/meta.properties ] || java -Xmx128m kafka.tools.StorageTool format -t 5L6g3nShT-eMCtK--X86sw -c "$config"
# shellcheck disable=SC2086 # several options, as in Apache's image
exec /opt/java/bin/java ${KAFKA_HEAP_OPTS:-} -Dlog4j2.configurationFile=/opt/kafka/config/log4j2.yaml \
  -cp '/opt/kafka/libs/*' kafka.Kafka "$config"
