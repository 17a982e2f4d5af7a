/** A log-off that the platform holds up in the middle: it goes on only while nobody has come back in between. */
import { NO_BEHAVIOUR_KNOWN } from '../../../src/domain/tracking/platform-behaviour.ts';
import { Learner } from '../../../src/controller/learner.ts';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Observation, RoutingStatus, SystemPresence } from '../../../src/domain/agent.ts';
import { EMPTY_LEDGER, type Ledger } from '../../../src/domain/planning/plan.ts';
import type { Action, Policy } from '../../../src/domain/policy/policy.ts';
import type { RecordEvent } from '../../../src/domain/record.ts';
import { MINUTE, SECOND, type Instant } from '../../../src/domain/time/time.ts';
import type { ActuatorDeps, Pass } from '../../../src/controller/actuator/deps.ts';
import { carryOut } from '../../../src/controller/actuator/actuator.ts';
import { Tracker, type SweepContext } from '../../../src/controller/tracker.ts';
import type { ActionResult, Sighting } from '../../../src/ports/agents.ts';
import { Accounting } from '../../../src/controller/accounting.ts';
import { NO_CONTROLLER_STATE } from '../../../src/controller/controller-state.ts';
import { agent, clockTime, exemption, matcher, policy, profile, rule } from '../../domain/build.ts';
import { WatchedStore } from '../../store/watched-store.ts';
import type { Meter } from '../../../src/ports/metrics.ts';

const AGENT = agent();
const DONE: ActionResult = { ok: true, correlationId: undefined };
const LATE: ActionResult = {
  ok: false,
  fault: { kind: 'late', message: 'too late', correlationId: undefined },
};

const BROKEN: ActionResult = {
  ok: false,
  fault: { kind: 'transient', message: 'come back in an hour', correlationId: undefined },
};

/** The agent as the platform shows them. */
interface Person {
  presence: SystemPresence | 'UNKNOWN';
  routing: RoutingStatus;
  calls: number;
  since: Instant;
  tokenAt: Instant;
}

let now: Instant;
let person: Person;
let requests: { readonly what: Action | 'restore'; readonly at: Instant }[];
let events: RecordEvent[];
/** The platform asks for so long before it takes this action, once. */
let heldUp:
  { readonly action: Action | 'restore'; readonly for: number; readonly meanwhile?: () => void } | undefined;
/** How long the next request of any kind has to wait for that. */
let stop: number;

/** Taking an agent off the queue leaves the presence as it is. */
let presenceStays: boolean;
/** What the person does at the moment they are taken off the queue. */
let afterOffQueue: (() => void) | undefined;
/** Whether a read shows Offline once it is set. */
let offlineShows: boolean;
/** Whether a read tells of conversations. */
let summaryShows: boolean;
/** Whether a read tells since when the presence is as it is. */
let stampShows: boolean;
/** Whether the agent has moved to a division that is exempt. */
let exempt: boolean;
/** The platform is out of order for this action. */
let broken: Action | undefined;
/** How the platform refuses an action. */
let refusals: Partial<Record<Action, ActionResult>>;
/** What the rule does. */
let actions: readonly Action[];
/** So many reads fail. */
let unread: number;
/** The first read takes so long. */
let slowRead: number;
/** What the caps and the back-off know after a log-off. */
let ledger: Ledger;
let population: Tracker;
/** Whether anybody may still be begun with. */
let open: boolean;

beforeEach(() => {
  afterOffQueue = undefined;
  presenceStays = false;
  offlineShows = true;
  summaryShows = true;
  stampShows = true;
  exempt = false;
  broken = undefined;
  refusals = {};
  actions = ['off_queue', 'offline', 'revoke_tokens'];
  unread = 0;
  slowRead = 0;
  open = true;
  now = clockTime('09:00');
  person = { presence: 'AWAY', routing: 'OFF_QUEUE', calls: 0, since: now - MINUTE, tokenAt: now - MINUTE };
  requests = [];
  events = [];
  heldUp = undefined;
  stop = 0;
});

function sighting(): Sighting {
  const { presence, routing, calls, since, tokenAt } = person;
  const observation: Observation = {
    agentId: AGENT.id,
    at: now,
    presence: {
      system: presence,
      definitionId: `def-${presence}`,
      since: stampShows ? (presenceSince ?? since) : undefined,
    },
    routing: { status: routing, since },
    conversations: summaryShows ? { contactCentre: calls, enterprise: 0 } : undefined,
    tokenIssuedAt: tokenAt,
    missing: [],
  };
  return { agent: exempt ? { ...AGENT, divisionId: 'd-exempt' } : AGENT, observation };
}

/** Where it is older than the routing status. */
let presenceSince: Instant | undefined;

function become(changes: Partial<Person>): void {
  if (changes.presence !== undefined) presenceSince = undefined;
  person = { ...person, since: now, ...changes };
}

function effectOf(what: Action | 'restore'): void {
  if (what === 'off_queue') {
    if (presenceStays) {
      presenceSince = person.since;
      become({ routing: 'OFF_QUEUE' });
    } else become({ presence: 'AVAILABLE', routing: 'OFF_QUEUE' });
    afterOffQueue?.();
  }
  if (what === 'offline' && offlineShows) become({ presence: 'OFFLINE' });
  if (what === 'restore') become({ presence: 'ON_QUEUE', routing: 'IDLE' });
}

function request(what: Action | 'restore', notAfter: Instant): Promise<ActionResult> {
  now += SECOND;
  if (heldUp?.action === what) {
    const { for: length, meanwhile } = heldUp;
    heldUp = undefined;
    stop = length;
    meanwhile?.();
    if (now + stop > notAfter) return Promise.resolve(LATE);
  }
  now += stop;
  stop = 0;
  if (now > notAfter) return Promise.resolve(LATE);
  if (broken === what) return Promise.resolve(BROKEN);
  const refusal = what === 'restore' ? undefined : refusals[what];
  if (refusal !== undefined) return Promise.resolve(refusal);
  requests.push({ what, at: now });
  effectOf(what);
  return Promise.resolve(DONE);
}

function policyNow(): Policy {
  return policy({
    exempt: [exemption({ match: matcher({ divisions: ['d-exempt'] }) })],
    profiles: [
      profile({
        rules: [
          rule({ limit: '60m', actions, waitingOnQueue: true }),
          rule({ id: 'queue', clock: 'in_state', limit: '60m', actions, waitingOnQueue: true }),
        ],
      }),
    ],
  });
}

const nothing = (): void => undefined;
const METER: Meter = {
  sweepEnded: nothing,
  sweepFailed: nothing,
  missed: nothing,
  logoff: nothing,
  returned: nothing,
  evidence: nothing,
  alarm: nothing,
};

function crewWith(population: Tracker): ActuatorDeps {
  return {
    clock: { now: () => now, sleep: () => Promise.resolve() },
    directory: {
      hands: 'everyone',
      sweep: () => Promise.reject(new Error('nobody sweeps here')),
      reread: () => {
        now += stop;
        stop = 0;
        const slow = sighting();
        if (slowRead > 0) {
          now += slowRead;
          slowRead = 0;
          return Promise.resolve(new Map([[AGENT.id, slow]]));
        }
        if (requests.length > 0 && unread-- > 0) return Promise.resolve(new Map());
        return Promise.resolve(new Map([[AGENT.id, sighting()]]));
      },
      serverNow: () => now,
      nativeTimeouts: () => [],
    },
    effects: {
      perform: (action, _, notAfter) => request(action, notAfter),
      restorePresence: (_, __, notAfter) => request('restore', notAfter),
      room: () => 100,
    },
    store: new WatchedStore((found) => {
      events.push(...found);
    }),
    population,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    accounting: new Accounting(METER, new Learner(NO_BEHAVIOUR_KNOWN)),
    meter: METER,
    alarm: nothing,
    name: ({ name }) => name,
  };
}

function contextNow(): SweepContext {
  return { policy: policyNow(), usualInterval: MINUTE, clockJumped: () => false, nativeTimeouts: () => [] };
}

/** Idle for an hour, then logged off; answers the outcome and its reason. */
async function logOff(): Promise<string> {
  const context = contextNow();
  population = new Tracker(new Map());
  for (let minute = 0; minute <= 60; minute += 1) {
    population.look(sighting(), context);
    now += MINUTE;
  }
  const { due } = population.look(sighting(), context).verdict;
  const pass: Pass = {
    sweepId: 's',
    context,
    standing: NO_CONTROLLER_STATE,
    mayBegin: () => Promise.resolve(open),
    signal: new AbortController().signal,
  };
  const planned = [{ agent: AGENT, agentId: AGENT.id, due: due! }];
  ({ ledger } = await carryOut(crewWith(population), planned, EMPTY_LEDGER, pass));
  const { kind, reason, actions: performed } = events.at(-1)!;
  // The record never says that anything was done that was not sent, save leaving a queue that is left.
  const sent = [...new Set(done().filter((what) => what !== 'restore'))];
  expect(performed?.filter((what) => what !== 'off_queue' || sent.includes(what))).toEqual(sent);
  return reason === undefined ? kind : `${kind}: ${reason}`;
}

function done(): readonly string[] {
  return requests.map(({ what }) => what);
}

describe('the tokens cannot be revoked for a minute', () => {
  test('and the agent has not come back: they are revoked after another look', async () => {
    heldUp = { action: 'revoke_tokens', for: MINUTE };
    expect(await logOff()).toBe('verified');
    expect(done()).toEqual(['offline', 'revoke_tokens']);
  });

  const BACK: readonly (readonly [string, Partial<Person>, string])[] = [
    ['is in a call', { presence: 'AVAILABLE', calls: 1 }, 'unverified: engaged'],
    ['has chosen a presence', { presence: 'BUSY' }, 'unverified: sign'],
    ['clicked once', { presence: 'AVAILABLE' }, 'unverified: sign'],
  ];
  test.each(BACK)('and the agent %s by then: they keep their session', async (_, changes, outcome) => {
    heldUp = {
      action: 'revoke_tokens',
      for: MINUTE,
      meanwhile: () => {
        become(changes);
      },
    };
    expect(await logOff()).toBe(outcome);
    expect(done()).toEqual(['offline']);
  });
});

describe('the tokens cannot be revoked at all', () => {
  beforeEach(() => {
    broken = 'revoke_tokens';
  });

  test('and the agent is Offline: the record says so, and which action is missing', async () => {
    expect(await logOff()).toBe('verified: not done: revoke_tokens (transient)');
    expect(done()).toEqual(['offline']);
    expect(population.memory(AGENT.id)).toMatchObject({
      session: { kind: 'offline', departure: { by: 'enforcer', quiet: true } },
      episode: { ladder: { kind: 'answered' } },
    });
  });

  test.each<[string, () => void]>([
    [
      'the agent is not Offline',
      () => {
        offlineShows = false;
      },
    ],
    [
      'a person has logged in',
      () => {
        const meanwhile = (): void => {
          person = { ...person, tokenAt: now };
        };
        heldUp = { action: 'revoke_tokens', for: 0, meanwhile };
      },
    ],
    [
      'it is unknown',
      () => {
        unread = 10;
      },
    ],
  ])('and %s: the log-off failed', async (_, given) => {
    given();
    expect(await logOff()).toBe('failed: not done: revoke_tokens (transient)');
  });
});

test('an agent who may be in a conversation is not set Offline once more', async () => {
  offlineShows = false;
  heldUp = {
    action: 'revoke_tokens',
    for: 0,
    meanwhile: () => {
      summaryShows = false;
    },
  };
  expect(await logOff()).toBe('unverified: unread');
  expect(done()).toEqual(['offline', 'revoke_tokens']);
});

describe('an agent who is still online in the look after the log-off', () => {
  const after = (changes: () => void): void => {
    offlineShows = false;
    heldUp = { action: 'revoke_tokens', for: 0, meanwhile: changes };
  };

  test('is put Offline once more where nothing has happened', async () => {
    after(() => undefined);
    expect(await logOff()).toBe('unverified: no_effect');
    expect(done()).toEqual(['offline', 'revoke_tokens', 'offline']);
  });

  test('is left alone where the stamp that would tell of the agent choosing their presence anew is withheld', async () => {
    after(() => {
      stampShows = false;
    });
    expect(await logOff()).toBe('unverified: unread');
    expect(done()).toEqual(['offline', 'revoke_tokens']);
  });

  test('is left alone where an exemption fits by then', async () => {
    after(() => {
      exempt = true;
    });
    expect(await logOff()).toBe('unverified: exempt');
    expect(done()).toEqual(['offline', 'revoke_tokens']);
  });
});

test('a reading that took twelve seconds is made anew before it is acted on', async () => {
  slowRead = 12 * SECOND;
  expect(await logOff()).toBe('verified');
  expect(done()).toEqual(['offline', 'revoke_tokens']);
});

describe('an agent who cannot be read', () => {
  test('after the log-off waits before the next try, as its effect is not known', async () => {
    unread = 10;
    expect(await logOff()).toBe('unverified: unread');
    expect(ledger.failures.get(AGENT.id)).toMatchObject({ count: 1, forbidden: false });
  });

  test('after leaving the queue gets the queue back, and waits before the next try', async () => {
    become({ presence: 'ON_QUEUE', routing: 'IDLE' });
    unread = 10;
    expect(await logOff()).toBe('dropped: unread');
    expect(done()).toEqual(['off_queue', 'restore']);
    expect(ledger.failures.get(AGENT.id)).toMatchObject({ count: 1 });
  });
});

function refused(kind: 'refused' | 'forbidden' | 'gone' | 'transient'): ActionResult {
  return { ok: false, fault: { kind, message: 'no', correlationId: undefined } };
}

describe('a station that cannot be released', () => {
  beforeEach(() => {
    actions = ['off_queue', 'offline', 'release_station', 'revoke_tokens'];
  });

  test.each(['refused', 'forbidden', 'gone', 'transient'] as const)(
    '(%s) keeps the tokens from nothing: the agent is logged off, and the record says what was not done',
    async (kind) => {
      refusals = { release_station: refused(kind) };
      expect(await logOff()).toBe(`verified: not done: release_station (${kind})`);
      expect(done()).toEqual(['offline', 'revoke_tokens']);
    },
  );

  test('stands on record beside the tokens that could not be revoked either', async () => {
    refusals = { release_station: refused('forbidden') };
    broken = 'revoke_tokens';
    expect(await logOff()).toBe('verified: not done: release_station (forbidden), revoke_tokens (transient)');
  });
});

test.each([
  ['offline', 'refused', 'failed: refused'],
  ['offline', 'forbidden', 'failed: forbidden'],
  ['revoke_tokens', 'refused', 'failed: not done: revoke_tokens (refused)'],
  ['revoke_tokens', 'forbidden', 'failed: not done: revoke_tokens (forbidden)'],
] as const)('%s that is %s ends the log-off', async (action, kind, outcome) => {
  refusals = { [action]: refused(kind) };
  expect(await logOff()).toBe(outcome);
});

describe('an agent whose leaving of the queue is refused', () => {
  beforeEach(() => {
    become({ presence: 'ON_QUEUE', routing: 'IDLE' });
  });

  /** The platform says no, and the agent is like this from then on. */
  function refusing(perhapsSo: 'already' | 'by_us' | undefined, changes?: Partial<Person>): void {
    const fault = { kind: 'refused', message: 'an invalid transition', correlationId: undefined } as const;
    Object.defineProperty(refusals, 'off_queue', {
      get: (): ActionResult => {
        if (changes !== undefined) become(changes);
        return { ok: false, fault: { ...fault, perhapsSo } };
      },
    });
  }

  test('for a reason of its own is not logged off', async () => {
    refusing(undefined);
    expect(await logOff()).toBe('failed: refused');
    expect(done()).toEqual([]);
  });

  test('though a look shows that they are still on it is not logged off', async () => {
    refusing('already');
    expect(await logOff()).toBe('failed: refused');
    expect(done()).toEqual([]);
  });

  test.each(['already', 'by_us'] as const)(
    'though a look shows that they are off it now (%s) is logged off: that is what was asked for',
    async (perhapsSo) => {
      refusing(perhapsSo, { presence: 'AVAILABLE', routing: 'OFF_QUEUE' });
      expect(await logOff()).toBe('verified');
      expect(done()).toEqual(['offline', 'revoke_tokens']);
      expect(events.at(-1)?.actions).toEqual(['off_queue', 'offline', 'revoke_tokens']);
      expect(population.memory(AGENT.id)).toMatchObject({
        episode: { sign: undefined, ladder: { kind: 'answered' } },
      });
    },
  );

  test('because they had left it before they were read is left alone: that was a sign', async () => {
    refusing('already', { presence: 'AVAILABLE', routing: 'OFF_QUEUE', since: clockTime('10:00:30') });
    expect(await logOff()).toBe('dropped: sign');
    expect(done()).toEqual([]);
    expect(population.memory(AGENT.id)).toMatchObject({
      episode: { sign: { kind: 'presence' }, ladder: undefined },
    });
  });

  test('because they went to a meal by themselves is left alone', async () => {
    refusing('already', { presence: 'MEAL', routing: 'OFF_QUEUE' });
    expect(await logOff()).toBe('dropped: sign');
    expect(done()).toEqual([]);
  });

  test('because a call came in is left alone, and nothing is put back that was not taken', async () => {
    refusing('already', { routing: 'INTERACTING', calls: 1 });
    expect(await logOff()).toBe('dropped: engaged');
    expect(done()).toEqual([]);
  });
});

describe('an agent on queue', () => {
  beforeEach(() => {
    become({ presence: 'ON_QUEUE', routing: 'IDLE' });
  });

  test('who takes a call while Offline has to wait is not put Offline any more', async () => {
    const meanwhile = (): void => {
      become({ presence: 'ON_QUEUE', routing: 'INTERACTING', calls: 1 });
    };
    heldUp = { action: 'offline', for: MINUTE, meanwhile };
    expect(await logOff()).toBe('dropped: engaged');
    expect(done()).toEqual(['off_queue']);
  });

  test('who has chosen Meal in that moment is left there', async () => {
    afterOffQueue = () => {
      become({ presence: 'MEAL' });
    };
    expect(await logOff()).toBe('dropped: sign');
    expect(done()).toEqual(['off_queue']);
  });

  test('is logged off completely once off the queue, whatever says stop in between', async () => {
    afterOffQueue = () => {
      open = false;
    };
    expect(await logOff()).toBe('verified');
    expect(done()).toEqual(['off_queue', 'offline', 'revoke_tokens']);
  });

  test('who may have taken a call in that moment, which is unknown, gets the queue back', async () => {
    afterOffQueue = () => {
      summaryShows = false;
    };
    expect(await logOff()).toBe('dropped: unknown');
    expect(done()).toEqual(['off_queue', 'restore']);
  });

  test('who is back on it in the same moment has clicked and is left there', async () => {
    afterOffQueue = () => {
      become({ presence: 'ON_QUEUE', routing: 'IDLE' });
    };
    expect(await logOff()).toBe('dropped: sign');
    expect(done()).toEqual(['off_queue']);
  });

  test('whose presence stays On Queue contradicts nothing: that is what we left behind', async () => {
    presenceStays = true;
    expect(await logOff()).toBe('verified');
    expect(done()).toEqual(['off_queue', 'offline', 'revoke_tokens']);
  });

  test('whose presence stays On Queue while Offline has to wait is not unknown either', async () => {
    presenceStays = true;
    heldUp = { action: 'offline', for: MINUTE };
    expect(await logOff()).toBe('verified');
    expect(done()).toEqual(['off_queue', 'offline', 'revoke_tokens']);
  });

  test('who chose a presence in that moment, and waits on queue by the routing status, is left there', async () => {
    afterOffQueue = () => {
      now += SECOND;
      become({ presence: 'BUSY', routing: 'IDLE' });
    };
    expect(await logOff()).toBe('dropped: unknown');
    expect(done()).toEqual(['off_queue']);
  });

  test('whose presence is a word that is not known has chosen it: it is left', async () => {
    afterOffQueue = () => {
      become({ presence: 'UNKNOWN' });
    };
    expect(await logOff()).toBe('dropped: unknown');
    expect(done()).toEqual(['off_queue']);
  });

  test('who could not be read gets the queue back, and none of that is taken for a sign', async () => {
    unread = 1;
    expect(await logOff()).toBe('dropped: unread');
    expect(done()).toEqual(['off_queue', 'restore']);
    now += MINUTE;
    const { state, verdict } = population.look(sighting(), contextNow());
    expect([state?.episode.sign, verdict.reason]).toEqual([undefined, 'due']);
  });

  test('who got a call in that moment gets the queue back, but not a minute later', async () => {
    const call = (): void => {
      become({ presence: 'AVAILABLE', routing: 'INTERACTING', calls: 1 });
    };
    afterOffQueue = call;
    expect(await logOff()).toBe('dropped: engaged');
    expect(done()).toEqual(['off_queue', 'restore']);
    requests = [];
    become({ presence: 'ON_QUEUE', routing: 'IDLE', calls: 0 });
    afterOffQueue = call;
    heldUp = { action: 'restore', for: MINUTE };
    expect(await logOff()).toBe('dropped: engaged');
    expect(done()).toEqual(['off_queue']);
  });

  test('whose Offline is slow to show has not come back', async () => {
    offlineShows = false;
    expect(await logOff()).toBe('unverified: no_effect');
    expect(done()).toEqual(['off_queue', 'offline', 'revoke_tokens', 'offline']);
  });

  test('is put Offline after the wait when nothing happened in it', async () => {
    heldUp = { action: 'offline', for: MINUTE };
    expect(await logOff()).toBe('verified');
    expect(done()).toEqual(['off_queue', 'offline', 'revoke_tokens']);
  });
});
