/**
 * Writes the files that are made from the source: the JSON Schemas of the policy, of its tests and of a fleet, the reference pages of clocks and
 * actions and of commands, and the chart's README and its copies of alerts and dashboard, for a chart can hold nothing from outside
 * of it. With `--check` it writes nothing and fails when one of them is out of date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { fleetFileSchema, jsonSchema, testFileSchema } from '../src/policy-file/json-schema.ts';
import { argumentsOf } from './arguments.ts';
import { commandsPage } from './commands.ts';
import { chartReadme } from './chart-readme.ts';
import { referencePage } from './reference.ts';

const DEPLOY = new URL('../deploy/', import.meta.url);
const CHART = 'deploy/helm/idle-enforcer';
const deployed = (path: string): Promise<string> => readFile(new URL(path, DEPLOY), 'utf8');

/** What is made, and how it is formatted; copies stay as they are. */
const FILES: readonly { readonly name: string; readonly content: string; readonly parser?: string }[] = [
  { name: 'config/idle-enforcer.schema.json', content: JSON.stringify(jsonSchema()), parser: 'json' },
  { name: 'config/policy-tests.schema.json', content: JSON.stringify(testFileSchema()), parser: 'json' },
  { name: 'config/fleet.schema.json', content: JSON.stringify(fleetFileSchema()), parser: 'json' },
  { name: 'docs/clocks-and-actions.md', content: referencePage(), parser: 'markdown' },
  { name: 'docs/commands.md', content: commandsPage(), parser: 'markdown' },
  {
    name: `${CHART}/README.md`,
    content: chartReadme(
      await deployed('helm/idle-enforcer/values.schema.json'),
      await deployed('helm/idle-enforcer/values.yaml'),
    ),
    parser: 'markdown',
  },
  { name: `${CHART}/files/alerts.yaml`, content: await deployed('prometheus/alerts.yaml') },
  { name: `${CHART}/files/dashboard.json`, content: await deployed('grafana/dashboard.json') },
];

const {
  values: { check },
} = argumentsOf({ check: { type: 'boolean', default: false } });
for (const { name, content, parser } of FILES) {
  const path = new URL(`../${name}`, import.meta.url);
  const wanted = parser === undefined ? content : await format(content, { parser, printWidth: 110 });
  if (!check) {
    await writeFile(path, wanted);
  } else if ((await readFile(path, 'utf8').catch(() => '')) !== wanted) {
    console.error(`${name} is out of date: run "npm run generate" and commit the result.`);
    process.exitCode = 1;
  }
}
