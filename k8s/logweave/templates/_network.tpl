{{/* Ports of the brokers: those of networkPolicy.kafka.ports, or of their addresses. A JSON list. */}}
{{- define "logweave.kafkaPorts" -}}
{{- $ports := .Values.networkPolicy.kafka.ports -}}
{{- if not $ports -}}
{{- range .Values.config.event_log.kafka.brokers -}}
{{- $ports = append $ports (regexFind "[0-9]+$" . | int64) -}}
{{- end -}}
{{- end -}}
{{- range $i, $port := uniq $ports }}
- { protocol: TCP, port: {{ int64 $port }} }
{{- end -}}
{{- end -}}

{{/* The HTTP port of ClickHouse: that of networkPolicy.clickhouse.ports, or what the dsn means. */}}
{{- define "logweave.clickhousePorts" -}}
{{- $ports := .Values.networkPolicy.clickhouse.ports -}}
{{- if not $ports -}}
{{- $dsn := include "logweave.setting" (dict "root" . "path" (list "outputs" "clickhouse" "dsn") "default" "") -}}
{{- $url := urlParse $dsn -}}
{{- $written := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $meant := dict "http" "80" "https" "443" "clickhouse" "9000" -}}
{{- $port := default (get $meant $url.scheme) $written -}}
{{- if eq $url.scheme "clickhouse" -}}
{{- if eq $port "9440" -}}
{{- $port = "8443" -}}
{{- else if eq $port "9000" -}}
{{- $port = ternary "8443" "8123" (regexMatch "secure=(1|true|yes)" (lower $url.query)) -}}
{{- end -}}
{{- end -}}
{{- $ports = list $port -}}
{{- end -}}
{{- range $ports }}
- { protocol: TCP, port: {{ int64 . }} }
{{- end -}}
{{- end -}}

{{/* Egress: names, the brokers, and ClickHouse for who writes there. */}}
{{- define "logweave.egress" -}}
{{- $policy := .root.Values.networkPolicy -}}
- to: {{- toYaml $policy.dns.to | nindent 4 }}
  ports:
    - { protocol: UDP, port: 53 }
    - { protocol: TCP, port: 53 }
- to: {{- toYaml $policy.kafka.to | nindent 4 }}
  ports: {{- include "logweave.kafkaPorts" .root | nindent 4 }}
{{- if has .component (list "clickhouse-writer" "migrate") }}
- to: {{- toYaml $policy.clickhouse.to | nindent 4 }}
  ports: {{- include "logweave.clickhousePorts" .root | nindent 4 }}
{{- end }}
{{- end -}}

{{/* What may reach a service and what it may reach. Everything else is closed to its pods. */}}
{{- define "logweave.networkPolicy" -}}
{{- $policy := .root.Values.networkPolicy -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{- include "logweave.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels: {{- include "logweave.selectorLabels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  {{- if or $policy.metrics.from .ports }}
  ingress:
    {{- with $policy.metrics.from }}
    - from: {{- toYaml . | nindent 8 }}
      ports:
        - { protocol: TCP, port: admin }
    {{- end }}
    {{- if .ports }}
    - from: {{- toYaml $policy.sources.from | nindent 8 }}
      ports:
        {{- range .ports }}
        - { protocol: {{ .protocol }}, port: {{ .name }} }
        {{- end }}
    {{- end }}
  {{- else }}
  ingress: []
  {{- end }}
  egress: {{- include "logweave.egress" . | nindent 4 }}
{{- end -}}
