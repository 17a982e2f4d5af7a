/** The schemas that Kubernetes and the Prometheus operator publish of what goes to a cluster. */
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { CronJob } from 'kubernetes-models/batch/v1/CronJob';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import type { Manifest } from './chart.ts';

interface Model {
  readonly kind: string;
  readonly apiVersion: string;
  readonly prototype: { validate(this: unknown): void };
}

const MODELS: readonly Model[] = [
  ConfigMap,
  CronJob,
  Deployment,
  NetworkPolicy,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  PrometheusRule,
  Secret,
  Service,
  ServiceMonitor,
];

/** Throws what the schema of its kind has against a manifest, or names the fields that are not in it. */
export function validate(manifest: Manifest): void {
  const { apiVersion, kind } = manifest;
  const Known = MODELS.find((model) => model.kind === kind && model.apiVersion === apiVersion);
  if (Known === undefined) throw new Error(`there is no ${kind} in ${apiVersion}`);
  const unasked = new Set<string>();
  Known.prototype.validate.call(watched(manifest, kind, unasked));
  if (unasked.size > 0) throw new Error(`unknown: ${[...unasked].join(', ')}`);
}

/**
 * The schemas let fields pass that they do not know, which a cluster refuses, or worse, drops. But whatever they know they
 * look at: what is left in `unasked` they never looked at.
 */
function watched(value: unknown, path: string, unasked: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const at = (key: string): string => `${path}.${key}`;
  const parts = Object.entries(value).map(([key, part]) => {
    unasked.add(at(key));
    return [key, watched(part, at(key), unasked)] as const;
  });
  const copy = Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
  return new Proxy(copy, {
    get: (target, key) => {
      if (typeof key === 'string') unasked.delete(at(key));
      return Reflect.get(target, key) as unknown;
    },
  });
}
