/** A centre's day as the page shows it, and a page that is served to a test. */
import { pino } from 'pino';
import { HOUR, MINUTE, type Instant } from '../../../src/domain/time/time.ts';
import type { PageFacts, PeopleFacts } from '../../../src/server/page/facts.ts';
import type { Desk, Explained, PageSource } from '../../../src/server/page/latest.ts';
import type { PageParts } from '../../../src/server/page/page-parts.ts';
import { pageServer } from '../../../src/server/page/page-server.ts';
import { startServer, type RunningServer } from '../../../src/server/server.ts';

export const NOON = Date.parse('2026-03-02T18:00:00Z');
const MIDNIGHT = Date.parse('2026-03-02T06:00:00Z');

/** Agents whom viewers see. */
export const PEOPLE: PeopleFacts = {
  pause: { by: 'Sam (page)', reason: 'Joe asked' },
  next: [
    {
      agent: { called: 'Jane Doe', id: 'jane-id' },
      profile: 'agents',
      state: 'away, off queue',
      rule: 'gone',
      measured: HOUR,
      limit: 2 * HOUR,
      dueAt: NOON + HOUR,
      protects: '',
    },
  ],
  returning: [{ agent: { called: 'Joe <b>Bloggs</b>', id: 'joe-id' }, times: 3, lastAt: NOON - HOUR }],
  stuck: [
    { agent: { called: 'Sam', id: 'sam-id' }, since: NOON - 5 * HOUR, conversations: ['conversation-7'] },
  ],
};

/** Twelve hours of a day in Chicago. */
export function factsAt(now: Instant = NOON, changed: Partial<PageFacts> = {}): PageFacts {
  const counts = Array.from({ length: 240 }, (_, n) => ({
    at: MIDNIGHT + n * 3 * MINUTE,
    online: Math.round(210 + 180 * Math.sin((n - 120) / 76)),
  }));
  return {
    organisation: 'North Sea Insurance',
    version: '1.0.0',
    madeAt: now,
    zone: 'America/Chicago',
    mode: 'enforce',
    modeHeldBy: undefined,
    pause: undefined,
    warnings: [],
    sweep: {
      startedAt: now - MINUTE,
      nextDueAt: now + 4 * MINUTE,
      counts: [
        { key: 'online', label: 'online', value: 412 },
        { key: 'engaged', label: 'in an interaction', value: 231 },
        { key: 'waiting', label: 'with a clock running', value: 57 },
        { key: 'due', label: 'due', value: 3 },
        { key: 'held', label: 'held after the last rung', value: 1 },
      ],
    },
    today: {
      from: MIDNIGHT,
      to: MIDNIGHT + 24 * HOUR,
      logoffs: 31,
      observed: 4,
      unsuccessful: 1,
      returns: 12,
      stays: 0,
      recovered: 26.4 * HOUR,
      highest: { asItWas: 390, without: 402 },
      peak: { asItWas: 384, without: 395 },
      asItWas: counts,
      without: counts.map(({ at, online }, n) => ({ at, online: online + Math.round(n / 20) })),
      hours: Array.from({ length: 12 }, (_, n) => ({
        from: MIDNIGHT + n * HOUR,
        logoffs: n % 5,
        observed: n % 3,
        returns: n % 4,
      })),
    },
    policy: {
      hash: '67188257211d',
      lines: [
        'Policy 67188257211d.',
        'Mode enforce: agents are logged off.',
        '',
        'Profile "agents" covers everyone else.',
      ],
      changes: [
        {
          at: MIDNIGHT - HOUR,
          was: '0a1b2c3d4e5f',
          is: '67188257211d',
          changes: ['mode: observe → enforce'],
        },
      ],
    },
    ...changed,
  };
}

/** Of the agent, in sentences and with the numbers behind them. */
const EXPLAINED: Explained['lines'] = [
  'They are due in 5m.',
  '',
  'Rules of profile agents: the first that is due, in this order, logs off',
  {
    head: ['rule', 'counts when', 'now', 'clock', 'measured', 'limit', 'due at', 'mode'],
    rows: [
      [
        'gone',
        'available or away or break; off queue',
        'clock runs',
        'since_sign',
        '55m',
        '1h',
        '12:05:00',
        'enforce',
      ],
    ],
  },
  '',
  'Ladder: what is done about each further silent return',
  'They are on no rung.',
];

/** A source whose facts a test changes. */
export class PlayedSource implements PageSource {
  readonly organisation: string;
  current: PageFacts;
  made = 0;
  /** Its store fails. */
  isBroken = false;
  #version = 1;
  /** What users did and asked. */
  readonly told: string[] = [];
  /** Sessions that were signed out, as the store has them. */
  ended = new Set<string>();
  /** How answers to warnings are taken. */
  stay: Desk['stay'] = () => Promise.reject(new Error('there is no store'));
  readonly desk: { -readonly [K in keyof Desk]: Desk[K] } = {
    find: (text) => Promise.resolve(text === 'jane' ? [{ called: 'Jane Doe', id: 'jane-id' }] : []),
    explain: (id) => Promise.resolve(id === 'jane-id' ? { called: 'Jane Doe', lines: EXPLAINED } : undefined),
    inLog: (id) => `<${id}>`,
    pause: (until, { by, reason }) => {
      this.told.push(
        `pause ${until === undefined ? 'for good' : new Date(until).toISOString()} by ${by}: ${reason}`,
      );
      this.change({ pause: { since: NOON, until } });
      return Promise.resolve();
    },
    resume: ({ by, reason }) => {
      this.told.push(`resume by ${by}: ${reason}`);
      this.change({ pause: undefined });
      return Promise.resolve();
    },
    endSession: (id) => {
      this.ended.add(id);
      return Promise.resolve();
    },
    isSessionEnded: (id) => Promise.resolve(this.ended.has(id)),
    stay: (ticket, deed) => this.stay(ticket, deed),
  };

  constructor(facts: PageFacts = factsAt()) {
    this.organisation = facts.organisation;
    this.current = facts;
  }

  /** Something has happened. */
  change(changed: Partial<PageFacts>): void {
    this.current = { ...this.current, ...changed };
    this.#version += 1;
  }

  readonly version = (): Promise<string> =>
    this.isBroken
      ? Promise.reject(new Error('the store is not open'))
      : Promise.resolve(String(this.#version));
  readonly facts = (): Promise<PageFacts> => {
    this.made += 1;
    return Promise.resolve(this.current);
  };
}

/** A page on a port of this machine. */
export async function served(
  sources: readonly PageSource[],
  more: Partial<PageParts> = {},
  port = 0,
): Promise<{ readonly url: string; readonly server: RunningServer }> {
  const page = pageServer({
    sources: () => sources,
    hide: (text) => text,
    log: pino({ level: 'silent' }),
    now: () => NOON,
    ...more,
  });
  const server = await startServer('127.0.0.1', port, {
    alive: () => ({ ok: true, why: 'the loop makes progress' }),
    ready: () => ({ ok: true, why: 'the last complete sweep is recent' }),
    metrics: () => Promise.resolve({ text: 'a_metric 1\n', type: 'text/plain' }),
    status: () => Promise.resolve({ text: '{}\n', type: 'application/json' }),
    page,
  });
  return { url: `http://127.0.0.1:${server.port}`, server };
}
