{{/*
logweave.yml: what .Values.config says, and what only the chart can know - where its volumes and Secrets are. One file
for all services. Paths of Secrets that the chart mounts go before those of the values.
*/}}
{{- define "logweave.config" -}}
{{- $values := .Values -}}
{{- $kafka := dict "create_topics" (not (or $values.jobs.topics.enabled $values.strimzi.enabled)) -}}
{{- with $values.kafka.sasl.existingSecret -}}
{{- $_ := set $kafka "sasl" (dict "password_file" "/etc/logweave/kafka-sasl/password") -}}
{{- end -}}
{{- if or $values.kafka.tls.existingSecret $values.kafka.tls.clientCertificateSecret -}}
{{- $tls := dict "enabled" true -}}
{{- with $values.kafka.tls.existingSecret -}}
{{- $_ := set $tls "ca_file" "/etc/logweave/kafka-ca/ca.crt" -}}
{{- end -}}
{{- with $values.kafka.tls.clientCertificateSecret -}}
{{- $_ := set $tls "cert_file" "/etc/logweave/kafka-client/tls.crt" -}}
{{- $_ := set $tls "key_file" "/etc/logweave/kafka-client/tls.key" -}}
{{- end -}}
{{- $_ := set $kafka "tls" $tls -}}
{{- end -}}
{{- $owned := dict
  "data_dir" "/var/lib/logweave"
  "event_log" (dict "kind" "kafka" "kafka" $kafka)
  "admin" (dict "host" $values.admin.host "port" (int64 $values.admin.port) "token_file" "/etc/logweave/admin/token")
-}}
{{- $outputs := dict -}}
{{- if $values.clickhouseWriter.enabled -}}
{{- $clickhouse := dict "enabled" true "migrate" (not $values.jobs.migrate.enabled) -}}
{{- with $values.clickhouse.existingSecret -}}
{{- $_ := set $clickhouse "password_file" "/etc/logweave/clickhouse/password" -}}
{{- end -}}
{{- with $values.clickhouse.tls.existingSecret -}}
{{- $_ := set $clickhouse "tls" (dict "ca_file" "/etc/logweave/clickhouse-ca/ca.crt") -}}
{{- end -}}
{{- $_ := set $outputs "clickhouse" $clickhouse -}}
{{- end -}}
{{- if $values.fileWriter.enabled -}}
{{- $_ := set $outputs "file" (dict "enabled" true "path" "/var/log/logweave/correlated.log") -}}
{{- end -}}
{{- if $outputs -}}
{{- $_ := set $owned "outputs" $outputs -}}
{{- end -}}
{{- $config := deepCopy $values.config -}}
{{/* What belongs to a writer that is off would only be in the way of the others. */}}
{{- with $config.outputs -}}
{{- if not $values.clickhouseWriter.enabled -}}{{- $_ := unset . "clickhouse" -}}{{- end -}}
{{- if not $values.fileWriter.enabled -}}{{- $_ := unset . "file" -}}{{- end -}}
{{- end -}}
{{- mustMergeOverwrite $config $owned | toYaml -}}
{{- end -}}
