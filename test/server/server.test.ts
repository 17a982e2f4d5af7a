import { afterEach, describe, expect, test } from '@jest/globals';
import { UNASKED } from '../../src/domain/evidence/calibration.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../src/domain/tracking/platform-behaviour.ts';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { Health } from '../../src/server/health.ts';
import { startServer, type RunningServer, type ServerParts } from '../../src/server/server.ts';
import { report } from '../controller/parts.ts';
import { statusOf } from '../../src/server/status.ts';

const T = Date.parse('2026-03-02T14:00:00Z');

describe('the probes', () => {
  const health = (interval = MINUTE): Health => new Health(T, () => interval);

  test('a loop that has not moved for more than ten minutes is stuck', () => {
    const stuck = health();
    expect([stuck.alive(T + 10 * MINUTE).ok, stuck.alive(T + 10 * MINUTE + 1).ok]).toEqual([true, false]);
    stuck.turned(T + 9 * MINUTE);
    expect(stuck.alive(T + 15 * MINUTE).ok).toBe(true);
  });

  test('a schedule of five minutes has five of its intervals', () => {
    const slow = health(5 * MINUTE);
    expect([slow.alive(T + 25 * MINUTE).ok, slow.alive(T + 25 * MINUTE + 1).ok]).toEqual([true, false]);
  });

  test('nothing is ready before the first complete sweep, and three intervals after the last one', () => {
    const young = health();
    expect(young.ready(T).ok).toBe(false);
    young.completed(T);
    expect([young.ready(T + 3 * MINUTE).ok, young.ready(T + 3 * MINUTE + 1).ok]).toEqual([true, false]);
  });

  test('a clock that is set back makes no old sweep a recent one', () => {
    const ahead = health();
    ahead.completed(T + 2 * HOUR);
    ahead.turned(T + 2 * HOUR);
    expect([ahead.alive(T).ok, ahead.ready(T).ok]).toEqual([false, false]);
    ahead.turned(T);
    expect([ahead.alive(T).ok, ahead.ready(T).ok]).toEqual([true, false]);
  });

  test('a service that is stopping is alive, and takes no more traffic', () => {
    const last = health();
    last.completed(T);
    last.drain();
    expect([last.alive(T).ok, last.ready(T)]).toEqual([true, { ok: false, why: 'the service is stopping' }]);
  });
});

describe('the endpoints', () => {
  let server: RunningServer | undefined;
  afterEach(async () => {
    await server?.close();
  });

  async function ask(
    path: string,
    parts: Partial<ServerParts> = {},
    method = 'GET',
  ): Promise<[number, string]> {
    server = await startServer('127.0.0.1', 0, {
      alive: () => ({ ok: true, why: 'the loop makes progress' }),
      ready: () => ({ ok: false, why: 'no complete sweep yet' }),
      metrics: () => Promise.resolve({ text: 'a_metric 1\n', type: 'text/plain' }),
      status: () => Promise.resolve({ text: '{ "mode": "observe" }\n', type: 'application/json' }),
      ...parts,
    });
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return [answer.status, await answer.text()];
  }

  test.each<[string, number, string]>([
    ['/healthz', 200, 'the loop makes progress\n'],
    ['/readyz', 503, 'no complete sweep yet\n'],
    ['/metrics', 200, 'a_metric 1\n'],
    ['/status?pretty=1', 200, '{ "mode": "observe" }\n'],
    ['/', 404, 'there are /healthz, /readyz, /metrics and /status\n'],
  ])('%s answers %d', async (path, status, body) => {
    expect(await ask(path)).toEqual([status, body]);
  });

  test('nothing can be changed through them', async () => {
    expect(await ask('/status', {}, 'DELETE')).toEqual([405, 'only GET\n']);
  });

  test('a status that cannot be had is a 500 that says no more', async () => {
    const failing = { status: () => Promise.reject(new Error('secret')) };
    expect(await ask('/status', failing)).toEqual([500, 'failed\n']);
  });
});

describe('the status', () => {
  const facts = {
    version: '1.0.0',
    organisation: 'acme',
    startedAt: T,
    now: T + MINUTE,
    mode: 'enforce',
    policy: 'abc',
    learnt: NO_BEHAVIOUR_KNOWN,
    evidence: ['timeline'],
    pause: undefined,
    lastSweep: undefined,
  } as const;

  test('has the head-count beside the licence peak where a rule asks for it, and null elsewhere', () => {
    const lastSweep = { ...report(), peak: { online: 40, peak: 50, learntAt: undefined } };
    expect(statusOf({ ...facts, lastSweep })).toMatchObject({
      peak: { online: 40, peak: 50, share: 0.8, learntAt: null },
    });
    const unknown = { online: undefined, peak: 0, learntAt: T };
    expect(statusOf({ ...facts, lastSweep: { ...report(), peak: unknown } })).toMatchObject({
      peak: { online: null, share: null, learntAt: new Date(T).toISOString() },
    });
    expect(statusOf({ ...facts, lastSweep: report() })).toMatchObject({ peak: null });
  });

  test('has a rollout: for how many agents, and why it was stopped, but not what an operator wrote', () => {
    const rollout = { policy: 'def', share: 0.2, stopped: undefined };
    expect(statusOf(facts)).toMatchObject({ rollout: null });
    expect(statusOf({ ...facts, rollout })).toMatchObject({ rollout: { ...rollout, stopped: null } });
    const stopped = { at: T, reason: '3 of 8 log-offs regretted' };
    expect(statusOf({ ...facts, rollout: { ...rollout, share: 0, stopped } })).toMatchObject({
      rollout: { policy: 'def', share: 0, stopped: { ...stopped, at: new Date(T).toISOString() } },
    });
  });

  test('before the first sweep says so with nulls', () => {
    expect(statusOf(facts)).toMatchObject({
      organisation: 'acme',
      mode: 'enforce',
      now: '2026-03-02T14:01:00.000Z',
      paused: false,
      lastSweep: null,
      nextDue: null,
      learnt: { returns: { seen: 0, halfWithinSeconds: null } },
    });
  });

  test('tells of each source of evidence whether it is asked and believed, and how often it said what', () => {
    const answers = { bounce: 4, person: 1, none: 2, undecided: 0 };
    const refused = { permission: 'audits:audit:view', at: T };
    const known = {
      ...NO_BEHAVIOUR_KNOWN.evidence,
      timeline: { ...UNASKED, right: 3, wrong: 1, triedTo: T, answers },
      sign_ins: { ...UNASKED, refused },
    };
    const learnt = { ...NO_BEHAVIOUR_KNOWN, evidence: known };
    expect(statusOf({ ...facts, learnt, evidence: ['timeline', 'sign_ins'] })).toMatchObject({
      evidence: {
        timeline: { standing: 'believed', right: 3, wrong: 1, refused: null, answers },
        push: { standing: 'off' },
        sign_ins: {
          standing: 'refused',
          refused: { permission: 'audits:audit:view', asOf: '2026-03-02T14:00:00.000Z' },
        },
      },
    });
  });

  test('tells a pause until its time is up, and neither why nor who: that names persons', () => {
    const pause = { since: T, until: T + 90 * SECOND, reason: 'Jane asked', by: 'Sam' };
    expect(statusOf({ ...facts, pause })).toMatchObject({
      paused: { since: '2026-03-02T14:00:00.000Z', until: '2026-03-02T14:01:30.000Z' },
    });
    expect(JSON.stringify(statusOf({ ...facts, pause }))).not.toMatch(/Jane|Sam/);
    expect(statusOf({ ...facts, now: T + 90 * SECOND, pause })).toMatchObject({ paused: false });
  });
});
