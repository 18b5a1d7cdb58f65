{{/* Names and labels. Every template of the chart takes a scope: (dict "root" $ "component" "correlator" "values" .Values.correlator). */}}

{{- define "logweave.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "logweave.name" -}}
{{- printf "%s-%s" (include "logweave.fullname" .root) .component -}}
{{- end -}}

{{/* Never changed by an upgrade: a selector of a workload is immutable. */}}
{{- define "logweave.selectorLabels" -}}
app.kubernetes.io/name: logweave
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "logweave.labels" -}}
{{ include "logweave.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: logweave
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "logweave.metadata" -}}
name: {{ include "logweave.name" . }}
namespace: {{ .root.Release.Namespace }}
labels: {{- include "logweave.labels" . | nindent 2 }}
{{- end -}}

{{- define "logweave.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "logweave.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "logweave.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{/* A quantity of Kubernetes (1536Mi, 2Gi, 1G, 1.5Gi, 1073741824) in bytes. */}}
{{- define "logweave.bytes" -}}
{{- $text := toString . -}}
{{- $number := regexFind "^[0-9]+(\\.[0-9]+)?" $text -}}
{{- $unit := trimPrefix $number $text -}}
{{- $units := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- if or (eq $number "") (not (hasKey $units $unit)) -}}
{{- fail (printf "%s is not an amount of bytes that this chart reads: write 1536Mi or 2Gi." $text) -}}
{{- end -}}
{{- mulf (float64 $number) (get $units $unit) | int64 -}}
{{- end -}}

{{/* A value below .root.Values.config by its path, or the default: (dict "root" $ "path" (list "topics" "partitions") "default" 8). Null counts as absent. */}}
{{- define "logweave.setting" -}}
{{- $at := .root.Values.config -}}
{{- $found := true -}}
{{- range .path -}}
{{- if and $found (kindIs "map" $at) (hasKey $at .) -}}{{- $at = get $at . -}}{{- else -}}{{- $found = false -}}{{- end -}}
{{- end -}}
{{- if and $found (not (kindIs "invalid" $at)) -}}{{ $at }}{{- else -}}{{ .default }}{{- end -}}
{{- end -}}

{{- define "logweave.topicPrefix" -}}
{{- include "logweave.setting" (dict "root" . "path" (list "topics" "prefix") "default" "logweave") -}}
{{- end -}}

{{- define "logweave.partitions" -}}
{{- include "logweave.setting" (dict "root" . "path" (list "topics" "partitions") "default" 8) | float64 | int64 -}}
{{- end -}}

{{- define "logweave.rawPartitions" -}}
{{- include "logweave.setting" (dict "root" . "path" (list "topics" "raw_partitions") "default" 8) | float64 | int64 -}}
{{- end -}}

{{- define "logweave.deadLetterPartitions" -}}
{{- include "logweave.setting" (dict "root" . "path" (list "topics" "dead_letter_partitions") "default" 4) | float64 | int64 -}}
{{- end -}}

{{/* Most processes of a service that have something to do. */}}
{{- define "logweave.mostReplicas" -}}
{{- $partitions := include "logweave.partitions" .root | int64 -}}
{{- if eq .component "correlator" -}}
{{- $partitions -}}
{{- else -}}
{{- max $partitions (include "logweave.rawPartitions" .root | int64) -}}
{{- end -}}
{{- end -}}

{{/* Inputs that listen on a port, as a YAML list of {name, type, port, address}. */}}
{{- define "logweave.networkInputs" -}}
{{- $found := list -}}
{{- range (default list (default dict .Values.config.inputs).raw) -}}
{{- if has .type (list "tcp" "tls" "udp") -}}
{{- $found = append $found (dict "name" .name "type" .type "port" (int64 (default 0 .port)) "address" (default "127.0.0.1" .address)) -}}
{{- end -}}
{{- end -}}
{{- toYaml $found -}}
{{- end -}}

{{/* A name of a port: at most 15 lower-case letters and digits. */}}
{{- define "logweave.portName" -}}
{{- printf "in-%s-%d" (ternary "udp" "tcp" (eq .type "udp")) (int64 .port) -}}
{{- end -}}

{{/* How long a pod may take to stop: a little longer than its process does. */}}
{{- define "logweave.terminationGracePeriodSeconds" -}}
{{- $stop := include "logweave.setting" (dict "root" .root "path" (list "service" "stop_grace_s") "default" 30) | float64 | ceil | int64 -}}
{{- if .values.terminationGracePeriodSeconds -}}
{{- int64 .values.terminationGracePeriodSeconds -}}
{{- else -}}
{{- add $stop 15 -}}
{{- end -}}
{{- end -}}
