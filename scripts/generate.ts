/**
 * Writes the files that are made from the source: the JSON Schemas of the policy and of its tests. With `--check` it
 * writes nothing and fails when one of them is out of date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { jsonSchema, testFileSchema } from '../src/policy-file/json-schema.ts';

const FILES = [
  { name: 'config/idle-enforcer.schema.json', content: jsonSchema() },
  { name: 'config/policy-tests.schema.json', content: testFileSchema() },
];

for (const { name, content } of FILES) {
  const path = new URL(`../${name}`, import.meta.url);
  const wanted = await format(JSON.stringify(content), { parser: 'json', printWidth: 110 });
  if (!process.argv.includes('--check')) {
    await writeFile(path, wanted);
  } else if ((await readFile(path, 'utf8').catch(() => '')) !== wanted) {
    console.error(`${name} is out of date: run "npm run generate" and commit the result.`);
    process.exitCode = 1;
  }
}
