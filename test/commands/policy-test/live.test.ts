/**
 * The same timeline comes to the same verdicts and log-offs in a policy test as in a worker's own sweeps. The platform is
 * the same simulated desk on both sides; everything between it and the record is the real thing on the worker's.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Reason } from '../../../src/domain/judging/judge.ts';
import type { Action, Policy } from '../../../src/domain/policy/policy.ts';
import type { RecordEvent } from '../../../src/domain/record.ts';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../../../src/domain/time/time.ts';
import { Alarms } from '../../../src/controller/alarms.ts';
import { Controller, type EnforcerParts } from '../../../src/controller/sweep.ts';
import type { ActionResult, Sighting } from '../../../src/ports/agents.ts';
import type { Store } from '../../../src/ports/store.ts';
import { MemoryStore } from '../../../src/store/memory/memory-store.ts';
import { AgentSimulator } from '../../../src/simulation/agent-simulator.ts';
import { toldOf } from '../../../src/commands/policy-test/check.ts';
import { ACTING, runTest, VERIFYING, type TestScene } from '../../../src/commands/policy-test/run.ts';
import { parseBrowser, parseEntry } from '../../../src/commands/policy-test/timeline-words.ts';
import { resolvePolicy } from '../../../src/policy-file/resolve.ts';
import { load } from '../../policy-file/texts.ts';

/** Business hours end at 11:00 on that Monday. */
const BASE: Instant = Date.parse('2026-03-02T08:00:00Z');

interface Came {
  readonly reasons: readonly string[];
  readonly deeds: readonly string[];
}

function deed(
  at: Instant,
  rule: string,
  rung: number | undefined,
  actions: readonly Action[],
  kind: string,
): string {
  // By the sweep: what is only observed is noted after the real log-offs of the same sweep.
  const sweep = Math.floor(at / MINUTE) * MINUTE;
  return `${new Date(sweep).toISOString()} ${kind} ${rule} ${rung ?? 'plain'} ${actions.join('+')}`;
}

/** What the policy test makes of a scene. */
function inTest(scene: TestScene, policy: Policy): Came {
  const { looks, logoffs } = runTest(scene, policy);
  return {
    reasons: looks.map(({ at, verdict }) => `${new Date(at).toISOString()} ${verdict.reason}`),
    deeds: logoffs.map(({ at, kind, rule, rung, actions }) =>
      deed(at, rule, rung, actions, kind === 'observed' ? 'observed' : 'intent'),
    ),
  };
}

/** The platform of one agent, the store and the clock of a worker. */
class Around {
  readonly events: RecordEvent[] = [];
  readonly #scene: TestScene;
  readonly #desk: AgentSimulator;
  #next = 0;
  #now: Instant;
  #performed: Action[] = [];
  #standing: AgentSimulator['standing'] | undefined;
  #answered = false;

  constructor(scene: TestScene) {
    this.#scene = scene;
    this.#desk = new AgentSimulator(scene.from, scene.browser);
    this.#now = scene.from;
  }

  windTo(at: Instant): void {
    this.#now = at;
    this.#performed = [];
    this.#standing = undefined;
    this.#answered = false;
  }

  serverNow(): Instant {
    return this.#performed.length > 0 && !this.#answered ? this.#now + ACTING : this.#now;
  }

  see(): Sighting {
    const { agent, happenings, lacking } = this.#scene;
    const at = this.#now;
    for (
      let each = happenings[this.#next];
      each !== undefined && each.at <= at;
      each = happenings[this.#next]
    ) {
      this.#desk.apply(each.at, each.word);
      this.#next += 1;
    }
    this.#desk.advance(at);
    const parts = lacking.filter(({ from, to }) => at >= from && at < to).flatMap((span) => span.parts);
    return { agent, observation: this.#desk.observe(agent.id, at, new Set(parts)) };
  }

  reread(): Sighting {
    const isOver = this.#performed.some((action) => action === 'offline' || action === 'revoke_tokens');
    if (isOver && !this.#answered && this.#standing !== undefined) {
      this.#desk.answer(this.#now + ACTING - SECOND, this.#performed, this.#standing);
      this.#answered = true;
      this.#now += VERIFYING;
    }
    return this.see();
  }

  perform(action: Action): ActionResult {
    const done = { ok: true, correlationId: undefined, delay: this.#scene.ssoDelay ?? 0 } as const;
    this.#standing ??= this.#desk.standing;
    this.#desk.perform(this.#now, action);
    if (action !== 'end_sso_session') this.#performed.push(action);
    return done;
  }
}

function storeInto(events: RecordEvent[]): Store {
  class Listening extends MemoryStore {
    override saveStep(...[memories, more, standing]: Parameters<Store['saveStep']>): Promise<void> {
      events.push(...more);
      return super.saveStep(memories, more, standing);
    }
  }
  return new Listening({ now: () => 0 });
}

function partsOf(around: Around): EnforcerParts {
  const quiet = (): void => undefined;
  return {
    clock: { now: () => around.serverNow(), sleep: () => Promise.resolve() },
    directory: {
      sweep: (onPage) => {
        const sighting = around.see();
        onPage([sighting]);
        const { at } = sighting.observation;
        return Promise.resolve({ complete: true, fault: undefined, startedAt: at, clockError: 0 });
      },
      reread: (ids) => Promise.resolve(new Map(ids.map((id) => [id, around.reread()]))),
      serverNow: () => around.serverNow(),
      nativeTimeouts: () => [],
    },
    effects: {
      perform: (action) => Promise.resolve(around.perform(action)),
      restorePresence: () => Promise.resolve({ ok: true, correlationId: undefined }),
      room: () => 1_000,
    },
    store: storeInto(around.events),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    meter: {
      sweepEnded: quiet,
      sweepFailed: quiet,
      missed: quiet,
      logoff: quiet,
      returned: quiet,
      alarm: quiet,
    },
    alarm: quiet,
    alarms: new Alarms(quiet, quiet),
    names: { latest: (policy) => Promise.resolve(policy) },
    warner: { warn: () => Promise.resolve(true) },
    name: ({ name }) => name,
  };
}

/** What a worker makes of it. */
async function inWorker(scene: TestScene, policy: Policy): Promise<Came> {
  const around = new Around(scene);
  const enforcer = await Controller.load(partsOf(around), {
    policy,
    longestInterval: scene.interval,
    retention: 400 * DAY,
  });
  const reasons: string[] = [];
  const limits = { mayBegin: () => Promise.resolve(true), signal: new AbortController().signal };
  for (let at = scene.from; at <= scene.to; at += scene.interval) {
    if (scene.unwatched.some(({ from, to }) => at > from && at < to)) continue;
    around.windTo(at);
    const { verdicts } = await enforcer.sweep(limits);
    const [reason] = (Object.keys(verdicts) as Reason[]).filter((each) => verdicts[each] > 0);
    reasons.push(`${new Date(at).toISOString()} ${reason ?? 'none'}`);
  }
  const deeds = around.events
    .filter(({ kind }) => kind === 'intent' || kind === 'observed')
    .map(({ at, rule = '', rung, actions = [], kind }) =>
      deed(at, rule, rung === undefined ? undefined : rung + 1, actions, kind),
    );
  return { reasons, deeds };
}

/** A rule of each kind, and ladders with and without the identity provider. */
const RULES = [
  '{ id: nr, when: { routing: [not_responding] }, clock: in_state, limit: 10m }',
  '{ id: locked, when: { presence: [idle] }, clock: in_state, limit: 30m }',
  '{ id: watched, when: { presence: [available, break] }, limit: 15m, mode: observe }',
  '{ id: told, when: { presence: [break] }, limit: 20m, warn: 5m }',
  '{ id: gone, when: { presence: [available, away, break], routing: [off_queue] }, limit: 25m }',
  '{ id: workless, when: { routing: [off_queue] }, clock: since_work, limit: 70m }',
  '{ id: late, when: { routing: [off_queue, not_responding] }, outside: hours, limit: 10m }',
];
const RETURNS = [
  '{}',
  '{ grace: 3m, forget: 1h, repeat: 20m, ladder: [{ wait: 1m, actions: [offline] }, { wait: 3m, actions: [offline, revoke_tokens] }] }',
  '{ grace: 2m, repeat: never, ladder: [{ wait: 2m, actions: [revoke_tokens] }, { wait: 1m, actions: [end_sso_session, offline, revoke_tokens] }] }',
];

function policyOf(
  rules: readonly string[],
  returns: string,
  mode: string,
  settle: number,
  perHour: number,
): Policy {
  const text = `version: 1
mode: ${mode}
genesys: { region: eu-west-1, client_id: a, client_secret: b }
exempt: [{ secondary_presence: [coaching], reason: agreed }]
profiles:
  - name: all
    rules:
${rules.map((each) => `      - ${each}`).join('\n')}
returns: ${returns}
caps: { settle: ${settle}, per_hour: ${perHour} }
calendars: { hours: { timezone: UTC, weekly: { daily: "07:00-11:00" } } }
notify: [{ name: told, type: webhook, url: "https://hook.example", secret: s, on: [warning] }]
identity: { webhook: { url: "https://sso.example", secret: s } }
`;
  return resolvePolicy(load(text).draft, undefined, new Map(), BASE).policy;
}

/** Made once: reading YAML takes longer than playing a day. */
const POLICIES: readonly Policy[] = [
  policyOf(RULES, RETURNS[0] ?? '', 'enforce', 2, 300),
  policyOf(RULES, RETURNS[1] ?? '', 'enforce', 0, 300),
  policyOf(RULES, RETURNS[2] ?? '', 'enforce', 1, 300),
  policyOf(RULES.slice(4, 5), RETURNS[1] ?? '', 'enforce', 0, 2),
  policyOf(RULES.slice(3, 6), RETURNS[2] ?? '', 'enforce', 3, 300),
  policyOf(RULES, RETURNS[0] ?? '', 'observe', 2, 2),
];

const words = fc.constantFrom(
  ...['on queue', 'off queue', 'break', 'meal', 'away', 'locked', 'unlocked', 'available', 'Coaching (busy)'],
  ...['call', 'call ends', 'e-mail', 'wrap-up', 'wrap-up ends', 'private call', 'private call ends'],
  ...['not responding', 'logs out', 'logs in', 'clicks available', 'browser returns restored'],
  ...[
    'native timeout',
    'native timeout, back after 8s',
    'native timeout, back after 40s restored token stays',
  ],
);

const TENTH = 10 * SECOND;

const happenings = fc
  .array(fc.tuple(fc.integer({ min: 0, max: (3 * HOUR) / TENTH }), words), { minLength: 1, maxLength: 9 })
  .map((all) =>
    all
      .flatMap(([at, word]) => {
        const entry = parseEntry(`00:00 ${word}`);
        return entry.kind === 'happens'
          ? entry.then.map((each) => ({ at: BASE + at * TENTH + each.after, word: each.word }))
          : [];
      })
      .toSorted((a, b) => a.at - b.at),
  );

const browser = fc.option(
  fc
    .record({
      after: fc.integer({ min: 1, max: 90 }),
      rest: fc.constantFrom(
        '',
        ', restores presence',
        ', token stays',
        ', restores presence, answers offline',
        ', once',
      ),
    })
    .map(({ after, rest }) => parseBrowser(`returns after ${after}s${rest}`)),
  { nil: undefined },
);

const span = fc
  .record({ from: fc.integer({ min: 0, max: 150 }), length: fc.integer({ min: 1, max: 40 }) })
  .map(({ from, length }) => ({ from: BASE + from * MINUTE, to: BASE + (from + length) * MINUTE }));

const parts = fc.subarray(['presence', 'routing', 'conversations', 'token'] as const, { minLength: 1 });

const cases = fc.record({
  happenings,
  browser,
  unwatched: fc.array(span, { maxLength: 1 }),
  lacking: fc.array(
    fc.tuple(span, parts).map(([each, lacks]) => ({ ...each, parts: lacks })),
    { maxLength: 1 },
  ),
  policy: fc.constantFrom(...POLICIES),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function sceneOf({ happenings: all, browser: answers, unwatched, lacking }: Case): TestScene {
  return {
    agent: {
      id: 'ada',
      name: 'Ada',
      email: 'ada@example.com',
      username: 'ada',
      divisionId: '',
      groups: [],
      roles: [],
      queues: [],
      teams: [],
    },
    interval: MINUTE,
    happenings: all,
    lacking,
    unwatched,
    browser: answers,
    ssoDelay: 90 * SECOND,
    from: BASE - 4 * MINUTE,
    to: BASE + 4 * HOUR + 30 * MINUTE,
  };
}

describe('a timeline', () => {
  test('comes to the same verdicts and log-offs in a policy test as in a worker', async () => {
    let deeds = 0;
    await fc.assert(
      fc.asyncProperty(cases, async (each) => {
        const { policy } = each;
        const scene = sceneOf(each);
        const tested = inTest(scene, policy);
        expect(tested).toEqual(await inWorker(scene, policy));
        deeds += tested.deeds.length;
      }),
      { numRuns: 40 },
    );
    // It says something only if people were logged off.
    expect(deeds).toBeGreaterThan(30);
  });

  test('by which two rules in observe mode are due at once counts each of them once', async () => {
    const policy = policyOf([RULES[2] ?? '', RULES[4] ?? ''], '{}', 'observe', 0, 300);
    const scene = sceneOf({
      policy,
      happenings: [
        { at: BASE, word: { does: 'set_presence', presence: 'ON_QUEUE', label: undefined } },
        { at: BASE + HOUR, word: { does: 'start', work: 'call' } },
        { at: BASE + HOUR + MINUTE, word: { does: 'end', work: 'call' } },
        { at: BASE + 2 * HOUR, word: { does: 'lock' } },
        { at: BASE + 3 * HOUR, word: { does: 'time_out', answered: true } },
        { at: BASE + 3 * HOUR + 8 * SECOND, word: { does: 'return', restores: false, movesToken: true } },
      ],
      browser: undefined,
      unwatched: [],
      lacking: [],
    });
    const { deeds } = await inWorker(scene, policy);
    expect(deeds.map((each) => each.split(' ').slice(0, 3).join(' '))).toEqual([
      '2026-03-02T11:11:00.000Z observed watched',
      '2026-03-02T11:11:00.000Z observed gone',
    ]);
    expect(inTest(scene, policy).deeds.toSorted()).toEqual(deeds.toSorted());
  });

  test('comes to the same in `explain`: what it says is due, and when, is what happens if nothing else does', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const policy: Policy = {
          ...each.policy,
          mode: 'enforce',
          caps: { ...each.policy.caps, perHour: 300 },
        };
        const scene = { ...sceneOf(each), browser: undefined, unwatched: [], lacking: [] };
        const { looks, logoffs } = runTest(scene, policy);
        const lastAt = Math.max(...scene.happenings.map(({ at }) => at));
        const look = looks.find(({ at }) => at > lastAt + MINUTE);
        if (look?.verdict.reason !== 'waiting') return;
        const told = toldOf(look, scene, policy);
        const next = logoffs.find(({ at, kind }) => at >= look.at && kind !== 'observed');
        if (told.dueAt === undefined || told.dueAt > scene.to - MINUTE) return;
        // A rule in observe mode is reported, and takes nobody off.
        if (told.rule === 'watched') return;
        // A millisecond is added to where a warning is still to be delivered.
        expect(next?.at).toBe(Math.ceil((told.dueAt - 1) / MINUTE) * MINUTE);
      }),
      { numRuns: 60 },
    );
  });
});
