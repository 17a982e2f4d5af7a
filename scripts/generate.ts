/**
 * Writes the files that are made from the source: the JSON Schema of the policy. With `--check` it writes nothing and
 * fails when one of them is out of date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { jsonSchema } from '../src/policy/json-schema.ts';

const SCHEMA = new URL('../config/idle-enforcer.schema.json', import.meta.url);

const wanted = await format(JSON.stringify(jsonSchema()), { parser: 'json', printWidth: 110 });
if (!process.argv.includes('--check')) {
  await writeFile(SCHEMA, wanted);
} else if ((await readFile(SCHEMA, 'utf8').catch(() => '')) !== wanted) {
  console.error(
    'config/idle-enforcer.schema.json is out of date: run "npm run generate" and commit the result.',
  );
  process.exitCode = 1;
}
