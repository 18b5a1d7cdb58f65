{{/* (dict "root" $ "definition" …) with an entry of files/topics.json. */}}
{{- define "logweave.topicPartitions" -}}
{{- $definition := .definition -}}
{{- if $definition.partitionsKey -}}
{{- include "logweave.setting" (dict "root" .root "path" (list "topics" $definition.partitionsKey) "default" $definition.partitions) | float64 | int64 -}}
{{- else -}}
{{- int64 $definition.partitions -}}
{{- end -}}
{{- end -}}

{{/* What `logweave topics --create` would set. */}}
{{- define "logweave.topicConfig" -}}
{{- $root := .root -}}
{{- $definition := .definition -}}
{{- $topics := default dict $root.Values.config.topics -}}
{{- $config := dict "cleanup.policy" $definition.cleanup "retention.ms" -1 -}}
{{- $bytes := int64 $definition.maxMessageBytes -}}
{{- if hasKey $definition "aboveRawLogBytes" -}}
{{- $raw := include "logweave.setting" (dict "root" $root "path" (list "topics" "raw_log_bytes") "default" 1048576) | float64 | int64 -}}
{{- $bytes = max $bytes (add $raw (int64 $definition.aboveRawLogBytes)) -}}
{{- end -}}
{{- $_ := set $config "max.message.bytes" $bytes -}}
{{- if $definition.retentionKey -}}
{{- $hours := $definition.retentionHours -}}
{{- $all := default dict $topics.retention_hours -}}
{{- if hasKey $all $definition.retentionKey -}}{{- $hours = get $all $definition.retentionKey -}}{{- end -}}
{{- if not (kindIs "invalid" $hours) -}}{{- $_ := set $config "retention.ms" (mulf $hours 3600000 | int64) -}}{{- end -}}
{{- $size := $definition.retentionBytes -}}
{{- if hasKey $topics "retention_bytes" -}}{{- $size = $topics.retention_bytes -}}{{- end -}}
{{- $partitions := include "logweave.topicPartitions" . | int64 -}}
{{- if not (kindIs "invalid" $size) -}}{{- $_ := set $config "retention.bytes" (divf $size $partitions | ceil | int64) -}}{{- end -}}
{{- end -}}
{{- with (include "logweave.setting" (dict "root" $root "path" (list "event_log" "kafka" "min_insync_replicas") "default" "")) -}}
{{- $_ := set $config "min.insync.replicas" (float64 . | int64) -}}
{{- end -}}
{{- toYaml (mergeOverwrite $config (default dict .override.config)) -}}
{{- end -}}
