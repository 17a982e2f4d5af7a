/** The chart's README, whose table of values is made from their schema and their defaults. */
import { parse } from 'yaml';

/** What of a JSON Schema is told. */
interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

type Values = Readonly<Record<string, unknown>>;

const TEXT = `# Helm chart of the idle enforcer

One worker with its volume, or several that share a database; a policy, or those of a fleet; and a network policy. The page is
made from \`values.schema.json\` and \`values.yaml\` by \`npm run generate\`.

\`\`\`sh
kubectl create namespace idle-enforcer
kubectl -n idle-enforcer create secret generic genesys --from-env-file=.env
helm install idle-enforcer deploy/helm/idle-enforcer --namespace idle-enforcer --values values.yaml
\`\`\`

[docs/operations.md](../../../docs/operations.md#install-in-ten-minutes) has a whole \`values.yaml\`, and
[replicas on PostgreSQL](../../../docs/database.md#replicas). It also says how image and chart of a release are verified.
Uninstalling the chart keeps the volume with the record. \`kind: cronjob\` makes neither endpoints nor what reads them.

## Values

`;

/** The whole page, as Markdown. Throws where a value has no description, or is in one of the two files alone. */
export function chartReadme(schema: string, values: string): string {
  const rows = rowsOf(JSON.parse(schema) as Schema, parse(values) as Values, '');
  const lines = rows.map((cells) => `| ${cells.map(cellOf).join(' | ')} |`);
  return `${TEXT}| value | is | default | what it does |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`;
}

/** In a cell a bar would begin another one. */
function cellOf(text: string): string {
  return text.replaceAll('|', '\\|');
}

function rowsOf({ properties = {} }: Schema, values: Values, above: string): readonly string[][] {
  const strange = Object.keys(values).find((key) => !(key in properties));
  if (strange !== undefined) throw new Error(`${above}${strange} is not in values.schema.json`);
  return Object.entries(properties).flatMap(([key, each]) => {
    const name = above + key;
    const value = values[key];
    if (each.properties !== undefined) return rowsOf(each, (value ?? {}) as Values, `${name}.`);
    if (each.description === undefined) throw new Error(`${name} has no description in values.schema.json`);
    return [[`\`${name}\``, kindOf(each), defaultOf(value), each.description]];
  });
}

function kindOf({ type = '', enum: words }: Schema): string {
  return words === undefined ? type : words.map((word) => `\`${word}\``).join(' or ');
}

function defaultOf(value: unknown): string {
  if (value === undefined || value === '') return '';
  if (typeof value === 'string' && value.includes('\n')) return 'one that only observes';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
