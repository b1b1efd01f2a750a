{{/* Names, labels and the list of workloads. */}}

{{- define "linkage.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "linkage.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains (include "linkage.name" .) .Release.Name -}}
{{- .Release.Name -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "linkage.name" .) -}}
{{- end -}}
{{- end -}}

{{/* Labels of whatever belongs to the release. */}}
{{- define "linkage.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: {{ include "linkage.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: linkage
{{- end -}}

{{/* What a pod is found by. (root, component, name) */}}
{{- define "linkage.selector" -}}
app.kubernetes.io/name: {{ include "linkage.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .name }}
linkage/instance: {{ . }}
{{- end }}
{{- end -}}

{{- define "linkage.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{/*
Every workload as one list: what is given for it over the defaults, and
  component  municipal, county, township, worker or query      name  of the instance, if it is one
  fullname   of all that belongs to it                         module, port
*/}}
{{- define "linkage.workloads" -}}
{{- $root := . -}}
{{- $full := include "linkage.fullname" . -}}
{{- $all := list -}}
{{- range $tier := list "municipal" "county" "township" -}}
{{- range $given := index $root.Values $tier -}}
{{- $kafka := mergeOverwrite (deepCopy $root.Values.kafka) (deepCopy ($given.kafka | default dict)) -}}
{{- $own := dict "component" $tier "tier" true "fullname" (printf "%s-%s-%s" $full $tier $given.name)
      "module" (printf "services.%s.main" $tier) "port" 50051 "kafka" $kafka -}}
{{- $all = append $all (mergeOverwrite (deepCopy $root.Values.defaults) (deepCopy $given) $own) -}}
{{- end -}}
{{- end -}}
{{- with .Values.projections -}}
{{- if .enabled -}}
{{- $kafka := mergeOverwrite (deepCopy $root.Values.kafka) (deepCopy (.worker.kafka | default dict)) -}}
{{- $own := dict "component" "worker" "fullname" (printf "%s-worker" $full) "module" "services.projections.worker"
      "port" 6066 "kafka" $kafka "database" .database -}}
{{- $all = append $all (mergeOverwrite (deepCopy $root.Values.defaults) (deepCopy .worker) $own) -}}
{{- $own = dict "component" "query" "fullname" (printf "%s-query" $full) "module" "services.projections.query"
      "port" 50051 "database" .database -}}
{{- $all = append $all (mergeOverwrite (deepCopy $root.Values.defaults) (deepCopy .query) $own) -}}
{{- end -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{/*
Every database once: whose it is (component, name, fullname) and how it is reached. Worker and query share theirs.
*/}}
{{- define "linkage.databases" -}}
{{- $root := . -}}
{{- $all := list -}}
{{- range include "linkage.workloads" . | fromYamlArray -}}
{{- if .tier -}}
{{- $all = append $all (dict "component" .component "name" .name "fullname" .fullname "database" .database "variable" "LINKAGE_STORE_DSN") -}}
{{- else if eq .component "worker" -}}
{{- $full := printf "%s-projections" (include "linkage.fullname" $root) -}}
{{- $all = append $all (dict "component" "projections" "fullname" $full "database" .database "variable" "LINKAGE_PROJECTIONS_DSN") -}}
{{- end -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{/* Does the chart itself make this database's Secret? (database) */}}
{{- define "linkage.madeHere" -}}
{{- if or .cluster (and .secret .secret.external) -}}yes{{- end -}}
{{- end -}}

{{/* Name and key of the Secret with a database's address. (fullname of the database's owner, database) */}}
{{- define "linkage.databaseSecret" -}}
{{- $secret := .database.secret | default dict -}}
{{- if .database.cluster -}}
name: {{ .fullname }}-db-app
key: uri
{{- else -}}
name: {{ $secret.name | default (printf "%s-db" .fullname) }}
key: {{ $secret.key | default "dsn" }}
{{- end -}}
{{- end -}}

{{/* Fullname of the owner of a workload's database. (root, workload) */}}
{{- define "linkage.databaseOwner" -}}
{{- if .workload.tier -}}{{ .workload.fullname }}{{- else -}}{{ include "linkage.fullname" .root }}-projections{{- end -}}
{{- end -}}

{{/* Name of the Secret with a workload's certificate. (workload) */}}
{{- define "linkage.tlsSecret" -}}
{{- .tls.secret | default (printf "%s-tls" .fullname) -}}
{{- end -}}

{{- define "linkage.serviceAccount" -}}
{{- .serviceAccount.name | default (ternary .fullname "default" .serviceAccount.create) -}}
{{- end -}}

{{/* How many pods of it there are at least. (workload) */}}
{{- define "linkage.leastReplicas" -}}
{{- if .autoscaling.enabled -}}
{{- .autoscaling.minReplicas -}}
{{- else if and .freshness .freshness.enabled -}}
{{- .freshness.minReplicas -}}
{{- else -}}
{{- .replicas -}}
{{- end -}}
{{- end -}}
