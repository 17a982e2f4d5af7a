{{- /* What of the values cannot work together; each refusal says what to write. */}}
{{- define "idle-enforcer.check" -}}
{{- $isFile := not .Values.database.enabled }}
{{- $replicas := int .Values.replicas }}
{{- if eq .Values.kind "cronjob" }}
{{- if .Values.fleet.enabled }}
{{- fail "kind cronjob sweeps one organisation: fleet.enabled needs kind deployment" }}
{{- end }}
{{- if gt $replicas 1 }}
{{- fail "replicas counts the workers of kind deployment: with kind cronjob leave it at 1" }}
{{- end }}
{{- if and $isFile (not .Values.persistence.enabled) }}
{{- fail "kind cronjob needs persistence, or a database: without either no sweep knows of the one before" }}
{{- end }}
{{- end }}
{{- if and $isFile (gt $replicas 1) }}
{{- fail (printf "replicas is %d, and one worker alone can use a store that is a file on a volume: set database.enabled and name the database under store.postgres of the policy, or set replicas to 1" $replicas) }}
{{- end }}
{{- if and $isFile .Values.database.existingSecret }}
{{- fail "database.existingSecret is set, and database.enabled is not: set it, or leave the Secret out" }}
{{- end }}
{{- if not .Values.existingConfigMap }}
{{- if and .Values.fleet.enabled (not .Values.fleet.policies) }}
{{- fail "fleet.policies must hold the policy of each organisation, or existingConfigMap a name" }}
{{- end }}
{{- if hasKey .Values.fleet.policies "fleet" }}
{{- fail "fleet.policies has the key fleet: fleet.yaml is the file of the fleet, give the policy another key" }}
{{- end }}
{{- $key := ternary "fleet.file" "policy" .Values.fleet.enabled }}
{{- $text := ternary .Values.fleet.file .Values.policy .Values.fleet.enabled }}
{{- $read := fromYaml $text }}
{{- $store := get $read "store" | default dict }}
{{- /* What cannot be read is told by the worker, with the place of the fault. */}}
{{- if and (not (hasKey $read "Error")) (kindIs "map" $store) }}
{{- if and $isFile (hasKey $store "postgres") }}
{{- fail (printf "%s names a database under store.postgres: set database.enabled, so that no volume is claimed and its port is let out" $key) }}
{{- end }}
{{- if and (not $isFile) (not (hasKey $store "postgres")) }}
{{- fail (printf "database.enabled is set, and %s names no database: write store: { postgres: '${file:/database/url}' } into it, or as its Secret has it" $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
