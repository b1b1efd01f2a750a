{{/* Egress rules: names are looked up, and then each where it must go. */}}

{{/* (to, ports, protocols) */}}
{{- define "linkage.egress" -}}
{{- $protocols := .protocols | default (list "TCP") -}}
- ports:
    {{- range $port := .ports }}
    {{- range $protocols }}
    - {port: {{ $port }}, protocol: {{ . }}}
    {{- end }}
    {{- end }}
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* (policy: .Values.networkPolicy, and any of postgres, kafka, traces) */}}
{{- define "linkage.egresses" -}}
{{ include "linkage.egress" (dict "to" .policy.dns.to "ports" .policy.dns.ports "protocols" (list "UDP" "TCP")) }}
{{- if .postgres }}
{{ include "linkage.egress" .policy.postgres }}
{{- end }}
{{- if .kafka }}
{{ include "linkage.egress" .policy.kafka }}
{{- end }}
{{- if .traces }}
{{ include "linkage.egress" .policy.traces }}
{{- end }}
{{- end -}}
