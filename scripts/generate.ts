/**
 * Writes the files that are made from the source: the JSON Schemas of the policy and of its tests, and the reference pages of
 * clocks and actions, and of commands. With `--check` it writes nothing and fails when one of them is out of date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { jsonSchema, testFileSchema } from '../src/policy-file/json-schema.ts';
import { commandsPage } from './commands.ts';
import { referencePage } from './reference.ts';

const FILES = [
  { name: 'config/idle-enforcer.schema.json', content: JSON.stringify(jsonSchema()), parser: 'json' },
  { name: 'config/policy-tests.schema.json', content: JSON.stringify(testFileSchema()), parser: 'json' },
  { name: 'docs/clocks-and-actions.md', content: referencePage(), parser: 'markdown' },
  { name: 'docs/commands.md', content: commandsPage(), parser: 'markdown' },
];

for (const { name, content, parser } of FILES) {
  const path = new URL(`../${name}`, import.meta.url);
  const wanted = await format(content, { parser, printWidth: 110 });
  if (!process.argv.includes('--check')) {
    await writeFile(path, wanted);
  } else if ((await readFile(path, 'utf8').catch(() => '')) !== wanted) {
    console.error(`${name} is out of date: run "npm run generate" and commit the result.`);
    process.exitCode = 1;
  }
}
