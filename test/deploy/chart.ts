/** The Helm chart, rendered by Helm or by Go's own templates, and the plain manifests, as objects. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { hasProgram } from './installed.ts';

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
export function chartInput(changes: Values): ChartInput {
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

/** What the templates see. */
interface ChartInput {
  readonly Values: Values;
  readonly Chart: object;
  readonly Release: object;
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

/** What is needed to render the chart. */
export const RENDERER = 'neither Helm nor Go with sprig';

const GO = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' };
const hasHelm = hasProgram('helm', 'version');
const hasGo = existsSync(join(GO.GOPATH, 'src/github.com/Masterminds/sprig')) && hasProgram('go', 'version');

/** Whether the chart can be rendered here. */
export const canRender = hasHelm || hasGo;

/** The objects that the chart makes. Throws what the schema or the templates refuse. */
export function render(changes: Values): readonly Manifest[] {
  const input = chartInput(changes);
  return manifestsIn(hasHelm ? byHelm(input) : byGo(input), 'the chart');
}

function byHelm({ Values: values }: ChartInput): string {
  const args = [
    'template',
    'idle-enforcer',
    fileURLToPath(CHART),
    '--namespace',
    'idle-enforcer',
    '--values',
    '-',
  ];
  return run('helm', args, JSON.stringify(values));
}

/** Go's text/template and sprig are what Helm is made of. */
function byGo(input: ChartInput): string {
  const output = run(builtRenderer(), [fileURLToPath(CHART)], JSON.stringify([input]));
  const [texts = {}] = JSON.parse(output) as readonly Readonly<Record<string, string>>[];
  const files = Object.keys(texts).filter((file) => file.endsWith('.yaml'));
  return files.map((file) => `---\n${texts[file] ?? ''}`).join('\n');
}

let built: string | undefined;

function builtRenderer(): string {
  if (built !== undefined) return built;
  const folder = mkdtempSync(join(tmpdir(), 'render-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  built = join(folder, 'render');
  const source = fileURLToPath(new URL('render.go', import.meta.url));
  execFileSync('go', ['build', '-o', built, source], { env: GO, stdio: 'pipe' });
  return built;
}

function run(program: string, args: readonly string[], input: string): string {
  return execFileSync(program, args, { input, stdio: 'pipe', maxBuffer: 16 * 1024 * 1024 }).toString();
}

/** The objects in deploy/kubernetes. */
export function plainManifests(): readonly Manifest[] {
  const folder = new URL('kubernetes/', DEPLOY);
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml');
  return files.flatMap((file) => manifestsIn(read(new URL(file, folder)), file));
}

/** Whether there is a kubectl, which makes objects of a kustomization without a cluster. */
export const canKustomize = hasProgram('kubectl', 'kustomize', fileURLToPath(new URL('kubernetes/', DEPLOY)));

/** What is applied of a folder under deploy/ with `kubectl apply -k`. */
export function kustomized(folder: string): readonly Manifest[] {
  return manifestsIn(
    run('kubectl', ['kustomize', fileURLToPath(new URL(folder, DEPLOY))], ''),
    `${folder}/kustomization.yaml`,
  );
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
