{{/* The environment of our containers: the services' own settings, and where they lie. */}}

{{/* Kafka, as linkage.bus.settings has it. (fullname, kafka, strimzi) */}}
{{- define "linkage.kafkaEnv" -}}
{{- $kafka := .kafka -}}
- name: LINKAGE_KAFKA
  value: {{ $kafka.bootstrap | quote }}
- name: LINKAGE_KAFKA_PARTITIONS
  value: {{ $kafka.partitions | quote }}
- name: LINKAGE_KAFKA_REPLICATION
  value: {{ $kafka.replication | quote }}
- name: LINKAGE_KAFKA_SECURITY_PROTOCOL
  value: {{ $kafka.securityProtocol }}
{{- if hasPrefix "SASL_" $kafka.securityProtocol }}
- name: LINKAGE_KAFKA_SASL_MECHANISM
  value: {{ $kafka.saslMechanism }}
- name: LINKAGE_KAFKA_SASL_USERNAME
  value: {{ $kafka.user.name | default .fullname | quote }}
- name: LINKAGE_KAFKA_SASL_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $kafka.user.secret.name | default .fullname }}
      key: {{ $kafka.user.secret.key }}
{{- end }}
{{- if contains "SSL" $kafka.securityProtocol }}
{{- if $kafka.ca.secret }}
- name: LINKAGE_KAFKA_SSL_CA_FILE
  value: /etc/linkage/kafka/ca.crt
{{- end }}
{{- if include "linkage.kafkaCertificate" . }}
- name: LINKAGE_KAFKA_SSL_CERTIFICATE_FILE
  value: /etc/linkage/kafka/client.crt
- name: LINKAGE_KAFKA_SSL_KEY_FILE
  value: /etc/linkage/kafka/client.key
{{- end }}
{{- end }}
{{- end -}}

{{/* Secret of the client's certificate, if there is one: given, or of the KafkaUser that Strimzi makes. */}}
{{- define "linkage.kafkaCertificate" -}}
{{- if .kafka.certificate.secret -}}
{{- .kafka.certificate.secret -}}
{{- else if and .strimzi.users (eq .kafka.securityProtocol "SSL") -}}
{{- .fullname -}}
{{- end -}}
{{- end -}}

{{/* (fullname, kafka, strimzi) */}}
{{- define "linkage.kafkaVolume" -}}
{{- $certificate := include "linkage.kafkaCertificate" . -}}
{{- if and (contains "SSL" .kafka.securityProtocol) (or .kafka.ca.secret $certificate) }}
- name: kafka
  projected:
    defaultMode: 0440
    sources:
      {{- if .kafka.ca.secret }}
      - secret:
          name: {{ .kafka.ca.secret }}
          items: [{key: {{ .kafka.ca.key }}, path: ca.crt}]
      {{- end }}
      {{- if $certificate }}
      - secret:
          name: {{ $certificate }}
          items:
            - {key: {{ .kafka.certificate.certificateKey }}, path: client.crt}
            - {key: {{ .kafka.certificate.keyKey }}, path: client.key}
      {{- end }}
{{- end }}
{{- end -}}

{{/* One variable from a Secret. (variable, fullname, database) */}}
{{- define "linkage.databaseEnv" -}}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      {{- include "linkage.databaseSecret" . | nindent 6 }}
{{- end -}}

{{/* All that a workload is told. (root, workload) */}}
{{- define "linkage.env" -}}
{{- $root := .root -}}
{{- $w := .workload -}}
{{- $owner := include "linkage.databaseOwner" . -}}
{{- if $w.tier }}
- name: LINKAGE_INSTANCE
  value: {{ $w.name | quote }}
- name: LINKAGE_ORGANISATIONS
  value: {{ join "," $w.organisations | quote }}
{{ include "linkage.databaseEnv" (dict "variable" "LINKAGE_STORE_DSN" "fullname" $owner "database" $w.database) }}
{{- else }}
{{ include "linkage.databaseEnv" (dict "variable" "LINKAGE_PROJECTIONS_DSN" "fullname" $owner "database" $w.database) }}
{{- end }}
{{- with $w.vault }}
- name: LINKAGE_VAULT_KEYS
  valueFrom:
    secretKeyRef:
      name: {{ .secret.name | default (printf "%s-vault" $w.fullname) }}
      key: {{ .secret.key | default "keys" }}
{{- end }}
{{- if $w.kafka }}
{{ include "linkage.kafkaEnv" (dict "fullname" $w.fullname "kafka" $w.kafka "strimzi" $root.Values.strimzi) }}
{{- end }}
{{- if eq $w.component "worker" }}
{{- include "linkage.storesEnv" $root }}
- name: LINKAGE_HEALTH_PORT
  value: {{ $w.port | quote }}
{{- else }}
- name: LINKAGE_ISSUERS
  value: /etc/linkage/issuers/issuers.json
{{- if $root.Values.directory.configMap.name }}
- name: LINKAGE_DIRECTORY
  value: /etc/linkage/directory/divisions.yaml
{{- end }}
- name: LINKAGE_PORT
  value: {{ $w.port | quote }}
- name: LINKAGE_REFLECTION
  value: {{ $w.reflection | quote }}
- name: LINKAGE_GRACE_SECONDS
  value: {{ $w.graceSeconds | quote }}
{{- if $w.tls.enabled }}
- name: LINKAGE_HEALTH_PORT
  value: "50052"
- name: LINKAGE_TLS_CERTIFICATE
  value: /etc/linkage/tls/tls.crt
- name: LINKAGE_TLS_KEY
  value: /etc/linkage/tls/tls.key
{{- if $w.tls.clients }}
- name: LINKAGE_TLS_CLIENT_CA
  value: /etc/linkage/tls/ca.crt
{{- end }}
{{- end }}
{{- end }}
- name: LINKAGE_LOG_LEVEL
  value: {{ $w.logLevel }}
{{- if $root.Values.metrics.enabled }}
- name: LINKAGE_METRICS_PORT
  value: {{ $root.Values.metrics.port | quote }}
{{- end }}
{{- with $root.Values.traces.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- with $w.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The stores that read models are healed from: a variable for each Secret, put together by the kubelet. */}}
{{- define "linkage.storesEnv" -}}
{{- $byTier := dict -}}
{{- range $tier, $secrets := .Values.projections.stores -}}
{{- $named := list -}}
{{- range $index, $secret := $secrets }}
{{- $variable := printf "STORE_%s_%d" (upper $tier) $index }}
{{- $named = append $named (printf "$(%s)" $variable) }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret.name }}
      key: {{ $secret.key | default "dsn" }}
{{- end }}
{{- $_ := set $byTier $tier $named -}}
{{- end }}
{{- if $byTier }}
- name: LINKAGE_STORES
  value: {{ toJson $byTier | quote }}
{{- end }}
{{- end -}}
