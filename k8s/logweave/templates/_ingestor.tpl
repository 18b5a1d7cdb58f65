{{/* The scope of the pod: its ports, its sockets, and what it keeps on disk. */}}
{{- define "logweave.ingestorScope" -}}
component: socket-ingestor
data: true
ports:
  {{- range (include "logweave.networkInputs" . | fromYamlArray) }}
  - name: {{ include "logweave.portName" . }}
    containerPort: {{ int64 .port }}
    protocol: {{ ternary "UDP" "TCP" (eq .type "udp") }}
  {{- end }}
mounts:
  - { name: sockets, mountPath: /run/logweave }
{{- $ingestor := .Values.socketIngestor }}
{{- if eq $ingestor.mode "daemonset" }}
{{- $type := ternary "DirectoryOrCreate" "Directory" $ingestor.hostPath.create }}
volumes:
  - name: sockets
    hostPath: { path: {{ $ingestor.hostPath.sockets | quote }}, type: {{ $type }} }
  - name: data
    hostPath: { path: {{ $ingestor.hostPath.data | quote }}, type: {{ $type }} }
{{- if $ingestor.hostPath.create }}
initContainers:
  # Kubelet makes these directories as root's.
  - name: own-directories
    image: {{ include "logweave.image" . | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    command: [chown, {{ printf "%d:%d" (int64 .Values.runAs.user) (int64 .Values.runAs.group) | quote }}, /run/logweave, /var/lib/logweave]
    securityContext:
      runAsNonRoot: false
      runAsUser: 0
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: { drop: [ALL], add: [CHOWN] }
    volumeMounts:
      - { name: sockets, mountPath: /run/logweave }
      - { name: data, mountPath: /var/lib/logweave }
{{- end }}
{{- else }}
volumes:
  - name: sockets
    emptyDir: {}
{{- with $ingestor.extraContainers }}
containers: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}
