/** The Helm chart and the plain manifests, as objects. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
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

/** What the templates see: the defaults with changes laid over whole top-level keys. */
export function chartInput(changes: Values): object {
  const { name, version, appVersion } = parse(read(new URL('Chart.yaml', CHART))) as Record<string, string>;
  return {
    Values: { ...defaultValues(), ...changes },
    Chart: { Name: name, Version: version, AppVersion: appVersion },
    Release: { Name: 'idle-enforcer', Namespace: 'idle-enforcer', Service: 'Helm' },
  };
}

/** Every file of the chart's templates folder, rendered. Throws what the templates refuse. */
export function renderTexts(changes: Values): ReadonlyMap<string, string> {
  const { templates, files } = (compiled ??= compile());
  const rendered = files.filter((file) => !file.startsWith('_'));
  return new Map(rendered.map((file) => [file, templates.render(file, chartInput(changes))]));
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
