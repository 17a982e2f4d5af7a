{{- define "idle-enforcer.name" -}}
{{ .Values.fullnameOverride | default .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "idle-enforcer.selector" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default "idle-enforcer" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "idle-enforcer.labels" -}}
{{ include "idle-enforcer.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "idle-enforcer.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}
{{- end }}

{{- define "idle-enforcer.configMap" -}}
{{ .Values.existingConfigMap | default (printf "%s-policy" (include "idle-enforcer.name" .)) }}
{{- end }}

{{- define "idle-enforcer.secret" -}}
{{ .Values.existingSecret | default (include "idle-enforcer.name" .) }}
{{- end }}

{{- define "idle-enforcer.claim" -}}
{{ .Values.persistence.existingClaim | default (printf "%s-data" (include "idle-enforcer.name" .)) }}
{{- end }}

{{- /* What the Deployment's and the CronJob's pods have in common. */}}
{{- define "idle-enforcer.podMetadata" -}}
labels:
  {{- include "idle-enforcer.selector" . | nindent 2 }}
  {{- with .Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "idle-enforcer.podSettings" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .Values.priorityClassName }}
priorityClassName: {{ .Values.priorityClassName }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
# The worker takes at most 8 s to finish what is under way.
terminationGracePeriodSeconds: 20
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  {{- if .Values.database.existingSecret }}
  - name: database
    secret:
      secretName: {{ .Values.database.existingSecret }}
      defaultMode: 288
  {{- end }}
  # Whole folders, no subPath: only so does a change reach the running worker.
  - name: policy
    configMap:
      name: {{ include "idle-enforcer.configMap" . }}
  - name: secrets
    secret:
      secretName: {{ include "idle-enforcer.secret" . }}
      defaultMode: 288
  - name: data
    {{- if and .Values.persistence.enabled (not .Values.database.enabled) }}
    persistentVolumeClaim:
      claimName: {{ include "idle-enforcer.claim" . }}
    {{- else }}
    emptyDir: {}
    {{- end }}
  {{- with .Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "idle-enforcer.containerSettings" -}}
name: idle-enforcer
image: {{ include "idle-enforcer.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- if or .Values.env .Values.extraEnv .Values.fleet.enabled }}
env:
  {{- if .Values.fleet.enabled }}
  - name: IDLE_ENFORCER_CONFIG
    value: /config/fleet.yaml
  {{- end }}
  {{- range $name, $value := .Values.env }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
  {{- with .Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
volumeMounts:
  {{- if .Values.database.existingSecret }}
  - name: database
    mountPath: /database
    readOnly: true
  {{- end }}
  - name: policy
    mountPath: /config
    readOnly: true
  - name: secrets
    mountPath: /secrets
    readOnly: true
  - name: data
    mountPath: /data
    {{- if .Values.database.enabled }}
    # The image has a volume here, in which a policy that names a file would give each worker a store of its own.
    readOnly: true
    {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
