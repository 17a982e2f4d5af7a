/** Everything that goes to a cluster fits the schemas that Kubernetes and the Prometheus operator publish. */
import { describe, expect } from '@jest/globals';
import { createRequire } from 'node:module';
import { parse } from 'yaml';
import { deployFile, plainManifests, render, type Manifest, type Values } from './chart.ts';
import { testWhere } from './installed.ts';

const PACKAGES = ['kubernetes-models', '@kubernetes-models/prometheus-operator'] as const;
const where = testWhere(PACKAGES.every(isInstalled), PACKAGES.join(' or '));
const SECRETS = { GENESYS_CLIENT_ID: 'id', GENESYS_CLIENT_SECRET: 'secret' };

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}

interface Model {
  validate(): void;
}
type Models = Record<string, new (manifest: object) => Model>;

/** Throws what the schema of its kind has against a manifest. */
async function validate(manifest: Manifest): Promise<void> {
  const { apiVersion, kind } = manifest;
  const [kubernetes, operator] = PACKAGES;
  const source = apiVersion.startsWith('monitoring.coreos.com/') ? operator : kubernetes;
  const models = (await import(`${source}/${apiVersion}/${kind}`)) as Models;
  const Known = models[kind];
  if (Known === undefined) throw new Error(`${apiVersion} has no ${kind}`);
  new Known(manifest).validate();
}

const VARIANTS: readonly (readonly [string, Values])[] = [
  ['as it comes', { secrets: SECRETS }],
  ['as a CronJob', { secrets: SECRETS, kind: 'cronjob', env: { TZ: 'UTC' } }],
  [
    'with all that is optional',
    {
      existingSecret: 'made-elsewhere',
      serviceMonitor: { enabled: true, interval: '30s', labels: { release: 'prometheus' } },
      networkPolicy: { enabled: true, from: [], extraEgress: [{ ports: [{ protocol: 'TCP', port: 587 }] }] },
      tolerations: [{ key: 'dedicated', operator: 'Exists' }],
      extraVolumes: [{ name: 'ca', configMap: { name: 'ca' } }],
      extraVolumeMounts: [{ name: 'ca', mountPath: '/ca', readOnly: true }],
    },
  ],
];

describe('the schemas accept', () => {
  for (const [name, values] of VARIANTS) {
    where(`the chart ${name}`, async () => {
      const manifests = render(values);
      expect(manifests.length).toBeGreaterThan(3);
      for (const manifest of manifests) await validate(manifest);
    });
  }

  where('the plain manifests', async () => {
    for (const manifest of plainManifests()) await validate(manifest);
  });

  where('the alerts as a rule of the operator', async () => {
    await validate({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'idle-enforcer' },
      spec: parse(deployFile('prometheus/alerts.yaml')) as Record<string, unknown>,
    });
  });
});

where('the schemas refuse a manifest with a slip', async () => {
  const deployment = plainManifests().find(({ kind }) => kind === 'Deployment')!;
  const slipped = { ...deployment, spec: { ...deployment.spec, replicas: 'one' } };
  await expect(validate(slipped)).rejects.toThrow(/replicas/);
});
