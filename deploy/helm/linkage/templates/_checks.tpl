{{/* What values.schema.json cannot see: how values stand to one another. Each refusal is a sentence with the value's path. */}}

{{- define "linkage.check" -}}
{{- $values := .Values -}}
{{- $workloads := include "linkage.workloads" . | fromYamlArray -}}
{{- if not $workloads -}}
{{- fail "Nothing would run: give municipal, county or township an instance, or set projections.enabled." -}}
{{- end -}}
{{- $names := dict -}}
{{- $hosts := dict -}}
{{- range $w := $workloads -}}
{{- $what := ternary (printf "%s instance %s" $w.component ($w.name | default "")) (printf "projections.%s" $w.component) (default false $w.tier) -}}
{{- if gt (len $w.fullname) 50 -}}
{{- fail (printf "%s: its name %s has more than 50 characters: give the instance a shorter one, or set fullnameOverride." $what $w.fullname) -}}
{{- end -}}
{{- if $w.tier -}}
{{- if hasKey $names $w.name -}}
{{- fail (printf "%s: another instance has that name. It names relay and consumer group in Kafka, so it must be the only one." $what) -}}
{{- end -}}
{{- $_ := set $names $w.name true -}}
{{- range $w.organisations -}}
{{- if hasKey $hosts . -}}
{{- fail (printf "%s: %s is hosted by instance %s already. A body has one writer." $what . (get $hosts .)) -}}
{{- end -}}
{{- $_ := set $hosts . $w.name -}}
{{- end -}}
{{- end -}}
{{- if $w.kafka -}}
{{- include "linkage.checkKafka" (dict "what" $what "kafka" $w.kafka "users" $values.strimzi.users) -}}
{{- if ne (int $w.kafka.partitions) (int $values.kafka.partitions) -}}
{{- fail (printf "%s: kafka.partitions is %d, and %d for the others: it must be the same for all who share the topics." $what (int $w.kafka.partitions) (int $values.kafka.partitions)) -}}
{{- end -}}
{{- end -}}
{{- if and $w.vault (not $w.vault.secret.name) (not $w.vault.secret.external) -}}
{{- fail (printf "%s: vault.secret.name is empty: name the Secret, or say by vault.secret.external where it comes from." $what) -}}
{{- end -}}
{{- if and $w.vault $w.vault.scrubSchedule (gt (len $w.fullname) 46) -}}
{{- fail (printf "%s: its name %s has more than 46 characters, too long for the CronJob of vault.scrubSchedule: give the instance a shorter one, or set fullnameOverride." $what $w.fullname) -}}
{{- end -}}
{{- if ne $w.component "query" -}}
{{- include "linkage.checkDatabase" (dict "what" (ternary $what "projections" (default false $w.tier)) "database" $w.database) -}}
{{- end -}}
{{- if ne $w.component "worker" -}}
{{- $issuer := $w.tls.issuer.name -}}
{{- if and $w.tls.enabled (not $w.tls.secret) (not $issuer) -}}
{{- fail (printf "%s: tls.enabled needs a certificate: name tls.secret, or tls.issuer.name of cert-manager." $what) -}}
{{- end -}}
{{- end -}}
{{- $set := list -}}
{{- range include "linkage.env" (dict "root" $ "workload" $w) | fromYamlArray -}}
{{- if has .name $set -}}
{{- fail (printf "%s: extraEnv sets %s, which is set already: the chart has a value of its own for it." $what .name) -}}
{{- end -}}
{{- $set = append $set .name -}}
{{- end -}}
{{- if and $values.metrics.enabled (has (int $values.metrics.port) (list (int $w.port) 50052)) -}}
{{- fail (printf "metrics.port %d is a port that %s serves on: choose another one." (int $values.metrics.port) $what) -}}
{{- end -}}
{{- if and $w.autoscaling.enabled (gt (int $w.autoscaling.minReplicas) (int $w.autoscaling.maxReplicas)) -}}
{{- fail (printf "%s: autoscaling.minReplicas is more than autoscaling.maxReplicas." $what) -}}
{{- end -}}
{{- if eq $w.component "worker" -}}
{{- include "linkage.checkWorker" $w -}}
{{- end -}}
{{- end -}}
{{- if and $values.metrics.podMonitor.enabled (not $values.metrics.enabled) -}}
{{- fail "metrics.podMonitor.enabled needs metrics.enabled: there is nothing to be read otherwise." -}}
{{- end -}}
{{- $issuers := $values.issuers -}}
{{- if and $issuers.content $issuers.configMap.name -}}
{{- fail "issuers.content and issuers.configMap.name are both given: which one?" -}}
{{- end -}}
{{- if not (or $issuers.content $issuers.configMap.name) -}}
{{- fail "issuers: say whose tokens are trusted, by issuers.content or issuers.configMap.name (linkagectl keys issuers makes it)." -}}
{{- end -}}
{{- if and (or $values.strimzi.users (eq $values.topics.manage "strimzi")) (not $values.strimzi.cluster) -}}
{{- fail "strimzi.cluster: name the Kafka resource that topics or users are made for." -}}
{{- end -}}
{{- if eq $values.topics.manage "hook" -}}
{{- $kafka := mergeOverwrite (deepCopy $values.kafka) (deepCopy $values.topics.kafka) -}}
{{- include "linkage.checkKafka" (dict "what" "topics" "kafka" $kafka "users" false) -}}
{{- end -}}
{{- end -}}

{{/* (what, kafka, users) */}}
{{- define "linkage.checkKafka" -}}
{{- if not .kafka.bootstrap -}}
{{- fail (printf "%s: kafka.bootstrap is empty: name the brokers, host:port, several of them separated by commas." .what) -}}
{{- end -}}
{{- $user := .kafka.user -}}
{{- if and (hasPrefix "SASL_" .kafka.securityProtocol) (not .users) (not (and $user.name $user.secret.name)) -}}
{{- fail (printf "%s: kafka.securityProtocol %s needs kafka.user.name and kafka.user.secret.name." .what .kafka.securityProtocol) -}}
{{- end -}}
{{- if and .users (not (has .kafka.securityProtocol (list "SSL" "SASL_SSL" "SASL_PLAINTEXT"))) -}}
{{- fail (printf "%s: strimzi.users needs a kafka.securityProtocol with authentication: SSL, SASL_SSL or SASL_PLAINTEXT." .what) -}}
{{- end -}}
{{- end -}}

{{/* (what, database) */}}
{{- define "linkage.checkDatabase" -}}
{{- $database := .database | default dict -}}
{{- if and $database.secret $database.cluster -}}
{{- fail (printf "%s: database.secret and database.cluster are both given: which one?" .what) -}}
{{- end -}}
{{- if not (or $database.secret $database.cluster) -}}
{{- fail (printf "%s: where is its database? Name database.secret (with the address), or give database.cluster (CloudNativePG)." .what) -}}
{{- end -}}
{{- if and $database.secret (not $database.secret.name) (not $database.secret.external) -}}
{{- fail (printf "%s: database.secret.name is empty: name the Secret, or say by database.secret.external where it comes from." .what) -}}
{{- end -}}
{{- end -}}

{{- define "linkage.checkWorker" -}}
{{- $partitions := int .kafka.partitions -}}
{{- if and .freshness.enabled .autoscaling.enabled -}}
{{- fail "projections.worker: freshness.enabled and autoscaling.enabled would both set its number of pods: which one?" -}}
{{- end -}}
{{- if and .freshness.enabled (gt (int .freshness.minReplicas) (int .freshness.maxReplicas)) -}}
{{- fail "projections.worker: freshness.minReplicas is more than freshness.maxReplicas." -}}
{{- end -}}
{{- $most := .replicas -}}
{{- if .freshness.enabled -}}
{{- $most = .freshness.maxReplicas -}}
{{- else if .autoscaling.enabled -}}
{{- $most = .autoscaling.maxReplicas -}}
{{- end -}}
{{- if gt (int $most) $partitions -}}
{{- fail (printf "projections.worker: %d pods could run, but there are %d partitions (kafka.partitions): the others would have nothing to do." (int $most) $partitions) -}}
{{- end -}}
{{- end -}}
