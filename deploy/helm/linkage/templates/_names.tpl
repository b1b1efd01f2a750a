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

{{/*
The Secrets of Kafka users that External Secrets brings, as a list: name, keys (Secret's key and remote property), from.
Each from where it is said, the value itself or a workload's own: nobody inherits where a Secret of another name comes from.
*/}}
{{- define "linkage.kafkaSecrets" -}}
{{- $all := list -}}
{{- $blocks := list (list "kafka" .Values.kafka) (list "topics.kafka" .Values.topics.kafka) (list "projections.worker.kafka" .Values.projections.worker.kafka) -}}
{{- range $tier := list "municipal" "county" "township" -}}
{{- range $given := index $.Values $tier -}}
{{- $blocks = append $blocks (list (printf "%s instance %s: kafka" $tier $given.name) $given.kafka) -}}
{{- end -}}
{{- end -}}
{{- range $blocks -}}
{{- $where := first . -}}
{{- $kafka := last . | default dict -}}
{{- $secret := dig "user" "secret" dict $kafka -}}
{{- with $secret.external -}}
{{- if not $secret.name -}}
{{- fail (printf "%s.user.secret.external needs kafka.user.secret.name: what is the Secret to be called?" $where) -}}
{{- end -}}
{{- $all = append $all (dict "name" $secret.name "keys" (dict ($secret.key | default "password") .property) "from" .) -}}
{{- end -}}
{{- $certificate := dig "certificate" dict $kafka -}}
{{- with $certificate.external -}}
{{- if not $certificate.secret -}}
{{- fail (printf "%s.certificate.external needs kafka.certificate.secret: what is the Secret to be called?" $where) -}}
{{- end -}}
{{- $crt := $certificate.certificateKey | default "user.crt" -}}
{{- $key := $certificate.keyKey | default "user.key" -}}
{{- $all = append $all (dict "name" $certificate.secret "keys" (dict $crt $crt $key $key) "from" .) -}}
{{- end -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{/* Is the Secret that the Job of the topics needs not there before the first installation? */}}
{{- define "linkage.topicsLate" -}}
{{- if .Release.IsInstall -}}
{{- $kafka := mergeOverwrite (deepCopy .Values.kafka) (deepCopy .Values.topics.kafka) -}}
{{- range include "linkage.kafkaSecrets" . | fromYamlArray -}}
{{- if has .name (list $kafka.user.secret.name $kafka.certificate.secret) -}}yes{{- end -}}
{{- end -}}
{{- end -}}
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
