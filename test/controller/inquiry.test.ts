/** What other sources of the platform are asked after a sweep, and what becomes of their answers. */
import type { AgentState } from '../../src/domain/tracking/state.ts';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Agent } from '../../src/domain/agent.ts';
import { RIGHT_TO_BE_BELIEVED, type EvidenceSource } from '../../src/domain/evidence/calibration.ts';
import type { LogName, PresenceRecord, SignIn } from '../../src/domain/evidence/records.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../src/domain/tracking/platform-behaviour.ts';
import { DAY, HOUR, MINUTE, SECOND, type Instant, type Interval } from '../../src/domain/time/time.ts';
import { Accounting } from '../../src/controller/accounting.ts';
import { Inquiry, type Questions } from '../../src/controller/inquiry.ts';
import { Learner } from '../../src/controller/learner.ts';
import { Tracker } from '../../src/controller/tracker.ts';
import { NO_ROOM, type EvidenceFault, type EvidenceSources } from '../../src/ports/evidence.ts';
import type { SignIns, SignInSource, TimelineSource } from '../../src/ports/evidence.ts';
import { agent, asClockTime, clockTime, policy } from '../domain/build.ts';
import { story, type Story, type StoryParts } from '../domain/story.ts';
import { FakePush } from './fake-push.ts';
import { Sentences } from './parts.ts';

type Told = ReadonlyMap<string, readonly PresenceRecord[]>;
const REFUSED: EvidenceFault = { kind: 'forbidden', permission: 'analytics:userDetail:view' };
const FAILED: EvidenceFault = { kind: 'failed', why: 'the platform answered 500' };
const AWAY: StoryParts = { nativeTimeouts: ['15m'], first: { presence: 'AWAY' } };
const UNNAMED: LogName = { id: undefined, emails: [] };
const NEVER = new AbortController().signal;

/** In this presence from then to then. */
function record(presence: PresenceRecord['presence'], from: string, to?: string): PresenceRecord {
  return { presence, from: clockTime(from), to: to === undefined ? undefined : clockTime(to) };
}

const BOUNCE = [
  record('AWAY', '08:00', '09:30:05'),
  record('OFFLINE', '09:30:05', '09:30:20'),
  record('AWAY', '09:30:20'),
];
const CLICK = [record('AWAY', '08:00', '09:30:20'), record('AWAY', '09:30:20')];

class FakeTimeline implements TimelineSource {
  readonly asked: { readonly ids: readonly string[]; readonly span: string }[] = [];
  rooms = 100;
  /** What it tells of each agent, or its fault. */
  tells: readonly PresenceRecord[] | EvidenceFault | 'nothing at all' | 'no end' = [];
  readonly #name: string;
  readonly #order: string[];

  constructor(name: string, order: string[]) {
    this.#name = name;
    this.#order = order;
  }

  ask(ids: readonly string[], span: Interval): Promise<Told | EvidenceFault> {
    this.#order.push(this.#name);
    this.asked.push({ ids, span: spanText(span) });
    const { tells } = this;
    if (tells === 'no end') return new Promise(() => undefined);
    if (tells === 'nothing at all') return Promise.resolve(new Map());
    if ('kind' in tells) return Promise.resolve(tells);
    return Promise.resolve(new Map(ids.map((id) => [id, tells])));
  }

  room(): number {
    return this.rooms;
  }
}

class FakeSignIns implements SignInSource {
  readonly asked: string[] = [];
  rooms = 100;
  tells: SignIns | EvidenceFault = { entries: [], knownTo: undefined };
  readonly #order: string[];

  constructor(order: string[]) {
    this.#order = order;
  }

  ask(span: Interval): Promise<SignIns | EvidenceFault> {
    this.#order.push('sign_ins');
    this.asked.push(spanText(span));
    return Promise.resolve(this.tells);
  }

  room(): number {
    return this.rooms;
  }
}

/** A sign-in as the log writes it of those who sign in by SAML: by address alone. */
function byAddress(time: string, email: string): SignIn {
  const target = { id: undefined, emails: [email] };
  return { at: clockTime(time), actor: UNNAMED, target, isAboutUser: false };
}

function byId(time: string, id: string): SignIn {
  return { at: clockTime(time), actor: { id, emails: [] }, target: UNNAMED, isAboutUser: false };
}

function spanText({ from, to }: Interval): string {
  return `${asClockTime(from)} to ${asClockTime(to)}`;
}

/** An organisation whose sweep is over. */
class Desk {
  readonly order: string[] = [];
  readonly timeline = new FakeTimeline('timeline', this.order);
  readonly push = new FakePush(this.order);
  readonly signIns = new FakeSignIns(this.order);
  readonly answers: string[] = [];
  readonly log = new Sentences();
  readonly learner: Learner;
  readonly accounting: Accounting;
  readonly tracker = new Tracker(new Map());
  readonly inquiry: Inquiry;
  now: Instant = clockTime('09:31:02');
  usualInterval = MINUTE;
  on: readonly EvidenceSource[] = ['timeline'];

  constructor(believed: readonly EvidenceSource[] = []) {
    const known = { ...NO_BEHAVIOUR_KNOWN.evidence.timeline, right: RIGHT_TO_BE_BELIEVED };
    const evidence = Object.fromEntries(believed.map((source) => [source, known]));
    this.learner = new Learner({
      ...NO_BEHAVIOUR_KNOWN,
      evidence: { ...NO_BEHAVIOUR_KNOWN.evidence, ...evidence },
    });
    const meter = {
      returned: () => undefined,
      logoff: () => undefined,
      evidence: (source: string, answer: string) => this.answers.push(`${source} ${answer}`),
    };
    this.accounting = new Accounting(meter, this.learner);
    this.accounting.begin('s1');
    this.inquiry = new Inquiry({
      evidence: () => this.#sources(),
      population: this.tracker,
      accounting: this.accounting,
      directory: { serverNow: () => this.now },
      log: this.log,
      name: ({ name }) => name,
    });
  }

  #sources(): EvidenceSources {
    const has = (source: EvidenceSource): boolean => this.on.includes(source);
    return {
      push: has('push') ? this.push : undefined,
      timeline: has('timeline') ? this.timeline : undefined,
      signIns: has('sign_ins') ? this.signIns : undefined,
    };
  }

  /** Makes the state of a story the state of this agent. */
  knows(s: Story, id = 'agent-1'): Agent {
    this.tracker.put({ ...s.state(), agentId: id });
    return agent({ id, name: id, email: `${id}@example.com` });
  }

  ask(questions: Partial<Questions>, stopped: AbortSignal = NEVER): Promise<readonly AgentState[]> {
    const context = {
      policy: policy(),
      usualInterval: this.usualInterval,
      clockJumped: () => false,
      nativeTimeouts: () => undefined,
    };
    return this.inquiry.ask(
      { seen: new Set(), suspects: [], ownLogoffs: [], ...questions },
      context,
      stopped,
    );
  }

  signOf(id = 'agent-1'): string {
    const sign = this.tracker.memory(id)?.episode.sign;
    return sign === undefined ? 'none' : `${sign.kind} ${asClockTime(sign.at)}`;
  }

  calibration(source: EvidenceSource = 'timeline'): string {
    const { right, wrong } = this.learner.source(source);
    return `${right} right, ${wrong} wrong`;
  }

  /** Tries the timeline by a log-off of ours of this time, which it shows rightly or wrongly. */
  async triesTimeline(at: string, shows: 'rightly' | 'wrongly'): Promise<void> {
    const begunAt = clockTime(at);
    const offline = { begunAt, stamp: begunAt + SECOND, seenAt: begunAt + MINUTE };
    const from = shows === 'rightly' ? offline.stamp : begunAt - HOUR;
    this.timeline.tells = [{ presence: 'OFFLINE', from, to: undefined }];
    await this.ask({ ownLogoffs: [{ agent: agent({ id: 'gone' }), begunAt, offline }] });
  }
}

/** Away all the time; the presence was stamped anew at 09:30:20 with the token of before. */
function suspect(): Story {
  return story(AWAY).at('09:30:20', { presence: 'AWAY' }).until('09:31');
}

/** Suspect at 09:30:20, and once more at 09:36:10. */
function suspectTwice(): Story {
  return story({ ...AWAY, nativeTimeouts: ['5m'] })
    .at('09:30:20', { presence: 'AWAY' })
    .at('09:36:10', { presence: 'AWAY' })
    .until('09:37');
}

/** Available at 10:02:30 after our quiet Offline of 10:02:02, without a newer token. */
function clicked(): Story {
  const s = story({ nativeTimeouts: ['5m'] })
    .until('10:00')
    .logOff();
  s.at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' }).until('10:02').logOff();
  return s.at('10:02:30', { presence: 'AVAILABLE' }).until('10:03');
}

let desk: Desk;
beforeEach(() => {
  desk = new Desk(['timeline', 'push', 'sign_ins']);
});

describe('what is asked', () => {
  test('is the timeline of an agent with a suspect change, from five minutes before the look before it', async () => {
    await desk.ask({ suspects: [desk.knows(suspect())] });
    expect(desk.timeline.asked).toEqual([{ ids: ['agent-1'], span: '09:25 to 09:31:02' }]);
  });

  test('is nothing without a suspect change and without a log-off to be tried by', async () => {
    desk.on = ['push', 'timeline', 'sign_ins'];
    await desk.ask({});
    expect(desk.order).toEqual([]);
  });

  test('is nothing of an agent whose change is no suspect any more', async () => {
    const s = suspect();
    const one = desk.knows(s);
    desk.knows(s.evidence('person'));
    await desk.ask({ suspects: [one] });
    expect(desk.order).toEqual([]);
  });

  test('is nothing where no source is switched on', async () => {
    desk.on = [];
    await desk.ask({ suspects: [desk.knows(suspect())] });
    expect([desk.order, desk.answers]).toEqual([[], []]);
  });

  test('is told in requests of fifty agents', async () => {
    const ids = Array.from({ length: 120 }, (_, i) => `agent-${i}`);
    const s = suspect();
    await desk.ask({ suspects: ids.map((id) => desk.knows(s, id)) });
    expect(desk.timeline.asked.map((each) => each.ids.length)).toEqual([50, 50, 20]);
    expect(desk.timeline.asked.flatMap((each) => each.ids)).toEqual(ids);
  });

  test('is no more than there is room for; the others wait for the next sweep', async () => {
    const ids = Array.from({ length: 120 }, (_, i) => `agent-${i}`);
    desk.timeline.rooms = 1;
    const s = suspect();
    await desk.ask({ suspects: ids.map((id) => desk.knows(s, id)) });
    expect(desk.timeline.asked.map((each) => each.ids.length)).toEqual([50]);
  });

  test('is nothing where there is no room at all', async () => {
    desk.on = ['timeline', 'sign_ins'];
    [desk.timeline.rooms, desk.signIns.rooms] = [0, 0];
    await desk.ask({ suspects: [desk.knows(suspect())] });
    expect(desk.order).toEqual([]);
  });

  test('reaches back to the older of two suspect changes', async () => {
    desk.on = ['timeline', 'sign_ins'];
    desk.now = clockTime('09:37:02');
    await desk.ask({ suspects: [desk.knows(suspectTwice())] });
    expect(desk.timeline.asked[0]?.span).toBe('09:25 to 09:37:02');
    expect(desk.signIns.asked).toEqual(['09:25 to 09:37:02']);
  });

  test('goes to push first, then to the timeline, then to the sign-ins', async () => {
    desk.on = ['sign_ins', 'timeline', 'push'];
    desk.push.tells = { changes: [], from: undefined, to: desk.now };
    await desk.ask({ suspects: [desk.knows(suspect())] });
    expect(desk.order).toEqual(['push', 'timeline', 'sign_ins']);
  });

  test('goes to no further source once one has told', async () => {
    desk.on = ['push', 'timeline', 'sign_ins'];
    const changes = BOUNCE.map(({ from, presence }) => ({ at: from, presence }));
    desk.push.tells = { changes, from: clockTime('09:00'), to: desk.now };
    await desk.ask({ suspects: [desk.knows(suspect())] });
    expect(desk.order).toEqual(['push']);
  });

  test('is no timeline for a click after our quiet Offline, which looks the same either way', async () => {
    desk.on = ['push', 'timeline', 'sign_ins'];
    desk.now = clockTime('10:03:02');
    await desk.ask({ suspects: [desk.knows(clicked())] });
    expect(desk.order).toEqual(['sign_ins']);
  });

  test('of a bounce after such a click leaves the click to the sign-ins', async () => {
    const s = clicked().at('10:08:20', { presence: 'AVAILABLE' }).until('10:09');
    desk.now = clockTime('10:09:02');
    desk.timeline.tells = [
      record('OFFLINE', '10:02:02', '10:02:30'),
      record('AVAILABLE', '10:02:30', '10:08:05'),
      record('OFFLINE', '10:08:05', '10:08:20'),
      record('AVAILABLE', '10:08:20'),
    ];
    desk.on = ['timeline', 'sign_ins'];
    desk.signIns.rooms = 0;
    await desk.ask({ suspects: [desk.knows(s)] });
    expect([desk.answers, desk.signOf()]).toEqual([['timeline bounce'], 'presence 10:02:30']);
    desk.signIns.rooms = 100;
    const entries = [byAddress('10:02:28', 'agent-1@example.com')];
    desk.signIns.tells = { entries, knownTo: clockTime('10:09') };
    await desk.ask({ suspects: [agent({ email: 'Agent-1@Example.com' })] });
    expect(desk.signOf()).toBe('none');
  });

  test('of a bounce after such a click leaves the click to the sign-ins where push tells as well', async () => {
    const s = clicked().at('10:08:20', { presence: 'AVAILABLE' }).until('10:09');
    desk.on = ['push'];
    desk.now = clockTime('10:09:02');
    const changes = [
      { at: clockTime('10:02:02'), presence: 'OFFLINE' },
      { at: clockTime('10:02:30'), presence: 'AVAILABLE' },
      { at: clockTime('10:08:05'), presence: 'OFFLINE' },
      { at: clockTime('10:08:20'), presence: 'AVAILABLE' },
    ] as const;
    desk.push.tells = { changes, from: clockTime('09:00'), to: desk.now };
    await desk.ask({ suspects: [desk.knows(s)] });
    expect([desk.answers, desk.signOf()]).toEqual([['push bounce'], 'presence 10:02:30']);
  });

  test('are no sign-ins of an agent without an address', async () => {
    desk.on = ['sign_ins'];
    desk.knows(suspect());
    await desk.ask({ suspects: [agent({ email: ' ' })] });
    expect(desk.order).toEqual([]);
  });
});

describe('an answer of a source that is believed', () => {
  test('gives a bounce back, and puts the return on record with its source', async () => {
    desk.timeline.tells = BOUNCE;
    await desk.ask({ suspects: [desk.knows(suspect())] });
    expect([desk.signOf(), desk.answers]).toEqual(['none', ['timeline bounce']]);
    expect(desk.accounting.take()).toEqual([
      {
        kind: 'return',
        at: clockTime('09:30:20'),
        agentId: 'agent-1',
        agentName: 'agent-1',
        reason: 'silent after the platform’s, shown by timeline',
        sweepId: 's1',
        delay: 15 * SECOND,
      },
    ]);
    expect(desk.log.said).toEqual(['info: evidence shows that a browser, and no person, made this change']);
  });

  test('is stored with the next sweep', async () => {
    const one = desk.knows(suspect());
    desk.tracker.saved(new Set([one.id]));
    desk.timeline.tells = BOUNCE;
    await desk.ask({ suspects: [one] });
    const { changed } = desk.tracker.unsaved(new Set([one.id]));
    expect(changed.map(({ episode }) => episode.sign)).toEqual([undefined]);
  });

  test('confirms a person’s click, and is not asked for again', async () => {
    const one = desk.knows(suspect());
    desk.timeline.tells = CLICK;
    await desk.ask({ suspects: [one] });
    await desk.ask({ suspects: [one] });
    expect([desk.answers, desk.order.length]).toEqual([['timeline person'], 1]);
    expect(desk.signOf()).toBe('presence 09:30:20');
  });

  test.each([
    ['none', 'nothing at all'],
    ['undecided', [record('AWAY', '08:00', '09:20'), record('AWAY', '09:30:20')]],
  ] as const)('of %s leaves the sign, and is asked for again', async (kind, tells) => {
    const one = desk.knows(suspect());
    desk.timeline.tells = tells;
    await desk.ask({ suspects: [one] });
    await desk.ask({ suspects: [one] });
    expect(desk.answers).toEqual([`timeline ${kind}`, `timeline ${kind}`]);
    expect([desk.order.length, desk.signOf()]).toEqual([2, 'presence 09:30:20']);
  });

  test('is noted for `explain`', async () => {
    desk.timeline.tells = BOUNCE;
    await desk.ask({ suspects: [desk.knows(suspect())] });
    expect(desk.tracker.memory('agent-1')?.evidence).toEqual({
      stamp: clockTime('09:30:20'),
      source: 'timeline',
      answer: 'bounce',
      at: desk.now,
      isUsed: true,
    });
  });

  test('is used newest first, as far as it reaches', async () => {
    desk.timeline.tells = [
      ...BOUNCE.slice(0, 2),
      record('AWAY', '09:30:20', '09:36:01'),
      record('OFFLINE', '09:36:01', '09:36:10'),
      record('AWAY', '09:36:10'),
    ];
    desk.now = clockTime('09:37:02');
    await desk.ask({ suspects: [desk.knows(suspectTwice())] });
    expect([desk.answers, desk.signOf()]).toEqual([['timeline bounce', 'timeline bounce'], 'none']);
    const lines = desk.accounting.take();
    expect(lines.map(({ at }) => asClockTime(at))).toEqual(['09:36:10', '09:30:20']);
  });

  test('of sign-ins about two changes in a row reads the log of both', async () => {
    desk.on = ['sign_ins'];
    desk.now = clockTime('09:39:02');
    const entries = ['09:30:18', '09:36:08'].map((at) => byAddress(at, 'agent-1@example.com'));
    desk.signIns.tells = { entries, knownTo: clockTime('09:39') };
    await desk.ask({ suspects: [desk.knows(suspectTwice())] });
    expect([desk.answers, desk.signOf()]).toEqual([['sign_ins bounce', 'sign_ins bounce'], 'none']);
  });

  test('of sign-ins counts the entries of the agent alone', async () => {
    desk.on = ['sign_ins'];
    const entries = [byAddress('09:30:18', 'another@example.com')];
    desk.signIns.tells = { entries, knownTo: clockTime('09:33') };
    await desk.ask({ suspects: [desk.knows(suspect())] });
    expect([desk.answers, desk.signOf()]).toEqual([['sign_ins person'], 'presence 09:30:20']);
  });
});

describe('sign-ins are told of by address or id', () => {
  /** Agents with a suspect change, each with a sign-in before it. */
  function suspects(count: number): readonly Agent[] {
    const all = Array.from({ length: count }, (_, i) => desk.knows(suspect(), `agent-${i + 1}`));
    desk.on = ['sign_ins'];
    desk.now = clockTime('09:33:02');
    return all;
  }

  /** Asks about these agents; answers what the log said of each. */
  async function asked(agents: readonly Agent[], ...entries: readonly SignIn[]): Promise<readonly unknown[]> {
    desk.signIns.tells = { entries, knownTo: clockTime('09:33') };
    await desk.ask({ suspects: agents });
    return agents.map(({ id }) => desk.tracker.memory(id)?.evidence?.answer);
  }

  test('which is read once of each entry, however many agents are asked about', async () => {
    const all = suspects(40);
    let reads = 0;
    const entries = all.map(({ email }) => {
      const { target, ...entry } = byAddress('09:30:18', email);
      return {
        ...entry,
        get target() {
          reads += 1;
          return target;
        },
      };
    });
    expect(new Set(await asked(all, ...entries))).toEqual(new Set(['bounce']));
    expect(reads).toBe(40);
  });

  test('of an agent whom the log names by id and by no address', async () => {
    const [one, two] = suspects(2);
    expect(await asked([one!, two!], byId('09:30:18', 'agent-1'))).toEqual(['bounce', 'person']);
    expect([desk.signOf('agent-1'), desk.signOf('agent-2')]).toEqual(['none', 'presence 09:30:20']);
  });

  test('and decide nothing of agents who share one with another, also with one who is not asked about', async () => {
    const [one, two] = suspects(2);
    const email = ' Agent-1@Example.com';
    desk.tracker.described(one!, undefined);
    desk.tracker.described(two!, undefined);
    desk.tracker.described({ ...agent({ id: 'namesake' }), email }, undefined);
    const entries = [one, two].map((each) => byAddress('09:30:18', each!.email));
    expect(await asked([one!, two!], ...entries)).toEqual(['undecided', 'bounce']);
    expect([desk.signOf('agent-1'), desk.signOf('agent-2')]).toEqual(['presence 09:30:20', 'none']);
  });

  test('and decide nothing of two suspects who share one', async () => {
    const [one, two] = suspects(2);
    const { email } = one!;
    const both = [one!, { ...two!, email: email.toUpperCase() }];
    expect(await asked(both, byAddress('09:30:18', email))).toEqual(['undecided', 'undecided']);
    expect([desk.signOf('agent-1'), desk.signOf('agent-2')]).toEqual([
      'presence 09:30:20',
      'presence 09:30:20',
    ]);
  });

  test('of one of two agents who share an address, where the id tells which', async () => {
    const [one, two] = suspects(2);
    const { email } = one!;
    const entry = { ...byAddress('09:30:18', email), actor: { id: 'agent-2', emails: [] } };
    expect(await asked([one!, { ...two!, email }], entry)).toEqual(['person', 'bounce']);
  });

  test('and decide nothing of two agents whom one entry names', async () => {
    const [one, two] = suspects(2);
    const entry = { ...byAddress('09:30:18', one!.email), actor: { id: 'agent-2', emails: [] } };
    expect(await asked([one!, two!], entry)).toEqual(['undecided', 'undecided']);
  });

  test('show no return of ours, neither rightly nor wrongly, of an agent who shares an address', async () => {
    desk = new Desk();
    desk.on = ['sign_ins'];
    const [gone, namesake] = [agent({ id: 'gone' }), agent({ id: 'namesake' })];
    desk.tracker.described(namesake, undefined);
    desk.signIns.tells = { entries: [byAddress('09:20:18', gone.email)], knownTo: clockTime('09:23') };
    const ownLogoff = { agent: gone, begunAt: clockTime('09:20'), silentAt: clockTime('09:20:20') };
    await desk.ask({ ownLogoffs: [ownLogoff] });
    expect(desk.calibration('sign_ins')).toBe('0 right, 0 wrong');
  });

  test('are not tried by a return of an agent without an address, whom the log may not be able to name', async () => {
    desk = new Desk();
    desk.on = ['sign_ins'];
    desk.signIns.tells = { entries: [], knownTo: clockTime('09:30') };
    const gone = agent({ id: 'gone', email: '' });
    await desk.ask({
      ownLogoffs: [{ agent: gone, begunAt: clockTime('09:20'), silentAt: clockTime('09:20:20') }],
    });
    expect([desk.order, desk.calibration('sign_ins')]).toEqual([[], '0 right, 0 wrong']);
  });

  test('is believed where it names users by id alone', async () => {
    desk = new Desk();
    desk.on = ['sign_ins'];
    const gone = agent({ id: 'gone' });
    for (const minute of ['09:10', '09:12', '09:14']) {
      desk.now = clockTime(minute) + 3 * MINUTE;
      const begunAt = clockTime(minute);
      desk.signIns.tells = { entries: [byId(`${minute}:18`, 'gone')], knownTo: desk.now };
      await desk.ask({ ownLogoffs: [{ agent: gone, begunAt, silentAt: begunAt + 20 * SECOND }] });
    }
    expect(desk.calibration('sign_ins')).toBe('3 right, 0 wrong');
  });
});

describe('a source is believed', () => {
  beforeEach(() => {
    desk = new Desk();
  });

  test('not before it has shown three log-offs of ours rightly: until then answers are counted and noted alone', async () => {
    const one = desk.knows(suspect());
    const answers: string[] = [];
    for (const at of ['09:10', '09:12', '09:14', '09:16']) {
      desk.timeline.tells = BOUNCE;
      await desk.ask({ suspects: [one] });
      answers.push(`${desk.calibration()}: ${desk.signOf()}`);
      await desk.triesTimeline(at, 'rightly');
    }
    expect(answers).toEqual([
      '0 right, 0 wrong: presence 09:30:20',
      '1 right, 0 wrong: presence 09:30:20',
      '2 right, 0 wrong: presence 09:30:20',
      '3 right, 0 wrong: none',
    ]);
    expect(desk.answers).toEqual(Array.from({ length: 4 }, () => 'timeline bounce'));
  });

  test('by log-offs alone, whether or not a change is suspect', async () => {
    await desk.triesTimeline('09:10', 'rightly');
    expect([desk.timeline.asked[0]?.span, desk.calibration()]).toEqual([
      '09:05 to 09:31:02',
      '1 right, 0 wrong',
    ]);
  });

  test('also where there is no room for all who are asked about: each question has room for a log-off', async () => {
    const all = Array.from({ length: 120 }, (_, i) => desk.knows(suspect(), `agent-${i}`));
    const begunAt = clockTime('09:20');
    const offline = { begunAt, stamp: begunAt + SECOND, seenAt: begunAt + MINUTE };
    desk.timeline.rooms = 1;
    desk.timeline.tells = [{ presence: 'OFFLINE', from: offline.stamp, to: undefined }];
    await desk.ask({ suspects: all, ownLogoffs: [{ agent: agent({ id: 'gone' }), begunAt, offline }] });
    expect([desk.timeline.asked.map(({ ids }) => ids.length), desk.calibration()]).toEqual([
      [50],
      '1 right, 0 wrong',
    ]);
  });

  test('by each log-off once', async () => {
    await desk.triesTimeline('09:10', 'rightly');
    await desk.triesTimeline('09:10', 'rightly');
    expect([desk.order.length, desk.calibration()]).toEqual([1, '1 right, 0 wrong']);
  });

  test('no more once it was switched off for a sweep', async () => {
    for (const at of ['09:10', '09:12', '09:14']) await desk.triesTimeline(at, 'rightly');
    desk.on = [];
    await desk.ask({});
    expect(desk.calibration()).toBe('0 right, 0 wrong');
  });

  test('and then tried no more for its own sake', async () => {
    for (const at of ['09:10', '09:12', '09:14', '09:16']) await desk.triesTimeline(at, 'rightly');
    expect(desk.order.length).toBe(3);
  });

  test('by our revocations, where it tells of sign-ins', async () => {
    desk.on = ['sign_ins'];
    const [begunAt, silentAt] = [clockTime('09:20'), clockTime('09:20:20')];
    const gone = agent({ id: 'gone' });
    desk.signIns.tells = {
      entries: [byAddress('09:20:18', gone.email)],
      knownTo: clockTime('09:23'),
    };
    await desk.ask({ ownLogoffs: [{ agent: gone, begunAt, silentAt }] });
    expect([desk.signIns.asked, desk.calibration('sign_ins')]).toEqual([
      ['09:15 to 09:31:02'],
      '1 right, 0 wrong',
    ]);
  });

  test('no more once it contradicts a log-off of ours: that is a warning, and its answer of that sweep is not used', async () => {
    desk = new Desk(['timeline']);
    const one = desk.knows(suspect());
    const begunAt = clockTime('09:20');
    const offline = { begunAt, stamp: begunAt + SECOND, seenAt: begunAt + MINUTE };
    // This history shows the agent who is gone as Away at 09:21.
    desk.timeline.tells = BOUNCE;
    await desk.ask({ suspects: [one], ownLogoffs: [{ agent: agent({ id: 'gone' }), begunAt, offline }] });
    expect([desk.calibration(), desk.signOf()]).toEqual(['0 right, 1 wrong', 'presence 09:30:20']);
    expect(desk.answers).toEqual(['timeline bounce']);
    expect(desk.log.said).toEqual([
      'warn: evidence contradicts a log-off of ours: the source is not believed until it has shown three others rightly',
    ]);
  });
});

describe('a source that gives no answer', () => {
  test('is, where it may not be asked, told of once and asked again after an hour', async () => {
    const one = desk.knows(suspect());
    desk.timeline.tells = REFUSED;
    for (const at of ['09:31', '09:32', '10:30:59', '10:31', '10:32']) {
      desk.now = clockTime(at);
      await desk.ask({ suspects: [one] });
    }
    expect(desk.order.length).toBe(2);
    expect(desk.log.said).toEqual([
      'warn: a source of evidence may not be asked: changes that it would explain stay signs of a person',
    ]);
  });

  test('is asked at once where it was refused by a clock that ran ahead', async () => {
    const one = desk.knows(suspect());
    desk.timeline.tells = REFUSED;
    desk.now += DAY;
    await desk.ask({ suspects: [one] });
    desk.now -= DAY;
    desk.timeline.tells = BOUNCE;
    await desk.ask({ suspects: [one] });
    expect(desk.answers).toEqual(['timeline bounce']);
  });

  test('is told of once more where it had answered in between', async () => {
    const one = desk.knows(suspect());
    for (const [at, tells] of [
      ['09:31', REFUSED],
      ['10:31', []],
      ['10:32', REFUSED],
    ] as const) {
      desk.now = clockTime(at);
      desk.timeline.tells = tells;
      await desk.ask({ suspects: [one] });
    }
    expect(desk.log.said.length).toBe(2);
  });

  test('is, where it failed, asked again with the next sweep, and no answer is counted', async () => {
    const one = desk.knows(suspect());
    desk.timeline.tells = FAILED;
    await desk.ask({ suspects: [one] });
    desk.timeline.tells = BOUNCE;
    await desk.ask({ suspects: [one] });
    expect(desk.answers).toEqual(['timeline bounce']);
    expect(desk.log.said[0]).toBe('info: a source of evidence gave no answer');
  });

  test('for lack of room is not worth a line', async () => {
    desk.timeline.tells = { kind: 'failed', why: NO_ROOM };
    await desk.ask({ suspects: [desk.knows(suspect())] });
    expect(desk.log.said).toEqual([]);
  });

  test('ends with the sweep that is stopped, even where it does not heed the signal', async () => {
    desk.timeline.tells = 'no end';
    const stop = new AbortController();
    const asked = desk.ask({ suspects: [desk.knows(suspect())] }, stop.signal);
    stop.abort();
    await expect(asked).resolves.toEqual([]);
    expect([desk.signOf(), desk.answers]).toEqual(['presence 09:30:20', []]);
  });

  test('ends with a quarter of the interval', async () => {
    desk.timeline.tells = 'no end';
    desk.usualInterval = 4;
    await expect(desk.ask({ suspects: [desk.knows(suspect())] })).resolves.toEqual([]);
    expect(desk.log.said).toEqual([
      'debug: evidence took too long: it is asked for again after the next sweep',
    ]);
  });

  test.each<[EvidenceSource, EvidenceSource, string]>([
    ['push', 'timeline', 'timeline bounce'],
    ['timeline', 'sign_ins', 'sign_ins bounce'],
  ])('of %s that never comes leaves time for the question to %s', async (slow, other, answer) => {
    desk.on = [slow, other];
    desk.usualInterval = 400;
    desk.timeline.tells = slow === 'timeline' ? 'no end' : BOUNCE;
    desk.push.listen = () => new Promise(() => undefined);
    const entries = [byAddress('09:30:18', 'agent-1@example.com')];
    desk.signIns.tells = { entries, knownTo: clockTime('09:33') };
    await desk.ask({ suspects: [desk.knows(suspect())] });
    expect([desk.answers, desk.signOf()]).toEqual([[answer], 'none']);
  });

  test('that came in time counts, where another request of the same question takes too long', async () => {
    const all = Array.from({ length: 120 }, (_, i) => desk.knows(suspect(), `agent-${i}`));
    desk.usualInterval = 40;
    desk.timeline.ask = (ids) =>
      ids.includes('agent-0')
        ? Promise.resolve(new Map(ids.map((id) => [id, BOUNCE])))
        : new Promise(() => undefined);
    const changed = await desk.ask({ suspects: all });
    expect([changed.length, desk.signOf('agent-0'), desk.signOf('agent-50')]).toEqual([
      50,
      'none',
      'presence 09:30:20',
    ]);
  });

  test('of one agent keeps the answers of no others away, however little room there is', async () => {
    const all = Array.from({ length: 60 }, (_, i) => desk.knows(suspect(), `agent-${i}`));
    desk.timeline.rooms = 1;
    const sizes: number[] = [];
    desk.timeline.ask = (ids) => {
      sizes.push(ids.length);
      return Promise.resolve(ids.includes('agent-7') ? FAILED : new Map(ids.map((id) => [id, BOUNCE])));
    };
    const left = (): readonly string[] =>
      all.filter(({ id }) => desk.signOf(id) !== 'none').map(({ id }) => id);
    for (let sweep = 0; sweep < 20; sweep += 1) await desk.ask({ suspects: all });
    expect([left(), sizes.slice(0, 4)]).toEqual([['agent-7'], [50, 10, 12, 12]]);
  });

  test('of the first ones leaves the next question to others', async () => {
    const all = Array.from({ length: 120 }, (_, i) => desk.knows(suspect(), `agent-${i}`));
    const first: string[] = [];
    desk.timeline.rooms = 1;
    desk.usualInterval = 4;
    desk.timeline.ask = ([id = '']) => {
      first.push(id);
      return new Promise(() => undefined);
    };
    for (let sweep = 0; sweep < 3; sweep += 1) await desk.ask({ suspects: all });
    expect(first).toEqual(['agent-0', 'agent-50', 'agent-100']);
  });

  test('of push that cannot be brought up to date is what was pushed before', async () => {
    desk.on = ['push'];
    desk.usualInterval = 4;
    desk.push.listen = () => new Promise(() => undefined);
    desk.push.tells = {
      changes: [
        { at: clockTime('09:30:05'), presence: 'OFFLINE' },
        { at: clockTime('09:30:20'), presence: 'AWAY' },
      ],
      from: clockTime('09:00'),
      to: desk.now,
    };
    await desk.ask({ suspects: [desk.knows(suspect())] });
    expect([desk.answers, desk.signOf()]).toEqual([['push bounce'], 'none']);
  });

  test('is asked at an interval of any length', async () => {
    desk.usualInterval = 30_001.5;
    await desk.ask({ suspects: [desk.knows(suspect())] });
    expect(desk.order).toEqual(['timeline']);
  });

  test('is not asked any more once the sweep has been stopped', async () => {
    await desk.ask({ suspects: [desk.knows(suspect())] }, AbortSignal.abort());
    expect(desk.order).toEqual([]);
  });
});
