/** Warnings within a sweep: what they may cost it, and whose are noted. */
import { expect, test } from '@jest/globals';
import type { Agent } from '../../../src/domain/agent.ts';
import type { AgentState } from '../../../src/domain/tracking/state.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { warnAgents, type AgentToWarn } from '../../../src/controller/actuator/warn-agents.ts';
import { Tracker } from '../../../src/controller/tracker.ts';
import { WatchedStore } from '../../store/watched-store.ts';
import { stateOf } from '../../store/sqlite/fixtures.ts';
import { BASE } from '../../notify/parts.ts';

type ActuatorDeps = Parameters<typeof warnAgents>[0];

/** When it was told is noted, and the time that it told. */
function isTold({ warnedAt, promised }: AgentState['episode']): boolean {
  return warnedAt['gone'] === BASE && promised?.['gone'] === BASE + 5 * MINUTE;
}

/** Agents by number, of whom some can be reached, some not, and for some nobody answers. */
class Desk {
  readonly tried: string[] = [];
  readonly noted: string[] = [];
  readonly deps: ActuatorDeps;
  /** Ends the pass once so many are noted. */
  enough = Infinity;
  readonly #stop = new AbortController();

  constructor(answers: (n: number) => boolean | 'hangs') {
    const ids = Array.from({ length: 500 }, (_, n) => String(n));
    const memories = new Map(ids.map((id) => [id, stateOf(id, BASE)]));
    this.deps = {
      warner: {
        warn: ({ id }, _, signal) => {
          this.tried.push(id);
          const answer = answers(Number(id));
          if (answer !== 'hangs') return Promise.resolve(answer);
          return new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              resolve(false);
            });
          });
        },
      },
      directory: { serverNow: () => BASE } as ActuatorDeps['directory'],
      population: new Tracker(memories),
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      name: ({ id }) => id,
      store: new WatchedStore((_, saved) => {
        this.noted.push(...saved.flatMap(({ agentId, episode }) => (isTold(episode) ? [agentId] : [])));
        if (this.noted.length >= this.enough) this.#stop.abort();
      }),
    };
  }

  async warn(count: number, sweepId = '0', deadline?: number): Promise<void> {
    const wanted: AgentToWarn[] = Array.from({ length: count }, (_, n) => ({
      agent: { id: String(n), name: '', email: '' } as Agent,
      warning: {
        ...{ ruleId: 'gone', limit: HOUR, dueIn: 5 * MINUTE },
        ...{ description: undefined, zone: undefined, stay: undefined },
      },
    }));
    const pass = { sweepId, mayBegin: () => Promise.resolve(true), signal: this.#stop.signal };
    await warnAgents(this.deps, wanted, pass, deadline);
  }
}

test('agents who were reached are noted, and no others', async () => {
  const desk = new Desk((n) => n % 2 === 0);
  await desk.warn(6);
  expect(desk.noted).toEqual(['0', '2', '4']);
});

test('one agent for whom there is no answer holds up none of the others', async () => {
  const desk = new Desk((n) => (n === 3 ? 'hangs' : true));
  desk.enough = 99;
  await desk.warn(100);
  expect(desk.tried).toHaveLength(100);
  expect(desk.noted).toHaveLength(99);
  expect(desk.noted).not.toContain('3');
});

test('a receiver that hangs costs all warnings of a sweep one deadline together', async () => {
  const desk = new Desk((n) => (n < 60 ? 'hangs' : true));
  await desk.warn(100, '0', 30);
  // One batch and no more: the time was up.
  expect(desk.tried).toHaveLength(20);
  expect(desk.noted).toEqual([]);
});

test('those who cannot be reached do not stand in the way of the others', async () => {
  const desk = new Desk((n) => n >= 40);
  await desk.warn(60);
  expect(desk.noted).toHaveLength(20);
  const many = new Desk((n) => n >= 400);
  for (const sweepId of ['0', '1f0', 'not hex']) await many.warn(500, sweepId);
  expect(many.noted.length).toBeGreaterThan(0);
});
