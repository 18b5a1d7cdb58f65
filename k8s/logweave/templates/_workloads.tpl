{{/* A service without a disk of its own: as many pods as one likes, up to the partitions. */}}
{{- define "logweave.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata: {{- include "logweave.metadata" . | nindent 2 }}
spec:
  {{- if eq .values.autoscaling.type "none" }}
  replicas: {{ int64 .values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  minReadySeconds: 5
  strategy:
    type: RollingUpdate
    rollingUpdate:
      # The new one stands by first: a process more than partitions is ready without having any.
      maxSurge: 1
      maxUnavailable: 0
  selector:
    matchLabels: {{- include "logweave.selectorLabels" . | nindent 6 }}
  template: {{- include "logweave.podTemplate" . | nindent 4 }}
{{- end -}}

{{/* For scrapers and for people: names of the pods. Nothing of Logweave speaks to another pod by it. */}}
{{- define "logweave.service" -}}
apiVersion: v1
kind: Service
metadata: {{- include "logweave.metadata" . | nindent 2 }}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector: {{- include "logweave.selectorLabels" . | nindent 4 }}
  ports:
    - { name: admin, port: {{ int64 .root.Values.admin.port }}, targetPort: admin, protocol: TCP }
{{- end -}}

{{- define "logweave.pdb" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{- include "logweave.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {{- include "logweave.selectorLabels" . | nindent 6 }}
{{- end -}}

{{/* Down slowly and one at a time: each step moves partitions. */}}
{{- define "logweave.scalingBehavior" -}}
scaleDown:
  stabilizationWindowSeconds: {{ int64 .stabilizationSeconds }}
  policies:
    - { type: Pods, value: 1, periodSeconds: 120 }
scaleUp:
  stabilizationWindowSeconds: 60
  policies:
    - { type: Pods, value: 2, periodSeconds: 60 }
{{- end -}}

{{- define "logweave.hpa" -}}
{{- $scaling := .values.autoscaling -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{- include "logweave.metadata" . | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "logweave.name" . }}
  minReplicas: {{ int64 $scaling.minReplicas }}
  maxReplicas: {{ int64 $scaling.maxReplicas }}
  metrics:
    - type: ContainerResource
      containerResource:
        name: cpu
        container: {{ .component }}
        target:
          type: Utilization
          averageUtilization: {{ int64 $scaling.cpuUtilizationPercent }}
  behavior: {{- include "logweave.scalingBehavior" $scaling | nindent 4 }}
{{- end -}}

{{/* Triggers: a list of (dict "topic" "http" "group" "correlator"), without prefixes. */}}
{{- define "logweave.scaledObject" -}}
{{- $root := .root -}}
{{- $scaling := .values.autoscaling -}}
{{- $prefix := include "logweave.topicPrefix" $root -}}
{{- $mechanism := include "logweave.setting" (dict "root" $root "path" (list "event_log" "kafka" "sasl" "mechanism") "default" "") -}}
{{- $tls := or $root.Values.kafka.tls.existingSecret $root.Values.kafka.tls.clientCertificateSecret (eq "true" (include "logweave.setting" (dict "root" $root "path" (list "event_log" "kafka" "tls" "enabled") "default" false))) -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {{- include "logweave.metadata" . | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "logweave.name" . }}
    envSourceContainerName: {{ .component }}
  minReplicaCount: {{ int64 $scaling.minReplicas }}
  maxReplicaCount: {{ int64 $scaling.maxReplicas }}
  pollingInterval: {{ int64 $scaling.pollingIntervalSeconds }}
  advanced:
    horizontalPodAutoscalerConfig:
      behavior: {{- include "logweave.scalingBehavior" $scaling | nindent 8 }}
  triggers:
    {{- range .triggers }}
    - type: kafka
      metadata:
        bootstrapServers: {{ join "," $root.Values.config.event_log.kafka.brokers | quote }}
        consumerGroup: {{ printf "%s.%s" $prefix .group | quote }}
        topic: {{ printf "%s.%s" $prefix .topic | quote }}
        lagThreshold: {{ int64 $scaling.lagThreshold | quote }}
        offsetResetPolicy: earliest
        {{- if $mechanism }}
        sasl: {{ get (dict "plain" "plaintext" "scram-sha-256" "scram_sha256" "scram-sha-512" "scram_sha512") $mechanism | quote }}
        {{- end }}
        {{- if $tls }}
        tls: enable
        {{- end }}
      {{- if or $mechanism $tls }}
      authenticationRef:
        name: {{ include "logweave.name" $ }}
      {{- end }}
    {{- end }}
{{- if or $mechanism $tls }}
---
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata: {{- include "logweave.metadata" . | nindent 2 }}
spec:
  {{- if $mechanism }}
  env:
    - { parameter: username, name: KAFKA_USERNAME, containerName: {{ .component }} }
  {{- end }}
  secretTargetRef:
    {{- with $root.Values.kafka.sasl }}
    {{- if .existingSecret }}
    - { parameter: password, name: {{ .existingSecret }}, key: {{ .passwordKey | quote }} }
    {{- end }}
    {{- end }}
    {{- with $root.Values.kafka.tls }}
    {{- if .existingSecret }}
    - { parameter: ca, name: {{ .existingSecret }}, key: {{ .caKey | quote }} }
    {{- end }}
    {{- if .clientCertificateSecret }}
    - { parameter: cert, name: {{ .clientCertificateSecret }}, key: {{ .certificateKey | quote }} }
    - { parameter: key, name: {{ .clientCertificateSecret }}, key: {{ .privateKeyKey | quote }} }
    {{- end }}
    {{- end }}
{{- end }}
{{- end -}}

{{- define "logweave.podMonitor" -}}
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  {{- include "logweave.metadata" . | nindent 2 }}
    {{- with .root.Values.monitoring.podMonitor.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels: {{- include "logweave.selectorLabels" . | nindent 6 }}
  podTargetLabels: [app.kubernetes.io/component, app.kubernetes.io/instance]
  podMetricsEndpoints:
    - port: admin
      path: /metrics
      interval: {{ .root.Values.monitoring.podMonitor.interval }}
      authorization:
        type: Bearer
        credentials: { name: {{ .root.Values.admin.existingSecret }}, key: {{ .root.Values.admin.tokenKey | quote }} }
{{- end -}}

{{/* Of a StatefulSet. Its labels never change: they are immutable. */}}
{{- define "logweave.claim" -}}
metadata:
  name: {{ .name }}
  labels: {{- include "logweave.selectorLabels" .scope | nindent 4 }}
spec:
  accessModes: {{ toJson .persistence.accessModes }}
  {{- with .persistence.storageClassName }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests:
      storage: {{ .persistence.size }}
{{- end -}}
