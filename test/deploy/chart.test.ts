/** The Helm chart and the plain manifests say the same, and what they say is sound. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import {
  canRender,
  chartInput,
  defaultValues,
  deployFile,
  plainManifests,
  render,
  RENDERER,
} from './chart.ts';
import type { Manifest, Values } from './chart.ts';
import { describeWhere } from './installed.ts';
import { find, kinds, podOf, withoutHelm } from './manifests.ts';

const SECRETS = { GENESYS_CLIENT_ID: 'some-id', GENESYS_CLIENT_SECRET: 'with "quotes" and: colons' };
const USUAL: Values = { secrets: SECRETS };
const CRON: Values = { ...USUAL, kind: 'cronjob' };
const HOOK = { name: 'OPS_WEBHOOK', valueFrom: { secretKeyRef: { name: 'hooks', key: 'ops' } } };
/** Every switch of the chart the other way. */
const OTHERWISE: Values = {
  existingSecret: 'made-elsewhere',
  existingConfigMap: 'made-elsewhere-too',
  fullnameOverride: 'a-name-that-is-much-too-long-for-the-labels-of-kubernetes-objects',
  image: { repository: 'registry.example.com/x', digest: `sha256:${'a'.repeat(64)}`, pullPolicy: 'Always' },
  imagePullSecrets: [{ name: 'pull' }],
  persistence: { enabled: false },
  env: { TZ: 'Europe/Dublin', HTTPS_PROXY: 'http://proxy.example.com:3128' },
  extraEnv: [HOOK],
  extraVolumes: [{ name: 'ca', configMap: { name: 'ca' } }],
  extraVolumeMounts: [{ name: 'ca', mountPath: '/ca', readOnly: true }],
  serviceMonitor: { enabled: true, interval: '15s', labels: { release: 'prometheus' } },
  networkPolicy: { enabled: true, from: [], extraEgress: [{ ports: [{ protocol: 'TCP', port: 3128 }] }] },
  podDisruptionBudget: { enabled: false },
  podAnnotations: { note: 'x' },
  podLabels: { team: 'wfm' },
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
  priorityClassName: 'high',
};

const LEAST = `{ version: 1, genesys: { region: eu-west-1, client_id: a, client_secret: b }, profiles: [
  { name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }] }`;

/** The policy in the ConfigMap is valid, and only watches. */
function expectToLoad(manifests: readonly Manifest[]): void {
  const text = find(manifests, 'ConfigMap').data?.['idle-enforcer.yaml'] ?? '';
  const loaded = loadPolicyText(text.replaceAll(/\$\{file:\/secrets\/\w+\}/g, 'x'), 'policy.yaml', {});
  expect(loaded.settings.mode).toBe('observe');
}

const whereRendered = describeWhere(canRender, RENDERER);

whereRendered('the chart', () => {
  test('makes one worker that is replaced, never doubled', () => {
    const { spec } = find(render(USUAL), 'Deployment');
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  test('makes what belongs to a worker, and the monitor only on request', () => {
    const usual = ['ConfigMap', 'Deployment', 'NetworkPolicy', 'PersistentVolumeClaim'];
    expect(kinds(render(USUAL))).toEqual([...usual, 'PodDisruptionBudget', 'Secret', 'Service']);
    expect(kinds(render(OTHERWISE))).toEqual(['Deployment', 'NetworkPolicy', 'Service', 'ServiceMonitor']);
  });

  test('makes the alerts and the dashboard of this repository on request, and neither beside a CronJob', () => {
    const wanted = {
      prometheusRule: { enabled: true, labels: { release: 'x' } },
      dashboard: { enabled: true },
    };
    const manifests = render({ ...USUAL, existingConfigMap: 'elsewhere', ...wanted });
    const rule = find(manifests, 'PrometheusRule');
    expect(rule.spec).toEqual(parse(deployFile('prometheus/alerts.yaml')));
    expect(rule.metadata.labels).toMatchObject({ release: 'x' });
    const dashboard = find(manifests, 'ConfigMap');
    expect(dashboard.metadata.labels).toMatchObject({ grafana_dashboard: '1' });
    const text = dashboard.data?.['idle-enforcer.json'] ?? '';
    expect(JSON.parse(text)).toEqual(JSON.parse(deployFile('grafana/dashboard.json')));
    const beside = kinds(render({ ...CRON, existingConfigMap: 'elsewhere', ...wanted }));
    expect(beside).toEqual(['CronJob', 'NetworkPolicy', 'PersistentVolumeClaim', 'Secret']);
  });

  test('makes a CronJob that sweeps once, one at a time, and nothing that serves', () => {
    const manifests = render({ ...CRON, serviceMonitor: { enabled: true, interval: '30s' } });
    const others = ['ConfigMap', 'CronJob', 'NetworkPolicy', 'PersistentVolumeClaim', 'Secret'];
    expect(kinds(manifests)).toEqual(others);
    const cronJob = find(manifests, 'CronJob');
    expect(cronJob.spec).toMatchObject({ concurrencyPolicy: 'Forbid', timeZone: 'Etc/UTC' });
    expect(podOf(cronJob)).toMatchObject({ restartPolicy: 'Never', containers: [{ args: ['once'] }] });
  });

  test.each([
    ['Deployment', USUAL],
    ['CronJob', CRON],
  ] as const)('%s: its pod may do nothing that it need not do', (kind, values) => {
    const pod = podOf(find(render(values), kind));
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    const [container] = pod.containers;
    // Secrets come as files, which follow a change, and stand in no environment.
    expect(JSON.stringify(container)).not.toMatch(/secretRef|secretKeyRef/);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    // SIGTERM drains for at most 8 s.
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(8);
    // A subPath would never follow a change of the policy.
    expect(container.volumeMounts.map(({ mountPath, subPath }) => [mountPath, subPath])).toEqual([
      ['/config', undefined],
      ['/secrets', undefined],
      ['/data', undefined],
    ]);
  });

  test('asks the probes that mean what Kubernetes takes them for', () => {
    const [container] = podOf(find(render(USUAL), 'Deployment')).containers;
    expect(container.livenessProbe?.httpGet.path).toBe('/healthz');
    expect(container.readinessProbe?.httpGet.path).toBe('/readyz');
    // Not being ready must not hide the metrics that say why.
    expect(find(render(USUAL), 'Service').spec).toMatchObject({ publishNotReadyAddresses: true });
  });

  test('never stands in the way of a node that is drained, not even while the worker is not ready', () => {
    expect(find(render(USUAL), 'PodDisruptionBudget').spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
  });

  test('lets out names and HTTPS only, and in only the readers of metrics, where there are any', () => {
    const { spec } = find(render(USUAL), 'NetworkPolicy');
    const ports = (spec as { egress: { ports: { port: number }[] }[] }).egress.flatMap((rule) => rule.ports);
    expect(new Set(ports.map(({ port }) => port))).toEqual(new Set([53, 443]));
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } };
    expect(spec?.['ingress']).toEqual([
      { from: [{ namespaceSelector }], ports: [{ protocol: 'TCP', port: 8080 }] },
    ]);
    expect(find(render(CRON), 'NetworkPolicy').spec?.['ingress']).toEqual([]);
  });

  test('has its monitor select its service by labels, whatever both are called', () => {
    const manifests = render({ ...OTHERWISE, nameOverride: 'enforcer' });
    const service = find(manifests, 'Service');
    const { selector, endpoints } = find(manifests, 'ServiceMonitor').spec as {
      selector: { matchLabels: object };
      endpoints: { port: string }[];
    };
    expect(service.metadata.labels).toMatchObject(selector.matchLabels);
    expect(service.spec?.['ports']).toMatchObject(endpoints.map(({ port }) => ({ name: port })));
  });

  test('sweeps by its CronJob as often as a policy does that says nothing of it', () => {
    const { every } = loadPolicyText(LEAST, 'policy.yaml', {}).settings.sweep;
    expect(find(render(CRON), 'CronJob').spec).toMatchObject({ schedule: every.replace(/^0 /, '') });
  });

  test('carries secrets through whatever is in them, and makes none where one is named', () => {
    expect(find(render(USUAL), 'Secret').stringData).toEqual(SECRETS);
    expect(podOf(find(render(OTHERWISE), 'Deployment')).volumes).toContainEqual({
      name: 'secrets',
      secret: { secretName: 'made-elsewhere', defaultMode: 0o440 },
    });
  });

  test('refuses to be installed without a secret, or without a policy', () => {
    expect(() => render({})).toThrow('each of secrets must have a value, or existingSecret a name');
    expect(() => render({ ...USUAL, policy: '' })).toThrow('policy must hold the policy file');
  });

  test('refuses a CronJob without a volume, which would begin anew with each sweep and never act', () => {
    expect(() => render({ ...CRON, persistence: { enabled: false } })).toThrow(
      'kind cronjob needs persistence, or a database: without either no sweep knows of the one before',
    );
  });

  test('takes everything else from its values', () => {
    const { metadata, spec } = find(render(OTHERWISE), 'Deployment');
    expect(metadata.name).toBe('a-name-that-is-much-too-long-for-the-labels-of-kub');
    const pod = podOf({ ...find(render(OTHERWISE), 'Deployment'), spec: spec! });
    expect(pod).toMatchObject({
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'dedicated', operator: 'Exists' }],
      priorityClassName: 'high',
      imagePullSecrets: [{ name: 'pull' }],
    });
    expect(pod.volumes).toContainEqual({ name: 'data', emptyDir: {} });
    expect(pod.containers[0].image).toBe(`registry.example.com/x@sha256:${'a'.repeat(64)}`);
    expect(pod.containers[0].env).toEqual([
      { name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' },
      { name: 'TZ', value: 'Europe/Dublin' },
      HOOK,
    ]);
    expect(find(render(OTHERWISE), 'NetworkPolicy').spec).toMatchObject({ ingress: [] });
  });

  test('ships a policy that the program accepts', () => {
    expectToLoad(render(USUAL));
  });

  test('takes the values that the handbook gives it', () => {
    const handbook = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const [, example = ''] = /```yaml other\n( +# values\.yaml\n[^]*?)```/.exec(handbook) ?? [];
    const values = parse(example) as Values;
    const manifests = render(values);
    expect(podOf(find(manifests, 'Deployment')).volumes).toContainEqual({
      name: 'secrets',
      secret: { secretName: values['existingSecret'], defaultMode: 0o440 },
    });
    expectToLoad(manifests);
  });
});

describe('the schema of the chart’s values', () => {
  test.each([
    ['a key that there is not', { autoscaling: true }, 'Unrecognized key: "autoscaling"'],
    ['no replica at all', { replicas: 0 }, 'replicas'],
    ['a policy whose key is no name of a file', { fleet: { policies: { '../x': 'x' } } }, 'fleet.policies'],
    ['a kind that there is not', { kind: 'daemonset' }, 'kind'],
    [
      'a folder that many write to',
      { persistence: { accessMode: 'ReadWriteMany' } },
      'persistence.accessMode',
    ],
    ['a tag as a digest', { image: { digest: '1.2.3' } }, 'image.digest'],
    ['a variable that is no text', { env: { RETRIES: 3 } }, 'env.RETRIES'],
    ['a secret that is no name of a variable', { secrets: { 'client-id': 'x' } }, 'secrets'],
  ])('refuses %s', (_, values, why) => {
    expect(() => chartInput({ ...USUAL, ...values })).toThrow(why);
  });

  test('has only patterns that Go understands, for Helm is written in it', () => {
    const patterns = deployFile('helm/idle-enforcer/values.schema.json').match(/"pattern": ".*"/g) ?? [];
    expect(patterns.length).toBeGreaterThan(0);
    expect(patterns.filter((pattern) => /\(\?[^:]|\\\\[1-9]/.test(pattern))).toEqual([]);
  });

  test('describes every value in its schema, and no other', () => {
    const schema = JSON.parse(deployFile('helm/idle-enforcer/values.schema.json')) as {
      properties: Record<string, { properties?: object }>;
    };
    const described = Object.keys(schema.properties).filter((key) => !/Override$|^global$/.test(key));
    expect(described.sort()).toEqual(Object.keys(defaultValues()).sort());
    for (const [key, { properties }] of Object.entries(schema.properties)) {
      const value = defaultValues()[key];
      if (properties === undefined || value === undefined) continue;
      expect([key, Object.keys(properties).sort()]).toEqual([key, Object.keys(value as object).sort()]);
    }
  });
});

whereRendered('the plain manifests, beside the chart', () => {
  test.each(plainManifests().map((manifest) => [manifest.kind, manifest] as const))(
    '%s is what the chart makes',
    (kind, manifest) => {
      const values = {
        existingSecret: 'idle-enforcer',
        kind: kind === 'CronJob' ? 'cronjob' : 'deployment',
        serviceMonitor: { enabled: true, interval: '30s', labels: {} },
      };
      expect(manifest).toEqual(withoutHelm(find(render(values), kind)));
    },
  );
});

describe('the plain manifests', () => {
  test('are all named by the kustomization, but those that stand in for others', () => {
    const { resources } = parse(deployFile('kubernetes/kustomization.yaml')) as { resources: string[] };
    const named = resources.flatMap((file) => (parse(deployFile(`kubernetes/${file}`)) as Manifest).kind);
    const all = new Set(plainManifests().map(({ kind }) => kind));
    expect([...all].filter((kind) => !named.includes(kind)).sort()).toEqual(['CronJob', 'ServiceMonitor']);
  });
});
