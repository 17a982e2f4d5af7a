/** The policy in a shell that has none of its secrets: what is judged by is there, and what is not there hides nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { policyForReading } from '../../../src/commands/shared/policy-for-reading.ts';
import { loadPolicyText } from '../../../src/policy-file/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'for-reading-'));
const config = join(folder, 'p.yaml');
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const POLICY = `version: 1
genesys: { region: eu-west-1, client_id: "\${NO_ID}", client_secret: "\${NO_SECRET}" }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
`;

function reading(more = ''): ReturnType<typeof policyForReading> & { readonly said: string } {
  writeFileSync(config, `${POLICY}${more}`);
  let said = '';
  const output = outputTo((text) => (said += text));
  const policy = policyForReading({ config }, output);
  output.line('on record in this store; in this shell it is not set, and as long as a secret has to be');
  return { ...policy, said };
}

test.each([
  ['the credentials', ''],
  [
    'the address and the secret of a channel',
    'notify: [{ name: o, type: webhook, url: "${NO_URL}", secret: "${NO_KEY}", on: [held] }]\n',
  ],
  ['the secret of the page', 'page: { url: https://i.example.com, secret: "${NO_KEY}" }\n'],
  ['a file of a secret', 'page: { url: https://i.example.com, secret: "${file:/nowhere/key}" }\n'],
  ['the address of the database', 'store: { postgres: "${NO_URL}" }\n'],
])('without %s it is the one by which the worker judges, and no sentence is hidden', (_, more) => {
  const { loaded, fault, said } = reading(more);
  expect(fault).toBeUndefined();
  const url = more.startsWith('store') ? 'postgres://u:p-p-p-p@h/d' : 'https://hook.example.com';
  const own = { NO_ID: 'i', NO_SECRET: 's', NO_URL: url, NO_KEY: 'k'.repeat(40) };
  const whole = more.includes('file:') ? more.replace('${file:/nowhere/key}', own.NO_KEY) : more;
  expect(loaded?.hash).toBe(loadPolicyText(`${POLICY}${whole}`, 'p.yaml', own).hash);
  expect(said).toBe(
    'on record in this store; in this shell it is not set, and as long as a secret has to be\n',
  );
});

test.each([
  ['how agents are named', 'log: { identities: "${NO_WORD}" }\n'],
  ['whom it exempts', 'exempt: [{ users: ["${NO_WORD}"], reason: x }]\n'],
])('without %s there is none', (_, more) => {
  expect(reading(more).fault).toMatch(/the environment variable NO_\w+ is not set/);
});
