/** `report` as it is called, on a record that is longer than what anybody reads of it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../../src/commands/shared/exit.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { report, type ReportOptions } from '../../../src/commands/report/command.ts';
import type { RecordEvent } from '../../../src/domain/record.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';
import { openStore } from '../../../src/store/sqlite/sqlite-store.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-report-'));
const config = join(folder, 'policy.yaml');
const NOW = Date.now();
const COUNT = 20_000;

const event = (n: number): RecordEvent => ({
  kind: 'verified',
  at: NOW - (COUNT - n) * 100 - MINUTE,
  agentId: `agent-${n}`,
  agentName: `Agent ${n}`,
  rule: 'gone',
  measured: 61 * MINUTE,
  limit: 60 * MINUTE,
});

beforeAll(async () => {
  const sqlite = join(folder, 'store.db');
  writeFileSync(
    config,
    `version: 1
genesys: { region: eu-west-1, client_id: a, client_secret: b-secret }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
store: { sqlite: ${sqlite} }
`,
  );
  const store = await openStore(sqlite, { now: () => NOW });
  await store.saveStep(
    [],
    Array.from({ length: COUNT }, (_, n) => event(n)),
  );
  const namesake = (n: number) => ({ id: `agent-${n}`, name: 'Sam Lee', email: `sam.${n}@example.com` });
  await store.saveAgents([1, 2].map((n) => ({ ...namesake(n), profile: 'all' })));
  await store.close();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The program, whose output is read no further than its first piece. */
function lookedInto(
  ...args: readonly string[]
): Promise<{ code: number | null; first: string; said: string }> {
  const child = spawn(process.execPath, [MAIN, ...args, '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let first = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdout.once('data', (chunk: Buffer) => {
    first = chunk.toString();
    child.stdout.destroy();
  });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, first, said });
    });
  });
}

async function told(options: Partial<ReportOptions>): Promise<string> {
  let text = '';
  await report(
    { config, ...options },
    outputTo((piece) => (text += piece)),
  );
  return text;
}

describe('two people of the same name', () => {
  test.each([
    ['csv', { format: 'csv' }, 'Sam Lee'],
    ['a table of events', { events: true }, 'Agent'],
  ])('are told apart by their address in %s', async (_, options, name) => {
    const text = await told(options);
    for (const n of [1, 2])
      expect(text).toMatch(new RegExp(`${name}( ${n})? \\(sam\\.${n}@example\\.com\\)`));
    expect(text).not.toMatch(/Agent 3 ?\(/);
  });

  test('are told apart in JSON by the id that stands beside the name', async () => {
    const lines = (await told({ events: true, json: true })).split('\n');
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ agentId: 'agent-1', agentName: 'Agent 1' });
  });
});

describe('the record', () => {
  test.each([[['--events']], [['--events', '--json']], [['--events', '--format', 'csv']]])(
    'of which only the beginning is read ends quietly: %j',
    async (options) => {
      const { code, first, said } = await lookedInto('report', ...options);
      expect([code, said]).toEqual([0, '']);
      expect(first).toMatch(/verified|event/);
    },
  );

  test.each([
    ['events.csv', COUNT + 1, /^at,event,/],
    ['events.json', COUNT, /^\{"seq":1,"kind":"verified"/],
    ['events.md', COUNT + 1, /^at +event +agent/],
  ])('is written whole to %s, in the format of its ending', async (name, lines, begins) => {
    const out = join(folder, name);
    let told = '';
    expect(
      await report(
        { config, events: true, out },
        outputTo((text) => (told += text)),
      ),
    ).toBe(0);
    const text = readFileSync(out, 'utf8');
    expect(told).toBe(`Written to ${out}.\n`);
    expect(text).toMatch(begins);
    expect(text.trimEnd().split('\n')).toHaveLength(lines);
  });

  test('is no page of HTML, and a folder that is not there is told', async () => {
    const output = outputTo(() => undefined);
    await expect(report({ config, events: true, format: 'html' }, output)).rejects.toBeInstanceOf(UsageError);
    await expect(report({ config, events: true, out: join(folder, 'no/where.csv') }, output)).rejects.toThrow(
      'cannot be written (there is no such folder).',
    );
  });

  test('of a time without anything says so', async () => {
    let told = '';
    await report(
      { config, events: true, to: '300d', from: '301d' },
      outputTo((text) => (told += text)),
    );
    expect(told).toBe('Nothing is on record in this time.\n');
  });
});
