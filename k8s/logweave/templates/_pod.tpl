{{/*
The pod of a service. The scope has, beside root, component and values:
  volumes         volumes of this service alone, a list
  mounts          where its container has them
  ports           ports of its container beside that of admin
  initContainers  before it
  containers      beside it
  data            whether the volume "data" is among the volumes already (otherwise it is an emptyDir)
*/}}
{{- define "logweave.podTemplate" -}}
{{- $root := .root -}}
{{- $values := .values -}}
metadata:
  labels:
    {{- include "logweave.labels" . | nindent 4 }}
    {{- with $values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ include "logweave.config" $root | sha256sum }}
    kubectl.kubernetes.io/default-container: {{ .component }}
    {{- with $values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "logweave.serviceAccountName" $root }}
  {{- include "logweave.podSettings" . | nindent 2 }}
  terminationGracePeriodSeconds: {{ include "logweave.terminationGracePeriodSeconds" . }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if hasKey $values "topologySpreadConstraints" }}
  topologySpreadConstraints:
    {{- range (default (list (dict "topologyKey" "kubernetes.io/hostname") (dict "topologyKey" "topology.kubernetes.io/zone")) $values.topologySpreadConstraints) }}
    - maxSkew: {{ default 1 .maxSkew }}
      topologyKey: {{ .topologyKey }}
      whenUnsatisfiable: {{ default "ScheduleAnyway" .whenUnsatisfiable }}
      labelSelector:
        matchLabels: {{- include "logweave.selectorLabels" $ | nindent 10 }}
    {{- end }}
  {{- end }}
  {{- with .initContainers }}
  initContainers: {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - {{ include "logweave.container" . | indent 6 | trim }}
    {{- with .containers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    {{- include "logweave.volumes" . | nindent 4 }}
{{- end -}}

{{/* What pods of services and of jobs have in common. */}}
{{- define "logweave.podSettings" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ int64 .root.Values.runAs.user }}
  runAsGroup: {{ int64 .root.Values.runAs.group }}
  fsGroup: {{ int64 .root.Values.runAs.group }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{- define "logweave.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "logweave.command" -}}
image: {{ include "logweave.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
{{- with .root.Values.image.command }}
command: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "logweave.container" -}}
{{- $values := .values -}}
name: {{ .component }}
{{ include "logweave.command" . }}
args: [run, {{ .component }}, --config, /etc/logweave/config/logweave.yml]
{{- $limit := dig "limits" "memory" "" (default dict $values.resources) }}
{{- $keda := eq (dig "autoscaling" "type" "none" $values) "keda" }}
{{- if or $limit $keda $values.extraEnv }}
env:
  {{- if $limit }}
  # Without it Node takes its heap from the memory of the node, and the kernel ends the process first.
  - name: NODE_OPTIONS
    value: {{ printf "--max-old-space-size=%s" (include "logweave.heapMib" .) | quote }}
  {{- end }}
  {{- if $keda }}
  # Read by KEDA, which has the name of the user from here.
  - name: KAFKA_USERNAME
    value: {{ include "logweave.setting" (dict "root" .root "path" (list "event_log" "kafka" "sasl" "username") "default" "") | quote }}
  {{- end }}
  {{- with $values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
ports:
  - name: admin
    containerPort: {{ int64 .root.Values.admin.port }}
    protocol: TCP
  {{- with .ports }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
startupProbe:
  httpGet: { path: /livez, port: admin }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /livez, port: admin }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /readyz, port: admin }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 3
{{- with $values.resources }}
resources: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext: {{- include "logweave.containerSecurityContext" . | nindent 2 }}
volumeMounts:
  {{- include "logweave.mounts" . | nindent 2 }}
{{- end -}}

{{/* The part of the memory limit that the heap may have, in MiB. */}}
{{- define "logweave.heapMib" -}}
{{- $bytes := include "logweave.bytes" .values.resources.limits.memory | int64 -}}
{{- div (mul $bytes (int64 .values.heapPercent)) 104857600 -}}
{{- end -}}

{{- define "logweave.mounts" -}}
- { name: config, mountPath: /etc/logweave/config, readOnly: true }
- { name: admin-token, mountPath: /etc/logweave/admin, readOnly: true }
{{- include "logweave.kafkaMounts" . }}
{{- if has .component (list "clickhouse-writer" "migrate") }}
{{- include "logweave.clickhouseMounts" . }}
{{- end }}
- { name: data, mountPath: /var/lib/logweave }
- { name: tmp, mountPath: /tmp }
{{- with .mounts }}
{{ toYaml . }}
{{- end }}
{{- with .values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "logweave.kafkaMounts" -}}
{{- with .root.Values.kafka.sasl.existingSecret }}
- { name: kafka-sasl, mountPath: /etc/logweave/kafka-sasl, readOnly: true }
{{- end }}
{{- with .root.Values.kafka.tls.existingSecret }}
- { name: kafka-ca, mountPath: /etc/logweave/kafka-ca, readOnly: true }
{{- end }}
{{- with .root.Values.kafka.tls.clientCertificateSecret }}
- { name: kafka-client, mountPath: /etc/logweave/kafka-client, readOnly: true }
{{- end }}
{{- end -}}

{{- define "logweave.clickhouseMounts" -}}
{{- with .root.Values.clickhouse.existingSecret }}
- { name: clickhouse, mountPath: /etc/logweave/clickhouse, readOnly: true }
{{- end }}
{{- with .root.Values.clickhouse.tls.existingSecret }}
- { name: clickhouse-ca, mountPath: /etc/logweave/clickhouse-ca, readOnly: true }
{{- end }}
{{- end -}}

{{- define "logweave.volumes" -}}
{{- $values := .root.Values -}}
- name: config
  configMap:
    name: {{ default (printf "%s-config" (include "logweave.fullname" .root)) .configMap }}
{{ include "logweave.secretVolume" (dict "name" "admin-token" "secret" $values.admin.existingSecret "keys" (dict $values.admin.tokenKey "token")) }}
{{- with $values.kafka.sasl.existingSecret }}
{{ include "logweave.secretVolume" (dict "name" "kafka-sasl" "secret" . "keys" (dict $values.kafka.sasl.passwordKey "password")) }}
{{- end }}
{{- with $values.kafka.tls.existingSecret }}
{{ include "logweave.secretVolume" (dict "name" "kafka-ca" "secret" . "keys" (dict $values.kafka.tls.caKey "ca.crt")) }}
{{- end }}
{{- with $values.kafka.tls.clientCertificateSecret }}
{{ include "logweave.secretVolume" (dict "name" "kafka-client" "secret" . "keys" (dict $values.kafka.tls.certificateKey "tls.crt" $values.kafka.tls.privateKeyKey "tls.key")) }}
{{- end }}
{{- if has .component (list "clickhouse-writer" "migrate") }}
{{- with $values.clickhouse.existingSecret }}
{{ include "logweave.secretVolume" (dict "name" "clickhouse" "secret" . "keys" (dict $values.clickhouse.passwordKey "password")) }}
{{- end }}
{{- with $values.clickhouse.tls.existingSecret }}
{{ include "logweave.secretVolume" (dict "name" "clickhouse-ca" "secret" . "keys" (dict $values.clickhouse.tls.caKey "ca.crt")) }}
{{- end }}
{{- end }}
{{- if not .data }}
- name: data
  emptyDir: {}
{{- end }}
- name: tmp
  emptyDir: {}
{{- with .volumes }}
{{ toYaml . }}
{{- end }}
{{- with .values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Files of a Secret by the names that the configuration has for them, for nobody but the group of the pod. */}}
{{- define "logweave.secretVolume" -}}
- name: {{ .name }}
  secret:
    secretName: {{ .secret }}
    defaultMode: 0440
    items:
      {{- range $key, $path := .keys }}
      - { key: {{ $key | quote }}, path: {{ $path }} }
      {{- end }}
{{- end -}}
