{{/* Jobs that run linkagectl once. */}}

{{/*
What is left of the last time is removed first, and a failed one stays to be read. (weight, and when: before the release is
installed or upgraded, if nothing else is said)
*/}}
{{- define "linkage.hook" -}}
helm.sh/hook: {{ .when | default "pre-install,pre-upgrade" }}
helm.sh/hook-weight: {{ .weight | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

{{/* The Job's spec. (root, component, name, args, env, resources, deadline, and kafka with fullname and strimzi, or none) */}}
{{- define "linkage.jobSpec" -}}
backoffLimit: 6
activeDeadlineSeconds: {{ .deadline | default 900 }}
ttlSecondsAfterFinished: 86400
template:
  metadata:
    labels:
      {{- include "linkage.selector" . | nindent 6 }}
  spec:
    {{- include "linkage.podSecurity" .root | nindent 4 }}
    restartPolicy: Never
    containers:
      - name: linkagectl
        {{- include "linkage.container" .root | nindent 8 }}
        command: [linkagectl]
        args: {{ toJson .args }}
        env:
          {{- .env | trim | nindent 10 }}
        resources:
          {{- toYaml .resources | nindent 10 }}
        {{- $volume := "" }}
        {{- with .kafka }}
        {{- $volume = include "linkage.kafkaVolume" . | trim }}
        {{- end }}
        {{- if $volume }}
        volumeMounts:
          - {name: kafka, mountPath: /etc/linkage/kafka, readOnly: true}
        {{- end }}
    {{- if $volume }}
    volumes:
      {{- $volume | nindent 6 }}
    {{- end }}
{{- end -}}
