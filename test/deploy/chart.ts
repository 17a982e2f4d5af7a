/** The Helm chart and the plain manifests, as objects. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { GoTemplates } from './go-template.ts';

const DEPLOY = new URL('../../deploy/', import.meta.url);
const CHART = new URL('helm/idle-enforcer/', DEPLOY);

/** One Kubernetes object; only what tests look at is typed. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  readonly spec?: Record<string, unknown>;
  readonly data?: Record<string, string>;
  readonly stringData?: Record<string, string>;
}

export type Values = Readonly<Record<string, unknown>>;

/** What stands in values.yaml. */
export function defaultValues(): Values {
  return (defaults ??= parse(read(new URL('values.yaml', CHART))) as Values);
}

let defaults: Values | undefined;

/** What the templates see: changes laid over the defaults, map by map. Throws what the schema has against the outcome. */
export function chartInput(changes: Values): object {
  const { name, version, appVersion } = (chart ??= parse(read(new URL('Chart.yaml', CHART))) as Chart);
  const values = merged(defaultValues(), changes);
  schema ??= z.fromJSONSchema(JSON.parse(deployFile('helm/idle-enforcer/values.schema.json')) as JsonSchema);
  const { error } = schema.safeParse(values);
  if (error !== undefined) throw new Error(z.prettifyError(error));
  return {
    Values: values,
    Chart: { Name: name, Version: version, AppVersion: appVersion },
    Release: { Name: 'idle-enforcer', Namespace: 'idle-enforcer', Service: 'Helm' },
  };
}

type Chart = Readonly<Record<'name' | 'version' | 'appVersion', string>>;
type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];
let chart: Chart | undefined;
let schema: z.ZodType | undefined;

function merged(values: Values, changes: Values): Values {
  const entries = Object.entries(changes).map(([key, change]) => {
    const old = values[key];
    return [key, isMap(old) && isMap(change) ? merged(old, change) : change] as const;
  });
  return { ...values, ...Object.fromEntries(entries) };
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every file of the chart's templates folder, rendered. Throws what the templates refuse. */
export function renderTexts(changes: Values): ReadonlyMap<string, string> {
  const { templates, files } = (compiled ??= compile());
  const input = chartInput(changes);
  const rendered = files.filter((file) => !file.startsWith('_'));
  return new Map(rendered.map((file) => [file, templates.render(file, input)]));
}

let compiled: ReturnType<typeof compile> | undefined;

function compile(): { readonly templates: GoTemplates; readonly files: readonly string[] } {
  const templates = new GoTemplates();
  const folder = new URL('templates/', CHART);
  const files = readdirSync(folder);
  for (const file of files) templates.add(file, read(new URL(file, folder)));
  return { templates, files };
}

/** The objects that the chart makes. */
export function render(changes: Values): readonly Manifest[] {
  const texts = [...renderTexts(changes)].filter(([file]) => file.endsWith('.yaml'));
  return texts.flatMap(([file, text]) => manifestsIn(text, file));
}

/** The objects in deploy/kubernetes. */
export function plainManifests(): readonly Manifest[] {
  const folder = new URL('kubernetes/', DEPLOY);
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml');
  return files.flatMap((file) => manifestsIn(read(new URL(file, folder)), file));
}

/** Text of a file under deploy/. */
export function deployFile(path: string): string {
  return read(new URL(path, DEPLOY));
}

function manifestsIn(text: string, file: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const fault = document.errors[0];
    if (fault !== undefined) throw new Error(`${file}: ${fault.message}`);
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
}

function read(file: URL): string {
  return readFileSync(file, 'utf8');
}
