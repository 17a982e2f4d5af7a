/** What an operator reads of a rollout, and asks of the worker: by whole command lines, on stores as workers leave them behind. */
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { build } from '../../../src/commands/program.ts';
import { explainError } from '../../../src/commands/shared/exit.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { textTable } from '../../../src/texts/table.ts';
import { standingLines } from '../../../src/commands/rollout/standing.ts';
import { timesIn } from '../../../src/commands/shared/times.ts';
import { ordered, type Candidate } from '../../../src/domain/rollout/rollout.ts';
import { isInShare } from '../../../src/domain/rollout/share.ts';
import type { RecordEvent } from '../../../src/domain/record.ts';
import { HOUR, MINUTE, SECOND, type Duration } from '../../../src/domain/time/time.ts';
import { judgedBy } from '../../../src/policy-file/before.ts';
import { loadPolicyText } from '../../../src/policy-file/load.ts';
import { openStore } from '../../../src/store/open.ts';
import { rolloutNotes } from '../../../src/store/rollout-note.ts';
import { SWEEP_NOTE, sweepNoteBody } from '../../../src/store/sweep-note.ts';
import { report } from '../../controller/parts.ts';
import { STANDING } from '../../store/sqlite/fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-rollout-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const STEPS = 'rollout: { steps: [20%, 60%, 100%], every: 30m }';
const DOCUMENTED = 'rollout: { steps: [5%, 25%, 100%], every: 1d, stop: { regret: 5%, unverified: 10% } }';
const file = (name: string): string => join(folder, `${name}.yaml`);
const storeFile = (name: string): string => join(folder, 'stores', `${name}.db`);

function policyText(name: string, more = STEPS): string {
  return `version: 1
genesys: { region: eu-west-1, client_id: ${name}, client_secret: "\${NOT_SET_HERE}" }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
${more}
`;
}

const { draft, hash } = loadPolicyText(policyText('one'), 'p.yaml', { NOT_SET_HERE: 'secret' });
const judges = judgedBy(draft);
const BASE = { judges: 'former', mode: 'enforce' } as const;
const NOW = Date.now();
const BEGUN = NOW - 12 * MINUTE;

const RUNNING: Candidate = {
  judges,
  hash,
  steps: [{ at: BEGUN, share: 0.2 }],
  watched: 11 * MINUTE,
  countedFrom: BEGUN,
};
const STOPPED: Candidate = {
  ...RUNNING,
  stopped: { at: NOW - 3 * MINUTE, reason: '3 of 8 log-offs regretted' },
};

const ids = Array.from({ length: 50 }, (_, n) => `agent-${n}`);
const first = ids.filter((id) => isInShare(id, 0.2));
const others = ids.filter((id) => !isInShare(id, 0.2));

function logoffs(agents: readonly string[], more: Partial<RecordEvent> = {}): readonly RecordEvent[] {
  const at = NOW - 8 * MINUTE;
  return agents.map((agentId) => ({ kind: 'verified', at, agentId, rule: 'gone', ...more }));
}

interface Left {
  readonly candidate?: Candidate;
  readonly events?: readonly RecordEvent[];
  readonly stopped?: readonly string[];
  /** How long ago the last sweep of a worker began. */
  readonly ago?: Duration;
}

/** The store of an organisation, in which this very process sweeps. */
async function left(
  name: string,
  { candidate, events = [], stopped = [], ago = SECOND }: Left,
): Promise<void> {
  const path = storeFile(name);
  rmSync(path, { force: true });
  mkdirSync(join(folder, 'stores'), { recursive: true });
  const store = await openStore({ sqlite: path }, { now: () => NOW });
  const process = { command: 'run', version: '1', startedAt: NOW - HOUR } as const;
  await store.noteSweep({ holder: 'one', ...process, sweptAt: NOW - ago, interval: MINUTE });
  const standing = { ...STANDING, policyHash: hash, lastCompleteAt: NOW, intervals: [MINUTE] };
  await store.saveSweep({ at: NOW, changed: [], notSeen: [], standing, events });
  const kept = { ...BASE, hash: 'aaaaaaaaaaaa', content: '{}' };
  await rolloutNotes(store).save({ base: BASE, ...(candidate && { candidate }), stopped }, [kept], []);
  await store.close();
}

async function notesOf(name: string): ReturnType<ReturnType<typeof rolloutNotes>['read']> {
  const store = await openStore({ sqlite: storeFile(name) }, { now: () => NOW, readOnly: true });
  const notes = await rolloutNotes(store).read();
  await store.close();
  return notes;
}

/** One command line: its exit code, and what it printed, without paths and the name of the machine. */
async function ran(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  let code = -1;
  const output = outputTo((piece) => (text += piece));
  try {
    await build(output, (ended) => (code = ended)).parseAsync(['rollout', ...args], { from: 'user' });
  } catch (error) {
    const { code: failed, text: why } = explainError(error);
    code = failed;
    text += why;
  }
  return {
    code,
    text: text.replaceAll(`${folder}/`, '').replaceAll(/by [^\s@]+( for \S+)?@[^\s,:]+/g, 'by ME'),
  };
}

const one = (...args: readonly string[]): ReturnType<typeof ran> => ran(...args, '--config', file('one'));

/** The instant as the commands write it. */
function clock(at: number): string {
  const [day, time] = new Date(at).toISOString().slice(0, 19).split('T');
  // Around midnight some of these times are of another day, and say so.
  return new Date().toISOString().startsWith(String(day)) ? String(time) : `${day} ${time}`;
}

beforeEach(() => {
  writeFileSync(file('one'), policyText('one', `${STEPS}\nstore: { sqlite: ${storeFile('one')} }`));
});

describe('while nothing is brought out', () => {
  test('status says which policy is in force, since when, and how a change comes', async () => {
    const at = NOW - HOUR;
    await left('one', {
      events: [
        { kind: 'policy', at: at - HOUR, reason: `aaaaaaaaaaaa → ${hash}` },
        { kind: 'policy', at, reason: `rollout of ${hash} done: it is in force for all` },
      ],
      stopped: ['x', 'y'],
    });
    const { code, text } = await one('status', '--tz', 'UTC');
    expect(code).toBe(0);
    expect(text).toMatch(
      new RegExp(
        `^Nothing is brought out: policy ${hash} is in force for all agents since .*${clock(at)}\\.\n`,
      ),
    );
    expect(text).toContain(
      'A change comes to 20 %, then 60 %, then 100 % of the agents, each step once the one before was watched for 30m.',
    );
    expect(text).toContain('Stopped before, and not begun anew by itself: 2 other policies.');
    expect(JSON.parse((await one('status', '--json')).text)).toMatchObject({
      ...{ policy: hash, rollout: null, stoppedPolicies: 2, forAllSince: new Date(at).toISOString() },
    });
  });

  test.each(['continue', 'abort'])('%s is refused, and nothing is written', async (action) => {
    await left('one', {});
    const { code, text } = await one(action);
    expect(code).toBe(2);
    expect(text).toBe(
      `Nothing is brought out in the store stores/one.db: policy ${hash} is in force for all agents.`,
    );
    expect((await notesOf('one')).order).toBeUndefined();
  });
});

describe('while a changed policy is brought out', () => {
  const events = [
    ...logoffs(first.slice(0, 4)),
    ...logoffs(first.slice(0, 2), { rung: 0 }),
    ...logoffs(first.slice(0, 1), { kind: 'regret', delay: MINUTE }),
    ...logoffs(others.slice(0, 3), { kind: 'failed' }),
    ...logoffs(first.slice(0, 1), { at: BEGUN - 1 }),
  ];

  test('status says for whom, how long it is watched, what both groups show, and what stops it', async () => {
    await left('one', { candidate: RUNNING, events });
    const { code, text } = await one('status');
    expect(code).toBe(0);
    for (const part of [
      `Rollout of policy ${hash}: in force for 20 % of the agents since ${clock(BEGUN)}; the former policy is in force for the others.\n`,
      `Watched for 11m of 30m: 60 % of the agents have it from ${clock(NOW + 19 * MINUTE)} on, at the earliest.\n`,
      'It stops by itself at 3 regretted log-offs, and of 20 log-offs or more at more than 5 % regretted or 10 % not verified.',
    ])
      expect(text).toContain(part);
    expect(text).toMatch(/agents with the changed policy +4 +1 +2 +0\n/);
    expect(text).toMatch(/all others +3 +0 +0 +3\n/);
    expect(JSON.parse((await one('status', '--json')).text)).toMatchObject({
      rollout: {
        ...{
          policy: hash,
          share: 0.2,
          stopped: null,
          watched_seconds: 660,
          every_seconds: 1800,
          order: null,
        },
        next: { share: 0.6, at: new Date(NOW + 19 * MINUTE).toISOString() },
        counts: { changed: { logoffs: 4, answers: 2, regrets: 1, unverified: 0 }, others: { logoffs: 3 } },
      },
    });
  });

  test.each<[string, number | 'none', string, string]>([
    ['continue', 0.6, 'From the next sweep on the changed policy is in force for 60 % of the agents.', ''],
    [
      ...(['abort', 0] as const),
      'No log-off begins until the next sweep. From the next sweep on the former policy is in force for all agents.',
      ', and no log-off begins before',
    ],
  ])(
    '%s is written for the worker, which then does what was said',
    async (action, share, words, meanwhile) => {
      await left('one', { candidate: RUNNING });
      const { code, text } = await one(action, '--reason', 'seen enough');
      expect(code).toBe(0);
      expect(text).toContain(
        `Asked the worker to ${action} the rollout of policy ${hash}, by ME (seen enough), in the store stores/one.db.\n`,
      );
      expect(text).toMatch(/Reached: run on host .*; its last sweep began .* ago\. /);
      expect(text).toContain(words);
      const { rollout, order } = await notesOf('one');
      const after = ordered(rollout, order!, draft.content.rollout, NOW).rollout.candidate;
      expect(after?.stopped === undefined ? after?.steps.at(-1)?.share : 0).toBe(share);
      expect((await one('status')).text).toContain(
        `Asked for by ME: ${action} (seen enough): the next sweep does it${meanwhile}.`,
      );
    },
  );

  test('status says what keeps the time from counting', async () => {
    await left('one', { candidate: RUNNING });
    const paused = 'The worker is paused: this time does not count.';
    const observes = 'The mode is observe, for all agents: the rollout waits until it is enforce again.';
    expect((await one('status')).text).not.toMatch(/paused|observe/);
    const store = await openStore({ sqlite: storeFile('one') }, { now: () => NOW });
    await store.setPause({ since: NOW, until: undefined, reason: undefined });
    const note = { organisation: 'one', mode: 'observe', policy: hash } as const;
    await store.setFacts(new Map([[SWEEP_NOTE, sweepNoteBody(report(), note)]]));
    await store.close();
    const { text } = await one('status');
    expect(text).toContain(`${paused}\n${observes}\n`);
  });

  test.each([
    ['that was done', { handled: 'one' }, judges],
    ['about another policy', {}, 'another'],
  ])('status is silent about an order %s', async (_, more, about) => {
    await left('one', { candidate: RUNNING });
    const store = await openStore({ sqlite: storeFile('one') }, { now: () => NOW });
    const notes = rolloutNotes(store);
    await notes.order({ id: 'one', what: 'abort', judges: about, by: 'ada@ops-1' });
    const { rollout, kept } = await notes.read();
    await notes.save({ ...rollout, ...more }, kept, []);
    await store.close();
    expect((await one('status')).text).not.toContain('Asked for');
    expect(JSON.parse((await one('status', '--json')).text)).toMatchObject({ rollout: { order: null } });
  });

  test('orders are told to programs', async () => {
    await left('one', { candidate: RUNNING });
    const { code, text } = await one('continue', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({
      ordered: 'continue',
      policy: hash,
      share: 0.6,
      reason: null,
      worker: { running: true },
    });
  });

  test('from the last step but one, continue brings it to all', async () => {
    await left('one', { candidate: { ...RUNNING, steps: [{ at: BEGUN, share: 0.6 }] } });
    expect((await one('status')).text).toContain('of 30m: all agents have it from ');
    expect((await one('continue')).text).toContain('the changed policy is in force for all agents.');
  });

  test('an order that comes in the moment in which the last step ends is told as too late', async () => {
    await left('one', { candidate: RUNNING });
    const ended = JSON.stringify({
      v: 1,
      body: { base: { judges, mode: 'enforce' }, stopped: [], told: [] },
    });
    const db = new DatabaseSync(storeFile('one'));
    for (const before of ['INSERT', 'UPDATE'])
      db.exec(`CREATE TRIGGER worker_${before} AFTER ${before} ON fact WHEN NEW.name = 'rollout_order'
        BEGIN UPDATE fact SET value = '${ended}' WHERE name = 'rollout'; END`);
    db.close();
    const { code, text } = await one('abort');
    expect(code).toBe(1);
    expect(text).toContain(
      `The rollout of policy ${hash} ended in this very moment, and the order came too late.`,
    );
    expect(text).not.toContain('Reached');
  });

  test('an order that reaches no worker is written all the same, and ends with 1', async () => {
    await left('one', { candidate: RUNNING, ago: HOUR });
    const { code, text } = await one('abort');
    expect(code).toBe(1);
    expect(text).toContain('No worker was reached: the last sweep began 1h');
    expect((await notesOf('one')).order).toMatchObject({ what: 'abort', judges });
    const told = await one('status');
    expect(told.code).toBe(1);
    expect(told.text).toMatch(/^No worker sweeps this store: /);
  });

  test('where the policy cannot be read, all is told but what its steps say', async () => {
    await left('one', { candidate: RUNNING });
    writeFileSync(file('one'), `profiles: []\nstore: { sqlite: ${storeFile('one')} }\n`);
    const { code, text } = await one('status');
    expect(code).toBe(0);
    expect(text).toContain(': in force for 20 % of the agents since ');
    expect(text).toContain('Watched for 11m. When the next step comes is not known here');
    expect((await one('continue')).text).toContain(
      "From the next sweep on the step after this one is in force, as the worker's policy has it.",
    );
    expect((await one('abort')).code).toBe(0);
  });

  test('a reason that is too long is refused, and so is one for a mere look', async () => {
    await left('one', { candidate: RUNNING });
    expect((await one('abort', '--reason', 'x'.repeat(201))).text).toBe(
      '--reason has 201 characters; at most 200 are kept.',
    );
    expect((await one('status', '--reason', 'why')).code).toBe(2);
    expect((await notesOf('one')).order).toBeUndefined();
  });
});

describe('after a stop', () => {
  test('status says why, and what to do then', async () => {
    await left('one', { candidate: STOPPED, stopped: [judges] });
    const { text } = await one('status');
    expect(text).toContain(
      `Rollout of policy ${hash}: stopped at ${clock(NOW - 3 * MINUTE)} (3 of 8 log-offs regretted). The former policy is in force for all agents.\n`,
    );
    expect(text).toContain(
      '"rollout continue" goes on at 20 % of the agents without a correction, and counts anew.',
    );
    expect(text).not.toContain('Stopped before');
    expect(text).not.toContain('at the earliest');
  });

  test('abort is refused', async () => {
    await left('one', { candidate: STOPPED });
    const { code, text } = await one('abort');
    expect(code).toBe(2);
    expect(text).toContain(`The rollout of policy ${hash} is stopped already, at `);
    expect((await notesOf('one')).order).toBeUndefined();
  });

  test('continue goes on where it stopped', async () => {
    await left('one', { candidate: STOPPED });
    expect((await one('continue')).text).toContain(
      'From the next sweep on the changed policy is in force for 20 % of the agents again, and log-offs are counted anew.',
    );
  });

  test('before the first step, continue begins with it', async () => {
    await left('one', { candidate: { ...STOPPED, steps: [] } });
    expect((await one('status')).text).toContain('"rollout continue" begins it without a correction');
    expect((await one('continue')).text).toContain('in force for 20 % of the agents again');
  });
});

test('where no former policy is kept, the others are said to be left alone', async () => {
  await left('one', { candidate: RUNNING });
  const store = await openStore({ sqlite: storeFile('one') }, { now: () => NOW });
  await store.setFacts(new Map([['rollout_policies', '{}']]));
  await store.close();
  expect((await one('status')).text).toContain('; the others are left alone.');
  expect((await one('abort')).text).toContain(
    'From the next sweep on all agents are left alone, for the former policy is not kept.',
  );
});

test('the documents show what is printed', () => {
  const now = Date.parse('2026-03-03T08:00:00Z');
  const at = Date.parse('2026-03-02T09:00:00Z');
  const loaded = loadPolicyText(policyText('one', DOCUMENTED), 'p.yaml', { NOT_SET_HERE: 's' });
  const group = { logoffs: 31, answers: 12, regrets: 1, unverified: 0 };
  const lines = standingLines(
    {
      state: {
        ...{
          path: 's.db',
          now,
          worker: undefined,
          workerFault: undefined,
          pause: undefined,
          facts: new Map(),
        },
        ...{ sweep: undefined, interval: MINUTE },
        standing: { ...STANDING, policyHash: loaded.hash, lastCompleteAt: now },
      },
      policy: { loaded },
      stored: {
        rollout: {
          ...{ base: BASE, stopped: [] },
          candidate: {
            ...{ judges, hash: '0a1b2c3d4e5f', steps: [{ at, share: 0.05 }] },
            ...{ watched: 23 * HOUR, countedFrom: at },
          },
        },
        isFormerKept: true,
      },
      order: undefined,
      counts: { changed: group, others: { logoffs: 402, answers: 188, regrets: 9, unverified: 2 } },
      forAllSince: undefined,
    },
    timesIn('UTC', now),
    textTable,
  );
  const page = readFileSync(new URL('../../../docs/tuning.md', import.meta.url), 'utf8');
  expect(page).toContain(`\n\`\`\`text\n${lines.slice(0, -1).join('\n')}\n\`\`\`\n`);
});

describe('in a fleet', () => {
  const config = file('fleet');

  beforeEach(async () => {
    for (const name of ['one', 'two']) {
      mkdirSync(join(folder, 'own'), { recursive: true });
      writeFileSync(join(folder, 'own', `${name}.yaml`), `name: ${name}\n${policyText(name)}`);
    }
    writeFileSync(
      config,
      `version: 1\norganisations: ./own/*.yaml\nstore: { sqlite: ${join(folder, 'stores')} }\n`,
    );
    await left('one', {});
    await left('two', { candidate: RUNNING });
  });

  test('status tells of all, unless one is named', async () => {
    const { code, text } = await ran('status', '--config', config);
    expect(code).toBe(0);
    expect(text).toMatch(/^one\nNothing is brought out[\s\S]*\n\ntwo\nRollout of policy /);
    const named = await ran('status', '--config', config, '--organisation', 'two');
    expect(named.text).toMatch(/^Rollout of policy /);
    const { organisations } = JSON.parse((await ran('status', '--config', config, '--json')).text) as {
      organisations: readonly object[];
    };
    expect(organisations).toMatchObject([
      { organisation: 'one', rollout: null },
      { organisation: 'two', rollout: { share: 0.2 } },
    ]);
  });

  test('an order says which organisation it is about', async () => {
    const { code, text } = await ran('abort', '--config', config);
    expect(code).toBe(2);
    expect(text).toBe(
      'A rollout is that of one organisation: name one of fleet.yaml with --organisation: "one", "two".',
    );
    expect((await notesOf('two')).order).toBeUndefined();
  });

  test.each([
    ['by the file of the fleet', ['--config', config]],
    ['by the folder of its stores', ['--store', join(folder, 'stores'), '--config', config]],
  ])('and is written into its store alone, found %s', async (_, where) => {
    const { code, text } = await ran('continue', ...where, '--organisation', 'TWO');
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toContain('in force for 60 % of the agents');
    expect((await notesOf('two')).order).toMatchObject({ what: 'continue' });
    expect((await notesOf('one')).order).toBeUndefined();
  });
});
