{{/* What every pod and container of ours has in common: the restricted Pod Security Standard, and no token. */}}

{{- define "linkage.podSecurity" -}}
automountServiceAccountToken: false
# A Service called linkage would otherwise give every pod a variable LINKAGE_PORT.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "linkage.container" -}}
image: {{ include "linkage.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{/*
Started: it has begun to serve. Ready: it can serve (its database answers). Alive: it makes progress.
The kubelet's gRPC probe speaks plain text only; with TLS it asks the port that tells health alone.
(root, workload)
*/}}
{{- define "linkage.probes" -}}
{{- $w := .workload -}}
{{- if eq $w.component "worker" -}}
{{- range $probe, $patience := dict "startupProbe" "periodSeconds: 2\nfailureThreshold: 90" "readinessProbe" "periodSeconds: 10\nfailureThreshold: 2" "livenessProbe" "periodSeconds: 10\nfailureThreshold: 3" }}
{{ $probe }}:
  httpGet:
    path: /healthz/live/
    port: health
  timeoutSeconds: 5
  {{- $patience | nindent 2 }}
{{- end }}
{{- else -}}
{{- range $probe, $patience := dict "startupProbe" "periodSeconds: 2\nfailureThreshold: 90" "readinessProbe" "periodSeconds: 5\nfailureThreshold: 2" "livenessProbe" "periodSeconds: 10\nfailureThreshold: 6" }}
{{ $probe }}:
  grpc:
    port: {{ ternary 50052 $w.port $w.tls.enabled }}
    service: {{ ternary "readiness" "liveness" (eq $probe "readinessProbe") }}
  timeoutSeconds: 5
  {{- $patience | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Mounts and volumes. (root, workload) */}}
{{- define "linkage.mounts" -}}
{{- $w := .workload -}}
{{- if ne $w.component "worker" }}
- {name: issuers, mountPath: /etc/linkage/issuers, readOnly: true}
{{- if .root.Values.directory.configMap.name }}
- {name: directory, mountPath: /etc/linkage/directory, readOnly: true}
{{- end }}
{{- if $w.tls.enabled }}
- {name: tls, mountPath: /etc/linkage/tls, readOnly: true}
{{- end }}
{{- end }}
{{- if and $w.kafka (include "linkage.kafkaVolume" (dict "fullname" $w.fullname "kafka" $w.kafka "strimzi" .root.Values.strimzi)) }}
- {name: kafka, mountPath: /etc/linkage/kafka, readOnly: true}
{{- end }}
{{- if eq $w.component "worker" }}
- {name: scratch, mountPath: /var/lib/linkage}
{{- end }}
{{- end -}}

{{- define "linkage.volumes" -}}
{{- $w := .workload -}}
{{- $issuers := .root.Values.issuers -}}
{{- if ne $w.component "worker" }}
- name: issuers
  configMap:
    name: {{ $issuers.configMap.name | default (printf "%s-issuers" (include "linkage.fullname" .root)) }}
    items: [{key: {{ ternary $issuers.configMap.key "issuers.json" (ne $issuers.configMap.name "") }}, path: issuers.json}]
{{- with .root.Values.directory.configMap }}
{{- if .name }}
- name: directory
  configMap:
    name: {{ .name }}
    items: [{key: {{ .key }}, path: divisions.yaml}]
{{- end }}
{{- end }}
{{- if $w.tls.enabled }}
- name: tls
  secret:
    secretName: {{ include "linkage.tlsSecret" $w }}
    defaultMode: 0440
{{- end }}
{{- end }}
{{- if $w.kafka }}
{{- include "linkage.kafkaVolume" (dict "fullname" $w.fullname "kafka" $w.kafka "strimzi" .root.Values.strimzi) }}
{{- end }}
{{- if eq $w.component "worker" }}
- name: scratch
  emptyDir: {sizeLimit: 16Mi}
{{- end }}
{{- end -}}

{{/* Seconds that a pod may take to end: not called any more, running calls, and what relay and inbox hold. (workload) */}}
{{- define "linkage.endSeconds" -}}
{{- if eq .component "worker" -}}40{{- else -}}{{ add .drainSeconds .graceSeconds 20 }}{{- end -}}
{{- end -}}
