/** What a reading must have to be built on. Whatever is unknown protects, and no clock counts its time. */
import { describe, expect, test } from '@jest/globals';
import {
  ROUTING_STATUSES,
  SYSTEM_PRESENCES,
  type Observation,
  type RoutingStatus,
  type SystemPresence,
  type Unknown,
} from '../../../src/domain/agent.ts';
import { track } from '../../../src/domain/tracking/track.ts';
import { judge } from '../../../src/domain/judging/judge.ts';
import { areContradictory, assess, isFoldable, whatIsMissing } from '../../../src/domain/tracking/reading.ts';
import type { Rule } from '../../../src/domain/policy/policy.ts';
import { MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { clockTime, exemption, foldContext, matcher, profile, rule, type WhenText } from '../build.ts';
import { story, type Change, type Story, type StoryParts } from '../story.ts';

const WIDE = rule({ id: 'wide', limit: '60m', waitingOnQueue: true });

describe('presence and routing contradict each other', () => {
  test('where On Queue is off the queue, and where anything but On Queue and Offline waits on it', () => {
    const pairs = SYSTEM_PRESENCES.flatMap((presence) =>
      ROUTING_STATUSES.filter((routing) => areContradictory(presence, routing)).map(
        (routing) => `${presence} ${routing}`,
      ),
    );
    expect(pairs.sort()).toEqual([
      'AVAILABLE IDLE',
      'AWAY IDLE',
      'BREAK IDLE',
      'BUSY IDLE',
      'IDLE IDLE',
      'MEAL IDLE',
      'MEETING IDLE',
      'ON_QUEUE OFF_QUEUE',
      'TRAINING IDLE',
    ]);
  });

  test.each<[SystemPresence, RoutingStatus]>([
    ['ON_QUEUE', 'OFF_QUEUE'],
    ['BREAK', 'IDLE'],
    ['IDLE', 'IDLE'],
  ])('in %s and %s, which protects for as long as it lasts, and is not folded', (presence, routing) => {
    const s = story({ rules: [WIDE] }).until('09:20');
    const before = s.state();
    s.at('09:20:30', { presence, routing, asIs: true });
    for (const time of ['09:21', '10:30', '20:00']) {
      expect(s.until(time).verdict()).toMatchObject({
        reason: 'unknown',
        detail: 'contradiction',
        unknown: [{ why: 'contradiction', said: `${presence} and ${routing}` }],
        due: undefined,
      });
    }
    expect(s.state()).toEqual(before);
  });

  test('at first sight, which starts no memory', () => {
    const s = story({ rules: [WIDE], first: { presence: 'ON_QUEUE', routing: 'OFF_QUEUE', asIs: true } });
    expect(s.reason('09:30')).toBe('unknown');
    expect(s.at('09:30:30', { presence: 'AVAILABLE' }).until('09:32').shows('since_sign')).toBe('1m');
  });

  test('for hours, which no clock counts; what moved meanwhile is a sign', () => {
    const s = story({ rules: [WIDE] }).at('09:20:30', { routing: 'IDLE', asIs: true });
    s.at('12:00:30', { routing: 'OFF_QUEUE', routingSince: '08:00', asIs: true });
    expect([s.until('12:01').shows('since_sign'), s.lastSign()]).toEqual(['20m', 'none']);
    const moved = story({ rules: [WIDE] }).at('09:20:30', { routing: 'IDLE', asIs: true });
    moved.at('12:00:30', { routing: 'OFF_QUEUE' });
    expect(moved.until('12:01').lastSign()).toBe('routing 12:00:30');
  });

  test('on the ladder, where no return is answered meanwhile', () => {
    const s = story().until('10:00').logOff().at('10:00:30', { presence: 'AVAILABLE', token: '10:00:29' });
    s.until('10:00:40').at('10:00:50', { routing: 'IDLE', asIs: true });
    expect([s.reason('10:01'), s.reason('10:10')]).toEqual(['unknown', 'unknown']);
    expect(s.ladder()).toMatchObject({ kind: 'answered' });
  });

  test.each<[Change, string]>([
    [{ presence: 'BREAK', routing: 'INTERACTING' }, 'engaged'],
    [{ presence: 'MEAL', routing: 'COMMUNICATING' }, 'engaged'],
    [{ presence: 'BREAK', routing: 'NOT_RESPONDING' }, 'due'],
    [{ presence: 'ON_QUEUE', routing: 'NOT_RESPONDING' }, 'due'],
    [{ presence: 'OFFLINE', routing: 'IDLE' }, 'offline'],
  ])('but not in %j', (first, reason) => {
    expect(story({ rules: [WIDE], first }).reason('10:00')).toBe(reason);
  });
});

describe('what our own log-off leaves behind', () => {
  /** Waits on queue, and is due at 10:00; the platform leaves the presence On Queue when it takes the agent off the queue. */
  function onQueue(parts: StoryParts = {}): Story {
    const first = { presence: 'ON_QUEUE', routing: 'IDLE' } as const;
    return story({ rules: [WIDE], first, offQueueLeavesPresence: true, ...parts }).until('10:00');
  }

  test('is no contradiction where the log-off was dropped midway: the agent is judged as before', () => {
    const s = onQueue().logOff({ effect: 'off_queue' });
    expect([s.reason('10:01'), s.lastSign()]).toEqual(['due', 'none']);
    expect(s.state().last).toMatchObject({ presence: 'ON_QUEUE', routing: 'OFF_QUEUE' });
    expect([s.reason('14:00'), s.verdict().due?.ruleId]).toEqual(['due', 'wide']);
  });

  test('is none after a crash in the middle either', () => {
    const s = onQueue().logOff({ effect: 'off_queue', crash: true });
    expect(s.reason('10:01')).toBe('due');
  });

  test('is none after a restart long after it', () => {
    const s = onQueue().logOff({ effect: 'off_queue', crash: true }).unwatched('10:00', '10:30');
    expect(s.reason('10:30')).toBe('waiting');
    expect(s.state().last).toMatchObject({ presence: 'ON_QUEUE', routing: 'OFF_QUEUE' });
    expect(s.reason('11:30')).toBe('due');
  });

  test('is none while another log-off is tried and has no effect', () => {
    const s = onQueue().logOff({ effect: 'off_queue' }).until('10:05').logOff({ effect: 'none' });
    expect(s.reason('10:06')).toBe('due');
  });

  test.each<[string, Change]>([
    ['the presence', { presence: 'ON_QUEUE', asIs: true }],
    ['the routing status', { routing: 'OFF_QUEUE', asIs: true }],
  ])('is one from the next stamp of %s on that is not ours', (_, change) => {
    const s = onQueue().logOff({ effect: 'off_queue' }).until('10:05').at('10:05:30', change);
    expect([s.reason('10:06'), s.reason('13:00')]).toEqual(['unknown', 'unknown']);
    expect(s.verdict().detail).toBe('contradiction');
  });

  test('is forgotten once the agent was somewhere else', () => {
    const s = onQueue().logOff({ effect: 'off_queue' }).until('10:01').at('10:01:30', { presence: 'BUSY' });
    expect([s.until('10:02').state().last.presence, s.lastSign()]).toEqual(['BUSY', 'presence 10:01:30']);
    s.at('10:02:30', { presence: 'ON_QUEUE', routing: 'OFF_QUEUE', asIs: true });
    expect(s.reason('10:03')).toBe('unknown');
  });

  test('is none either where the presence has moved and the routing status is late', () => {
    const s = onQueue({ offQueueLeavesPresence: false });
    const late = { routing: 'IDLE', routingSince: '08:00', presenceSince: '10:00:01', asIs: true } as const;
    s.logOff({ effect: 'off_queue' }).at('10:00:05', { presence: 'AVAILABLE', ...late });
    expect(s.look('10:00:06').verdict().reason).not.toBe('unknown');
  });
});

function reading({
  presence,
  routing,
  ...more
}: { presence: SystemPresence; routing: RoutingStatus } & Partial<
  Omit<Observation, 'presence' | 'routing'>
>): Observation {
  return {
    agentId: 'agent-1',
    at: 0,
    presence: { system: presence, definitionId: undefined, since: 0 },
    routing: { status: routing, since: 0 },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: 0,
    missing: [],
    ...more,
  };
}

const LABELLED: Rule = rule({ id: 'labelled', when: { secondaryPresence: ['coaching'] } });

describe('a presence without the id of its label', () => {
  const COACHING: WhenText = { secondaryPresence: ['coaching'] };

  test.each<[string, StoryParts]>([
    ['an exemption', { policy: { exempt: [exemption({ when: COACHING })] } }],
    ['an exemption, under not', { policy: { exempt: [exemption({ when: { not: COACHING } })] } }],
    [
      'an exemption of a presence',
      { policy: { exempt: [exemption({ when: { presence: ['AVAILABLE'], ...COACHING } })] } },
    ],
    ['a rule', { rules: [rule(), rule({ id: 'coached', when: COACHING })] }],
    ['a rule, under not', { rules: [rule({ when: { not: COACHING } })] }],
    ['a rule that observes', { rules: [rule(), rule({ id: 'b', when: COACHING, mode: 'observe' })] }],
  ])('is unknown where %s tells labels apart', (_, parts) => {
    const s = story(parts);
    expect(s.until('11:00').verdict()).toMatchObject({ reason: 'unknown', detail: 'presence label' });
    s.at('11:00:30', { presence: 'AVAILABLE', presenceId: 'plain' });
    expect(s.until('11:02').shows('since_sign')).toBe('1m');
  });

  test.each<[string, StoryParts]>([
    ['no label at all', {}],
    ['labels only in another profile', { policy: { profiles: [profile(), profile({ rules: [LABELLED] })] } }],
    [
      'labels only of a presence that the agent does not have',
      { rules: [rule(), rule({ id: 'b', when: { presence: ['BUSY'], ...COACHING } })] },
    ],
    [
      'labels only for other people',
      { policy: { exempt: [exemption({ match: matcher({ groups: ['g9'] }), when: COACHING })] } },
    ],
    [
      'labels only in an exemption that is over',
      { policy: { exempt: [exemption({ until: 0, when: COACHING })] } },
    ],
  ])('is judged where the policy names %s', (_, parts) => {
    expect(story(parts).reason('10:00')).toBe('due');
  });

  test('is Offline all the same: no label protects an agent who is gone', () => {
    const parts = {
      policy: { exempt: [exemption({ when: COACHING })] },
      first: { presence: 'OFFLINE' },
    } as const;
    expect(story(parts).reason('10:00')).toBe('offline');
  });

  test('does not bring a log-off of an agent whose label the policy exempts', () => {
    const s = story({
      policy: { exempt: [exemption({ when: COACHING })] },
      first: { presence: 'BUSY', presenceId: 'coaching' },
    });
    expect(s.reason('11:00')).toBe('exempt');
    const o = reading({ presence: 'BUSY', routing: 'OFF_QUEUE', at: s.now + MINUTE });
    const folded = track(s.state(), o, foldContext({ exempt: s.policy.exempt }));
    expect(folded?.state).toBe(s.state());
    expect(judge(s.agent, folded?.state, o, s.policy, o.at).reason).toBe('unknown');
  });

  test('stops a ladder that a condition on labels would not have begun', () => {
    const s = story().until('10:00').logOff().at('10:00:30', { presence: 'AVAILABLE', token: '10:00:29' });
    expect(s.reason('10:01')).toBe('ladder_waiting');
    const rules = [rule({ when: { not: COACHING } })];
    s.withPolicy({ profiles: [profile({ rules })] });
    s.at('10:01:10', { presenceId: 'plain', presence: 'AVAILABLE', presenceSince: '10:00:30' });
    expect(s.reason('10:02')).not.toMatch(/^ladder/);
  });
});

describe('a presence label that the platform does not list', () => {
  const EXEMPT = [exemption({ when: { secondaryPresence: ['coaching'] } })];
  const systems = new Map<string, SystemPresence | undefined>([
    ['coaching', 'BUSY'],
    ['plain', 'BUSY'],
  ]);
  const labels = {
    systems,
    builtIn: new Map<SystemPresence, string>([
      ['BUSY', 'busy'],
      ['AVAILABLE', 'available'],
    ]),
  };
  const first = { presence: 'BUSY', presenceId: 'of-another-division' } as const;

  test('is unknown, for it may be a label of the same name in a division that is not shown', () => {
    const s = story({ policy: { exempt: EXEMPT, labels }, first });
    expect(s.until('11:00').verdict()).toMatchObject({
      reason: 'unknown',
      detail: 'an unheard-of presence label (of-another-division)',
    });
    const rules = [rule({ when: { not: { secondaryPresence: ['coaching'] } } })];
    expect(story({ rules, policy: { labels }, first }).reason('11:00')).toBe('unknown');
  });

  test.each<[string, StoryParts]>([
    [
      'where the platform lists it',
      { policy: { exempt: EXEMPT, labels }, first: { ...first, presenceId: 'plain' } },
    ],
    [
      'where those of the policy belong to another presence',
      { policy: { exempt: EXEMPT, labels }, first: { ...first, presence: 'AVAILABLE' } },
    ],
    [
      'where the platform does not list its own label of that presence either',
      { policy: { exempt: EXEMPT, labels: { systems, builtIn: new Map() } }, first },
    ],
    ['where the labels were not listed', { policy: { exempt: EXEMPT }, first }],
    ['where the policy names no label', { policy: { labels }, first }],
  ])('is judged %s', (_, parts) => {
    expect(story(parts).reason('11:00')).toBe('due');
  });

  test('is unknown in each presence where it is not known to which one the label of the policy belongs', () => {
    const unsure = { ...labels, systems: new Map([...systems, ['coaching', undefined] as const]) };
    const available = { ...first, presence: 'AVAILABLE' } as const;
    expect(story({ policy: { exempt: EXEMPT, labels: unsure }, first: available }).reason('11:00')).toBe(
      'unknown',
    );
  });
});

describe('what our own log-off left behind is no contradiction', () => {
  interface Parts {
    readonly presence: 'ON_QUEUE' | 'AVAILABLE' | 'BUSY';
    readonly presenceSince?: string | undefined;
    readonly routingSince?: string | undefined;
    readonly at?: string;
  }

  function shows({ presence, presenceSince, routingSince, at = '10:00:05' }: Parts): Observation {
    const since = (text: string | undefined): number | undefined =>
      text === undefined ? undefined : clockTime(text);
    return {
      ...reading({ presence, routing: presence === 'ON_QUEUE' ? 'OFF_QUEUE' : 'IDLE' }),
      at: clockTime(at),
      presence: { system: presence, definitionId: undefined, since: since(presenceSince) },
      routing: { status: presence === 'ON_QUEUE' ? 'OFF_QUEUE' : 'IDLE', since: since(routingSince) },
    };
  }

  /** Taken off the queue by a log-off of 10:00:00 to 10:00:03. */
  function taken(offQueueLeavesPresence = false): Story {
    const first = { presence: 'ON_QUEUE', routing: 'IDLE' } as const;
    return story({ rules: [WIDE], first, offQueueLeavesPresence })
      .until('10:00')
      .logOff({ effect: 'off_queue' });
  }

  test.each<[string, Parts, boolean]>([
    [
      'within three seconds before',
      { presence: 'ON_QUEUE', presenceSince: '08:00', routingSince: '09:59:57' },
      true,
    ],
    ['sooner', { presence: 'ON_QUEUE', presenceSince: '08:00', routingSince: '09:59:56' }, false],
    [
      'within three seconds after',
      { presence: 'ON_QUEUE', presenceSince: '10:00:06', routingSince: '10:00:06' },
      true,
    ],
    ['later', { presence: 'ON_QUEUE', presenceSince: '08:00', routingSince: '10:00:07' }, false],
    [
      'in time, and the presence later',
      { presence: 'ON_QUEUE', presenceSince: '10:00:07', routingSince: '10:00:01' },
      false,
    ],
    ['not, and is seen in time', { presence: 'ON_QUEUE', at: '10:00:05' }, true],
    ['not, and is seen later', { presence: 'ON_QUEUE', at: '10:01' }, false],
    ['Available in time', { presence: 'AVAILABLE', presenceSince: '10:00:01', routingSince: '08:00' }, true],
    ['Available later', { presence: 'AVAILABLE', presenceSince: '10:00:07', routingSince: '08:00' }, false],
    [
      'Available in time, and the routing later',
      { presence: 'AVAILABLE', presenceSince: '10:00:01', routingSince: '10:00:07' },
      false,
    ],
    ['Available, not stamped, and is seen in time', { presence: 'AVAILABLE' }, true],
    ['Available, not stamped, and is seen later', { presence: 'AVAILABLE', at: '10:01' }, false],
    [
      'another presence in time',
      { presence: 'BUSY', presenceSince: '10:00:01', routingSince: '08:00' },
      false,
    ],
  ])('where what it moved is stamped %s', (_, parts, isLeft) => {
    expect(isFoldable(shows(parts), taken().state(), foldContext())).toBe(isLeft);
  });

  test('for as long as its stamps stand', () => {
    const state = taken(true).until('10:01').state();
    const stamps = { presenceSince: '08:00', routingSince: '10:00:01', at: '11:00' } as const;
    expect(state.last).toMatchObject({ presence: 'ON_QUEUE', routing: 'OFF_QUEUE' });
    const isLeft = (parts: Partial<Parts>): boolean =>
      isFoldable(
        shows({ presence: 'ON_QUEUE', ...stamps, ...parts }),
        { ...state, logoff: undefined },
        foldContext(),
      );
    expect([isLeft({}), isLeft({ presenceSince: '10:30' }), isLeft({ routingSince: '10:30' })]).toEqual([
      true,
      false,
      false,
    ]);
    expect([isLeft({ presence: 'BUSY' }), isLeft({ presence: 'AVAILABLE' })]).toEqual([false, false]);
  });
});

describe('a part that was there and could not be understood', () => {
  const o = (faults: Observation['faults'], more: Partial<Observation> = {}): Observation => ({
    ...reading({ presence: 'AVAILABLE', routing: 'OFF_QUEUE' }),
    ...more,
    faults,
  });

  test.each<[Observation['faults'], Partial<Observation>, string]>([
    [[{ part: 'presence.modifiedDate', why: 'malformed' }], {}, 'presence.modifiedDate malformed'],
    [[{ part: 'routingStatus.startTime', why: 'future' }], {}, 'routingStatus.startTime from the future'],
    [
      [{ part: 'conversationSummary', why: 'unheard_of', said: 'call.held' }],
      {},
      'an unheard-of counter in conversationSummary (call.held)',
    ],
    [
      [{ part: 'conversationSummary', why: 'malformed', said: 'call' }],
      { conversations: undefined },
      'conversationSummary malformed (call)',
    ],
    [[{ part: 'presence', why: 'malformed' }], { presence: undefined }, 'presence malformed'],
  ])('%j is unknown, and named', (faults, more, words) => {
    const found = assess(o(faults, more), undefined, foldContext());
    expect(found.kind === 'unknown' && whatIsMissing(found.unknown)).toBe(words);
  });

  test('keeps a reading from being taken in, but for its summary', () => {
    const summary = { part: 'conversationSummary', why: 'malformed' } as const;
    const stamp = { part: 'presence.modifiedDate', why: 'malformed' } as const;
    const taken = (faults: readonly Unknown[]): boolean => isFoldable(o(faults), undefined, foldContext());
    expect([taken([]), taken([summary]), taken([summary, stamp])]).toEqual([true, true, false]);
  });

  test('is named beside parts that are missing', () => {
    const routing = { part: 'routingStatus', why: 'malformed' } as const;
    const found = assess(o([routing], { presence: undefined, routing: undefined }), undefined, foldContext());
    expect(found.kind === 'unknown' && whatIsMissing(found.unknown)).toBe(
      'routingStatus malformed, presence',
    );
  });

  test('is not looked at any more once a conversation is certain', () => {
    const faults = [{ part: 'conversationSummary', why: 'unheard_of' }] as const;
    const talking = o(faults, { conversations: { contactCentre: 1, enterprise: 0 } });
    expect(assess(talking, undefined, foldContext()).kind).toBe('engaged');
  });

  test.each<[string, Unknown, boolean]>([
    ['a counter above zero that is not known', { part: 'conversationSummary', why: 'unheard_of' }, true],
    ['a summary that is malformed', { part: 'conversationSummary', why: 'malformed' }, false],
    ['another part that is not known', { part: 'presence.modifiedDate', why: 'unheard_of' }, false],
  ])('%s is work, whose clocks start anew, or it is not', (_, fault, isWork) => {
    const before = track(undefined, o(undefined), foldContext())?.state;
    const later = { ...o([fault]), at: (before?.seenAt ?? 0) + MINUTE };
    expect(track(before, later, foldContext())?.state.session.kind).toBe(isWork ? 'engaged' : 'online');
  });

  test('names every part that is missing', () => {
    const bare = o(undefined, { presence: undefined, routing: undefined, missing: ['groups'] });
    const found = assess(bare, undefined, foldContext());
    expect(found.kind === 'unknown' && whatIsMissing(found.unknown)).toBe('groups, presence, routingStatus');
  });
});

describe('work that only an unusable reading showed', () => {
  test.each<[string, Change, Parameters<Story['lacking']>[2]]>([
    ['by its counters, without the presence', { talks: 1 }, 'presence'],
    ['by a call outside the contact centre, without the routing status', { calls: 1 }, 'routing'],
    ['by its routing status, without the groups', { routing: 'INTERACTING' }, 'groups'],
    ['by its routing status, without the presence', { routing: 'COMMUNICATING' }, 'presence'],
  ])('%s, is a sign all the same', (_, change, part) => {
    const s = story().lacking('09:30', '09:30', part).at('09:29:30', change).until('09:30');
    expect([s.verdict().reason, s.lastSign()]).toEqual(['unknown', 'interaction 09:30']);
    s.at('09:30:10', {
      talks: 0,
      calls: 0,
      ...(change.routing === undefined ? {} : { routing: 'OFF_QUEUE' }),
    });
    expect(s.until('09:31').lastSign()).toMatch(/^interaction 09:3[01]/);
    expect([s.shows('since_sign') <= '1m', s.reason('10:29'), s.reason('10:31')]).toEqual([
      true,
      'waiting',
      'due',
    ]);
  });

  test('is one also where the reading contradicts itself, and takes the agent off the ladder', () => {
    const s = story().until('10:00').logOff().at('10:00:30', { presence: 'AVAILABLE', token: '10:00:29' });
    s.until('10:01').at('10:01:30', { routing: 'IDLE', talks: 1, asIs: true }).until('10:02');
    expect([s.verdict().detail, s.ladder()]).toEqual(['contradiction', undefined]);
  });

  test('is told of a person who has come back, and of a call outside the contact centre', () => {
    const s = story().until('10:00').logOff().at('10:00:30', { presence: 'AVAILABLE', token: '10:00:29' });
    s.until('10:01').lacking('10:02', '10:03', 'presence').at('10:01:30', { calls: 1 }).until('10:02');
    expect(s.eventsOf('person_back')).toEqual(['10:02']);
    expect([s.ladder(), s.state().outsideCallAt]).toEqual([undefined, clockTime('10:02')]);
    expect(s.state().session).toMatchObject({ kind: 'engaged', outside: true });
    expect(s.until('10:03').lastSign()).toBe('interaction 10:02');
  });

  test('changes what is worth storing when it begins, and no more while it goes on', () => {
    const context = foldContext({ profile: undefined });
    const free = track(undefined, reading({ presence: 'AVAILABLE', routing: 'OFF_QUEUE' }), context)?.state;
    const talking = reading({ presence: 'AVAILABLE', routing: 'OFF_QUEUE', missing: ['groups'] });
    const busy = { ...talking, conversations: { contactCentre: 1, enterprise: 0 } };
    const begun = track(free, { ...busy, at: MINUTE }, context);
    const goesOn = track(begun?.state, { ...busy, at: 2 * MINUTE }, context);
    expect([begun?.changed, goesOn?.changed, goesOn?.state]).toEqual([true, false, begun?.state]);
    expect(begun?.state.outsideCallAt).toBeUndefined();
  });

  test('at first sight is the first sign', () => {
    const s = story({ first: { calls: 1 } }).until('09:00');
    expect([s.lastSign(), s.state().session]).toEqual([
      'interaction 09:00',
      { kind: 'engaged', since: clockTime('09:00'), outside: true, departure: undefined },
    ]);
  });

  test('does not end with such a reading', () => {
    const s = story({ first: { talks: 1 } })
      .at('09:20', { talks: 0 })
      .lacking('09:20', '09:22', 'presence');
    expect([s.until('09:22').state().session.kind, s.until('09:23').lastSign()]).toEqual([
      'engaged',
      'interaction 09:23',
    ]);
  });
});

describe('a stamp older than the one that was known of the same state', () => {
  test.each<[string, Change]>([
    ['the presence', { presence: 'AVAILABLE', presenceSince: '00:00' }],
    ['the routing status', { routing: 'OFF_QUEUE', routingSince: '00:00' }],
  ])('of %s may hide a newer one: it protects, and the next true one is a sign', (_, change) => {
    const s = story().until('10:30').at('10:30:30', change).until('10:31');
    expect(s.verdict()).toMatchObject({ reason: 'unknown', unknown: [{ why: 'outdated' }] });
    s.at('10:31:30', { presence: 'AVAILABLE', routing: 'OFF_QUEUE', routingSince: '08:00' });
    expect(s.until('10:32').lastSign()).toBe('presence 10:31:30');
  });

  test.each<[string, Change, Parameters<Story['lacking']>[2] | undefined]>([
    ['presence.modifiedDate older than before', { presence: 'AVAILABLE', presenceSince: '00:00' }, undefined],
    ['routingStatus.startTime older than before', { routing: 'OFF_QUEUE', routingSince: '00:00' }, undefined],
    ['presence.modifiedDate', {}, 'presenceSince'],
    ['routingStatus.startTime', {}, 'routingSince'],
    ['lastTokenIssued', { presence: 'BUSY' }, 'token'],
  ])('or what else a reading is not taken in for is named: %s', (detail, change, part) => {
    const s = story().until('10:30').at('10:30:30', change);
    if (part !== undefined) s.lacking('10:31', '10:31', part);
    expect(s.until('10:31').verdict()).toMatchObject({ reason: 'unknown', detail });
  });

  test('by less than a second is the same one, written shorter', () => {
    const s = story({ first: { presenceSince: '08:00' } }).until('10:00');
    const state = s.state();
    const { presenceSince, routingSince, tokenAt } = state.last;
    const o = { ...reading({ presence: 'AVAILABLE', routing: 'OFF_QUEUE' }), at: s.now };
    const shorter = { ...o.presence!, since: presenceSince! - 999 };
    const at = {
      routing: { status: 'OFF_QUEUE', since: routingSince },
      tokenIssuedAt: tokenAt,
    } as const;
    const judged = judge(s.agent, state, { ...o, ...at, presence: shorter }, s.policy, s.now);
    expect(judged.reason).toBe('due');
  });
});

test('a token that is withheld where a gap ends may hide a login: the clocks start anew', () => {
  const s = story().unwatched('09:30', '09:40').lacking('09:40', '09:40', 'token');
  s.at('09:36', { token: '09:36', presence: 'AVAILABLE', presenceSince: '08:00' });
  expect(s.until('09:50').shows('since_sign')).toBe('10m');
  const old = story().unwatched('09:30', '09:40').at('09:36', { token: '01:00' });
  expect(old.until('09:50').shows('since_sign')).toBe('10m');
});

describe('a reading that withholds a stamp, by the clock of a server that is behind', () => {
  test.each<[string, Partial<Observation>]>([
    ['of the presence', { presence: { system: 'AVAILABLE', definitionId: undefined, since: undefined } }],
    ['of the routing status', { routing: { status: 'OFF_QUEUE', since: undefined } }],
  ])('%s is unknown, though an agent was seen at a later time', (_, withheld) => {
    const s = story().until('10:05');
    expect(s.verdict().reason).toBe('due');
    const { last, seenAt } = s.state();
    const { presenceSince, routingSince, tokenAt } = last;
    const whole: Observation = {
      ...reading({ presence: 'AVAILABLE', routing: 'OFF_QUEUE', at: seenAt - 2 * SECOND }),
      presence: { system: 'AVAILABLE', definitionId: undefined, since: presenceSince },
      routing: { status: 'OFF_QUEUE', since: routingSince },
      tokenIssuedAt: tokenAt,
    };
    const judged = (o: Observation): string => {
      const folded = track(s.state(), o, foldContext({ exempt: s.policy.exempt }));
      return judge(s.agent, folded?.state, o, s.policy, s.now).reason;
    };
    expect([judged(whole), judged({ ...whole, ...withheld })]).toEqual(['due', 'unknown']);
  });
});
