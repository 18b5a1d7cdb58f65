{{/* What no schema can say. Each refusal is a sentence that says what to change. */}}
{{- define "logweave.checks" -}}
{{- include "logweave.checkConnections" . -}}
{{- include "logweave.checkScaling" . -}}
{{- include "logweave.checkIngestor" . -}}
{{- include "logweave.checkStrimzi" . -}}
{{- include "logweave.checkNetworkPolicy" . -}}
{{- end -}}

{{- define "logweave.checkConnections" -}}
{{- $values := .Values -}}
{{- $kafka := default dict (default dict $values.config.event_log).kafka -}}
{{- if not $kafka.brokers -}}
{{- fail "config.event_log.kafka.brokers is empty: name some brokers, as in [kafka-1.example.com:9092, kafka-2.example.com:9092]." -}}
{{- end -}}
{{- range $kafka.brokers -}}
{{- if not (regexMatch "^(\\[[0-9a-fA-F:.]+\\]|[^\\s:\\[\\]/]+):[0-9]{1,5}$" .) -}}
{{- fail (printf "config.event_log.kafka.brokers: %s is not a host and a port: write kafka-1.example.com:9092." .) -}}
{{- end -}}
{{- end -}}
{{- if not $values.admin.existingSecret -}}
{{- fail "admin.existingSecret is empty: probes and scrapers reach the admin port from other machines, so it needs a token. Run kubectl create secret generic logweave-admin --from-literal=token=$(openssl rand -hex 24) and set admin.existingSecret to logweave-admin." -}}
{{- end -}}
{{- $sasl := default dict $kafka.sasl -}}
{{- if and $sasl.mechanism (not $values.kafka.sasl.existingSecret) (not $sasl.password_file) (not $sasl.password_env) (not $sasl.token_file) -}}
{{- fail (printf "config.event_log.kafka.sasl.mechanism is %s, and nothing says where the password is: put it into a Secret and name that in kafka.sasl.existingSecret." $sasl.mechanism) -}}
{{- end -}}
{{- if and $values.kafka.sasl.existingSecret (not $sasl.mechanism) -}}
{{- fail "kafka.sasl.existingSecret is set, but config.event_log.kafka.sasl.mechanism is not: set it to scram-sha-512 (or plain, scram-sha-256), and username beside it." -}}
{{- end -}}
{{- if and $sasl.mechanism (ne $sasl.mechanism "oauthbearer") (not $sasl.username) -}}
{{- fail (printf "config.event_log.kafka.sasl.mechanism is %s, which needs a user: set config.event_log.kafka.sasl.username." $sasl.mechanism) -}}
{{- end -}}
{{- if $values.clickhouseWriter.enabled -}}
{{- $dsn := include "logweave.setting" (dict "root" . "path" (list "outputs" "clickhouse" "dsn") "default" "") -}}
{{- if not $dsn -}}
{{- fail "clickhouseWriter.enabled is true, but config.outputs.clickhouse.dsn does not say where ClickHouse is: set it to http://logweave@clickhouse.example.com:8123/default, or clickhouseWriter.enabled to false." -}}
{{- end -}}
{{- if regexMatch "^[a-z]+://[^/@]*:[^/@]+@" $dsn -}}
{{- fail "config.outputs.clickhouse.dsn holds a password, which everyone who may read a ConfigMap would see: put it into a Secret, name that in clickhouse.existingSecret, and leave only the user in the dsn." -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "logweave.checkScaling" -}}
{{- $root := . -}}
{{- $stop := include "logweave.setting" (dict "root" . "path" (list "service" "stop_grace_s") "default" 30) | float64 -}}
{{- range $key, $component := dict "correlator" "correlator" "parser" "parser" "clickhouseWriter" "clickhouse-writer" -}}
{{- $values := index $root.Values $key -}}
{{- $most := include "logweave.mostReplicas" (dict "root" $root "component" $component) | int64 -}}
{{- $setting := ternary "config.topics.partitions" "the larger of config.topics.partitions and config.topics.raw_partitions" (eq $component "correlator") -}}
{{- $scaling := $values.autoscaling -}}
{{- if and $values.enabled (ne $scaling.type "none") -}}
{{- if gt (int64 $scaling.maxReplicas) $most -}}
{{- fail (printf "%s.autoscaling.maxReplicas is %d, but there are %d partitions, and a process without one has nothing to do: lower it to %d, or begin with more partitions (%s)." $key (int64 $scaling.maxReplicas) $most $most $setting) -}}
{{- end -}}
{{- if gt (int64 $scaling.minReplicas) (int64 $scaling.maxReplicas) -}}
{{- fail (printf "%s.autoscaling.minReplicas is %d and maxReplicas %d: lower the first or raise the second." $key (int64 $scaling.minReplicas) (int64 $scaling.maxReplicas)) -}}
{{- end -}}
{{- else if and $values.enabled (gt (int64 $values.replicas) $most) -}}
{{- fail (printf "%s.replicas is %d, but there are %d partitions, and a process without one has nothing to do: lower it to %d, or begin with more partitions (%s)." $key (int64 $values.replicas) $most $most $setting) -}}
{{- end -}}
{{- if and (eq $scaling.type "keda") (eq "oauthbearer" (include "logweave.setting" (dict "root" $root "path" (list "event_log" "kafka" "sasl" "mechanism") "default" ""))) -}}
{{- fail (printf "%s.autoscaling.type is keda, which this chart cannot give a token for oauthbearer: set it to hpa, or config.event_log.kafka.sasl.mechanism to scram-sha-512." $key) -}}
{{- end -}}
{{- end -}}
{{- range $key := list "socketIngestor" "correlator" "parser" "clickhouseWriter" "fileWriter" -}}
{{- $grace := (index $root.Values $key).terminationGracePeriodSeconds -}}
{{- if and $grace (lt (float64 $grace) $stop) -}}
{{- fail (printf "%s.terminationGracePeriodSeconds is %d, but a stop may take %v seconds (config.service.stop_grace_s): raise the first above the second, or leave it at 0, which means that." $key (int64 $grace) $stop) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "logweave.checkIngestor" -}}
{{- $ingestor := .Values.socketIngestor -}}
{{- if $ingestor.enabled -}}
{{- $inputs := default dict .Values.config.inputs -}}
{{- $paths := list -}}
{{- range (default list $inputs.unix_sockets) -}}{{- $paths = append $paths .path -}}{{- end -}}
{{- range (default list $inputs.raw) -}}
{{- if has .type (list "unix_stream" "unix_datagram") -}}{{- $paths = append $paths .path -}}{{- end -}}
{{- end -}}
{{- range $paths -}}
{{- if not (hasPrefix "/run/logweave/" .) -}}
{{- fail (printf "config.inputs: the socket %s is outside of /run/logweave, where pods have the directory of sockets: move it there." .) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $ingestor.mode "statefulset") $paths (not $ingestor.extraContainers) -}}
{{- fail (printf "socketIngestor.mode is statefulset, and nobody would reach the socket %s: put what writes to it into socketIngestor.extraContainers, empty config.inputs.unix_sockets, or set socketIngestor.mode to daemonset." (first $paths)) -}}
{{- end -}}
{{- range (include "logweave.networkInputs" . | fromYamlArray) -}}
{{- if or (hasPrefix "127." .address) (eq .address "::1") -}}
{{- fail (printf "config.inputs.raw: %s listens on %s, which only its own pod reaches: set its address to 0.0.0.0." .name .address) -}}
{{- end -}}
{{- if eq (int64 .port) 0 -}}
{{- fail (printf "config.inputs.raw: %s has no port: set its port, 5514 for instance." .name) -}}
{{- end -}}
{{- end -}}
{{- if eq $ingestor.mode "statefulset" -}}
{{- $spool := include "logweave.setting" (dict "root" . "path" (list "inputs" "spool" "max_bytes") "default" 4294967296) | float64 | int64 -}}
{{- $on := ne "false" (include "logweave.setting" (dict "root" . "path" (list "inputs" "spool" "enabled") "default" true)) -}}
{{- $size := include "logweave.bytes" $ingestor.persistence.size | int64 -}}
{{- if and $on (lt $size $spool) -}}
{{- fail (printf "socketIngestor.persistence.size is %s, but the spool may take %d bytes: raise it, or lower config.inputs.spool.max_bytes." $ingestor.persistence.size $spool) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "logweave.checkStrimzi" -}}
{{- $root := . -}}
{{- $strimzi := .Values.strimzi -}}
{{- if $strimzi.enabled -}}
{{- if not $strimzi.cluster -}}
{{- fail "strimzi.enabled is true, but strimzi.cluster is empty: set it to the name of the Kafka resource that shall have the topics." -}}
{{- end -}}
{{- $definitions := .Files.Get "files/topics.json" | fromJson -}}
{{- range $topic, $override := $strimzi.topics -}}
{{- if not (hasKey $definitions $topic) -}}
{{- fail (printf "strimzi.topics.%s is no topic of Logweave: write one of %s." $topic (keys $definitions | sortAlpha | join ", ")) -}}
{{- end -}}
{{- $definition := get $definitions $topic -}}
{{- $wanted := include "logweave.topicPartitions" (dict "root" $root "definition" $definition) | int64 -}}
{{- if and $override.partitions (ne (int64 $override.partitions) $wanted) -}}
{{- if $definition.partitionsKey -}}
{{- fail (printf "strimzi.topics.%s.partitions is %d, but config.topics.%s is %d, and the records of a key meet only where the numbers are equal: leave the first out, or set the second to %d." $topic (int64 $override.partitions) $definition.partitionsKey $wanted (int64 $override.partitions)) -}}
{{- else -}}
{{- fail (printf "strimzi.topics.%s.partitions is %d, but this topic has %d: leave it out." $topic (int64 $override.partitions) $wanted) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $strimzi.user.enabled (eq $strimzi.user.authentication "scram-sha-512") -}}
{{- if not (include "logweave.setting" (dict "root" . "path" (list "event_log" "kafka" "sasl" "username") "default" "")) -}}
{{- fail "strimzi.user.enabled is true, but config.event_log.kafka.sasl.username is empty: set it to the name that the KafkaUser shall have, mechanism to scram-sha-512 beside it, and kafka.sasl.existingSecret to the same name." -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "logweave.checkNetworkPolicy" -}}
{{- $policy := .Values.networkPolicy -}}
{{- if $policy.enabled -}}
{{- if not $policy.kafka.to -}}
{{- fail "networkPolicy.enabled is true, but networkPolicy.kafka.to is empty, so that no pod could reach the brokers: say where they are, as in [{podSelector: {matchLabels: {strimzi.io/cluster: kafka}}}] or [{ipBlock: {cidr: 10.0.0.0/16}}]." -}}
{{- end -}}
{{- if and .Values.clickhouseWriter.enabled (not $policy.clickhouse.to) -}}
{{- fail "networkPolicy.enabled is true, but networkPolicy.clickhouse.to is empty, so that no pod could reach ClickHouse: say where it is, as in [{podSelector: {matchLabels: {app: clickhouse}}}] or [{ipBlock: {cidr: 10.0.0.0/16}}]." -}}
{{- end -}}
{{- if not $policy.dns.to -}}
{{- fail "networkPolicy.enabled is true, but networkPolicy.dns.to is empty, so that no name could be resolved: leave its default, or write [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]." -}}
{{- end -}}
{{- if and .Values.monitoring.podMonitor.enabled (not $policy.metrics.from) -}}
{{- fail "networkPolicy.enabled and monitoring.podMonitor.enabled are true, but networkPolicy.metrics.from is empty, so that Prometheus could not scrape: say where it is, as in [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]." -}}
{{- end -}}
{{- if and .Values.socketIngestor.enabled (include "logweave.networkInputs" . | fromYamlArray) (not $policy.sources.from) -}}
{{- fail "networkPolicy.enabled is true and config.inputs.raw listens on ports, but networkPolicy.sources.from is empty, so that nobody could send logs: say who does, as in [{ipBlock: {cidr: 10.0.0.0/8}}]." -}}
{{- end -}}
{{- end -}}
{{- end -}}
