{{/* A command that has to be done before services start: (dict "root" $ "component" "topics" "args" (list …) "weight" "-10"). */}}
{{- define "logweave.job" -}}
{{- $root := .root -}}
{{- $jobs := $root.Values.jobs -}}
{{- $scope := merge (dict "values" $jobs "configMap" (printf "%s-jobs" (include "logweave.fullname" $root))) . -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "logweave.metadata" $scope | nindent 2 }}
  annotations:
    {{- include "logweave.hook" (dict "weight" .weight) | nindent 4 }}
spec:
  backoffLimit: {{ int64 $jobs.backoffLimit }}
  activeDeadlineSeconds: {{ int64 $jobs.activeDeadlineSeconds }}
  template:
    metadata:
      labels: {{- include "logweave.labels" $scope | nindent 8 }}
        {{- with $jobs.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $jobs.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      restartPolicy: Never
      {{- include "logweave.podSettings" $scope | nindent 6 }}
      {{- with $jobs.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $jobs.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .component }}
          {{- include "logweave.command" $scope | nindent 10 }}
          args: {{ toJson .args }}
          {{- with $jobs.resources }}
          resources: {{- toYaml . | nindent 12 }}
          {{- end }}
          securityContext: {{- include "logweave.containerSecurityContext" $scope | nindent 12 }}
          volumeMounts:
            {{- include "logweave.mounts" $scope | nindent 12 }}
      volumes:
        {{- include "logweave.volumes" $scope | nindent 8 }}
{{- end -}}

{{/* Before everything else of the release, and gone when it has succeeded. One that failed stays to be read. */}}
{{- define "logweave.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ .weight | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

{{/* With Strimzi its operator makes the topics, after the release is there. */}}
{{- define "logweave.topicsJob" -}}
{{- if and .Values.jobs.topics.enabled (not .Values.strimzi.enabled) -}}on{{- end -}}
{{- end -}}

{{- define "logweave.migrateJob" -}}
{{- if and .Values.jobs.migrate.enabled .Values.clickhouseWriter.enabled -}}on{{- end -}}
{{- end -}}
