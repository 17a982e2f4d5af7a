/** A policy that is checked in a thread of its own: the same as here, within bounds of time and memory, and stopped at once. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { areSame, digestsNow } from '../../../src/policy-file/files-read.ts';
import { resolvePolicy } from '../../../src/policy-file/resolve.ts';
import {
  checkHere,
  checkPolicy,
  takenFrom,
  type Check,
} from '../../../src/commands/policy-test/policy-check.ts';
import { PolicyRefused } from '../../../src/policy-file/faults.ts';

const CONFIG = fileURLToPath(new URL('../../../config/', import.meta.url));
const SHIPPED = [
  'idle-enforcer.yaml',
  ...readdirSync(join(CONFIG, 'examples')).map((name) => join('examples', name)),
];
const ENV = {
  GENESYS_CLIENT_ID: 'an-id',
  GENESYS_CLIENT_SECRET: 's3cr3t',
  OPS_WEBHOOK: 'https://h.example/x',
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-check-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function policy(more = '', limit = '60m'): string {
  return `version: 1
genesys: { region: eu-west-1, client_id: a, client_secret: "\${GENESYS_CLIENT_SECRET}" }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: ${limit} }] }]
${more}`;
}

const PEOPLE = `exempt:\n  - users:\n${Array.from({ length: 2_000 }, (_, i) => `      - first.lastname.number${i}@example-company.com\n`).join('')}`;
/** Takes the parser seconds: without a comma between them the words of a block are a fault each. */
const SLOW = `x: {\n${'a\n'.repeat(230_000)}}\n`;

function refusalOf(check: Check): readonly string[] {
  return check.kind === 'refused' ? check.refusal.message.split('\n') : [];
}

describe('the thread comes to what is come to here', () => {
  test.each(SHIPPED)('%s', async (name) => {
    const path = join(CONFIG, name);
    const [apart, here] = [await checkPolicy(path, ENV), await checkHere(path, ENV)];
    // What is written is looked at while it is checked, and not handed on.
    takenFrom(here).loaded.draft.source.raw = undefined;
    expect(apart).toEqual(here);
    expect(apart.kind).toBe('valid');
    const { loaded } = takenFrom(apart);
    const resolved = [loaded, takenFrom(here).loaded].map(({ draft }) =>
      resolvePolicy(draft, undefined, new Map(), 0),
    );
    expect(resolved[0]?.policy).toEqual(resolved[1]?.policy);
    expect(loaded.draft.source.place(['profiles', 0, 'rules', 0, 'limit'])).toEqual(
      takenFrom(here).loaded.draft.source.place(['profiles', 0, 'rules', 0, 'limit']),
    );
  });

  test('for a hundred kilobytes of exempt people', async () => {
    const path = write('people.yaml', policy(PEOPLE));
    const { loaded } = takenFrom(await checkPolicy(path, ENV));
    expect(loaded.draft.content.exempt[0]?.users).toHaveLength(2_000);
    expect(loaded.draft.source.place(['exempt', 0, 'users', 1_999])).toEqual({ line: 2_005, column: 9 });
    expect(loaded.settings.genesys.clientSecret).toBe('s3cr3t');
  });

  test('for faults, at the same places, whatever stands before them', async () => {
    const path = write(
      'faults.yaml',
      `\ufeff# 😀\r\n${policy(PEOPLE, 'soon').replaceAll('\n', '\r\n')}\tzebra: 1\r\n`,
    );
    const [apart, here] = [await checkPolicy(path, ENV), await checkHere(path, ENV)];
    expect(refusalOf(apart)).toEqual(refusalOf(here));
    expect(refusalOf(apart)[0]).toMatch(
      /faults\.yaml:4:80: profiles\[0\]\.rules\[0\]\.limit: "soon" is not a duration/,
    );
  });

  test('for tests that fail', async () => {
    write('t.yaml', 'tests: [{ name: an hour, timeline: [09:00 away], logoffs: [10:30 gone] }]\n');
    const path = write('tested.yaml', policy('tests: [t.yaml]\n'));
    const apart = await checkPolicy(path, ENV);
    expect(refusalOf(apart)).toEqual(refusalOf(await checkHere(path, ENV)));
    expect(refusalOf(apart)[0]).toContain('expected a log-off at 10:30 (gone), which did not happen');
    expect([...apart.files.keys()]).toEqual([path, join(folder, 't.yaml')]);
  });
});

describe('a check is bounded', () => {
  test('in time: what takes longer is refused with a sentence', async () => {
    const path = write('slow.yaml', policy(SLOW));
    expect(refusalOf(await checkPolicy(path, ENV, { deadline: 1 }))).toEqual([
      `${path}:1:1: policy: takes longer than 0s to check, with its tests: make it smaller`,
    ]);
  });

  test('in memory: what needs more is refused with a sentence', async () => {
    const path = write('deep.yaml', policy(`x: ${'['.repeat(500_000)}`));
    expect(refusalOf(await checkPolicy(path, ENV))).toEqual([
      `${path}:1:1: policy: needs more than 128 MB to check, with its tests: make it smaller`,
    ]);
  });

  test('in size: what is larger is refused at once', async () => {
    const path = write('large.yaml', policy('#'.repeat(512 * 1_024)));
    expect(refusalOf(await checkPolicy(path, ENV))).toEqual([
      `${path}:1:1: policy: is larger than 512 KiB, which no policy is`,
    ]);
  });

  test('and of one that came to no end it is known what it was about', async () => {
    const path = write('slow.yaml', policy(SLOW));
    const { files } = await checkPolicy(path, ENV, { deadline: 1 });
    expect(areSame(digestsNow([path]), files)).toBe(true);
    write('slow.yaml', policy());
    expect(areSame(digestsNow([path]), files)).toBe(false);
  });
});

test('a check that is not wanted any more ends at once, however slow the policy is', async () => {
  const path = write('slow.yaml', policy(SLOW));
  const stop = new AbortController();
  const check = checkPolicy(path, ENV, { signal: stop.signal });
  stop.abort(new Error('told to stop'));
  await expect(check).rejects.toThrow('told to stop');
  await expect(checkPolicy(path, ENV, { signal: stop.signal })).rejects.toThrow('told to stop');
});

test('a small policy without tests is checked here where that is allowed, any other is not', async () => {
  const small = write('small.yaml', policy());
  const tested = write('small-tested.yaml', policy('tests: []\n'));
  const large = write('large-enough.yaml', policy(PEOPLE));
  const stop = new AbortController();
  /** A check of a thread cannot be over before anything else was. */
  const isHere = async (path: string): Promise<boolean> => {
    const check = checkPolicy(path, ENV, { smallHere: true, signal: stop.signal }).then(() => true);
    const later = new Promise<boolean>((resolve) => {
      setImmediate(() => {
        resolve(false);
      });
    });
    ends.push(check.catch(() => false));
    return await Promise.race([check, later]);
  };
  const ends: Promise<boolean>[] = [];
  expect([await isHere(small), await isHere(tested), await isHere(large)]).toEqual([true, false, false]);
  stop.abort(new Error('enough'));
  await Promise.all(ends);
});

test('a refusal can be thrown where a policy was wanted', async () => {
  const path = write('refused.yaml', policy('', 'soon'));
  const check = await checkHere(path, ENV);
  expect(() => takenFrom(check)).toThrow(PolicyRefused);
});
