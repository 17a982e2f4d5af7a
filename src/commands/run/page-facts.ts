/** Gathers what the page shows of one organisation: from the last sweep, the store and the policy in force. */
import { BELOW_PEAK } from '../../domain/judging/judge.ts';
import { isPaused } from '../../domain/planning/holds.ts';
import { LONGEST_KEPT, type RecordEvent } from '../../domain/record.ts';
import { DAY, HOUR, type Instant, type Interval } from '../../domain/time/time.ts';
import { localTimeAt, wallTime } from '../../domain/time/zone.ts';
import { policyInForce, storedInForce } from '../../app/stored-in-force.ts';
import { VERSION } from '../../app/version.ts';
import { describePolicy } from '../../policy-file/describe.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { policyFromMemory, rememberedFrom } from '../../policy-file/remembered-names.ts';
import type { SweepReport } from '../../ports/metrics.ts';
import type {
  Count,
  DayFacts,
  HourFacts,
  PageFacts,
  PeopleFacts,
  PolicyFacts,
  RolloutPart,
  SweepFacts,
} from '../../server/page/facts.ts';
import type { PageSource } from '../../server/page/latest.ts';
import { counted } from '../../texts/counted.ts';
import { POLICY_NOTE, policyNotesOf } from '../../store/policy-note.ts';
import { calledApart, deskOf } from './page-desk.ts';
import { zoneOf, type PageSubject } from './page-subject.ts';
import { peopleOf, Returning, type PeopleInput } from './page-people.ts';
import { HOLD_WORDS } from '../list/words.ts';
import { nextStepAt, rolloutTold, storedRollout } from '../shared/rollout-words.ts';
import { REPORTED } from '../report/parts.ts';
import { ReportBuilder } from '../report/report.ts';

/** The source of its page. */
export function pageSourceOf(name: () => string, subject: PageSubject): PageSource {
  return {
    get organisation() {
      return name();
    },
    version: async () => {
      const pause = await subject.store()?.pause();
      const now = subject.now();
      const paused = pause !== undefined && isPaused(pause, now) ? pause : undefined;
      const { ok } = subject.ready(now);
      return JSON.stringify([subject.lastReport()?.sweepId, subject.loaded()?.hash, paused, ok]);
    },
    facts: () => factsOf(name(), subject),
    desk: deskOf(subject),
  };
}

async function factsOf(organisation: string, subject: PageSubject): Promise<PageFacts> {
  const now = subject.now();
  const [loaded, store, report] = [subject.loaded(), subject.store(), subject.lastReport()];
  const zone = zoneOf(loaded);
  const pause = await store?.pause();
  const { ok, why } = subject.ready(now);
  const returning = new Returning();
  const today = await dayOf(store, dayAround(now, zone), { zone, now, returning });
  return {
    organisation,
    version: VERSION,
    madeAt: now,
    zone,
    mode: loaded?.settings.mode ?? 'observe',
    modeHeldBy: loaded?.settings.held?.by,
    pause:
      pause !== undefined && isPaused(pause, now) ? { since: pause.since, until: pause.until } : undefined,
    rollout: await rolloutOf(loaded, store, report, now),
    warnings: [...(ok ? [] : [`Not watching: ${why}.`]), ...warningsOf(report)],
    sweep: report === undefined ? undefined : sweepFactsOf(report),
    today,
    policy: await policyOf(loaded, store, now),
    people: await peopleIn(subject, returning, now),
  };
}

/** How a changed policy is being brought out. */
async function rolloutOf(
  loaded: LoadedPolicy | undefined,
  store: ReturnType<PageSubject['store']>,
  report: SweepReport | undefined,
  now: Instant,
): Promise<RolloutPart | undefined> {
  const stored = storedRollout((await store?.facts()) ?? new Map<string, string>());
  const { candidate } = stored.rollout;
  const told = rolloutTold(stored);
  if (candidate === undefined || told === undefined) return undefined;
  return {
    ...told,
    since: candidate.stopped?.at ?? candidate.steps.at(-1)?.at ?? candidate.countedFrom,
    isFormerKept: stored.isFormerKept,
    next: nextStepAt(candidate, loaded?.draft.content.rollout, report?.startedAt, now),
  };
}

/** For readers who do not know the policy file. */
const HELD_WORDS: typeof HOLD_WORDS = {
  ...HOLD_WORDS,
  breaker: 'by the breaker, for many became due at once',
  per_sweep: 'no more are logged off in one sweep (caps.per_sweep)',
  per_hour: 'no more are logged off within an hour (caps.per_hour)',
};

/** Why agents who are due stay on, in sentences that name no agent. */
function warningsOf(report: SweepReport | undefined): readonly string[] {
  if (report === undefined) return [];
  const { hold, deferred, overdue, complete } = report;
  const single = Object.entries(deferred).filter(([each]) => each !== hold) as [
    keyof typeof HOLD_WORDS,
    number,
  ][];
  return [
    ...(complete ? [] : ['The last sweep was not complete.']),
    ...(hold === undefined || hold === 'paused' ? [] : [`All action is held back: ${HELD_WORDS[hold]}.`]),
    ...single.map(([each, n]) => `${counted(n, 'agent')} due and held back: ${HELD_WORDS[each]}.`),
    ...(overdue > 0 ? [`Overdue for more than two intervals: ${counted(overdue, 'agent')}.`] : []),
  ];
}

function sweepFactsOf({ startedAt, nextDueAt, online, verdicts }: SweepReport): SweepFacts {
  const of = (...reasons: readonly (keyof typeof verdicts)[]): number =>
    reasons.reduce((sum, reason) => sum + verdicts[reason], 0);
  const some = (key: string, label: string, value: number): readonly Count[] =>
    value === 0 ? [] : [{ key, label, value }];
  return {
    startedAt,
    nextDueAt,
    counts: [
      { key: 'online', label: 'online', value: online },
      { key: 'engaged', label: 'in an interaction', value: of('engaged') },
      { key: 'on-queue', label: 'waiting on queue', value: of('waiting_on_queue') },
      {
        key: 'waiting',
        label: 'with a clock running',
        value: of('waiting', 'warned', 'outside_hours', 'grace', 'ladder_waiting'),
      },
      { key: 'due', label: 'due', value: of('due', 'ladder_due') },
      { key: 'held', label: 'held after the last rung', value: of('held') },
      ...some('observed', 'due by rules that only observe, or wait for the licence peak', of('observed')),
      ...some('exempt', 'exempt', of('exempt')),
      ...some('unknown', 'unknown', of('unknown', 'names_unsure')),
      ...some('no-rule', 'in a state that no rule covers', of('no_rule')),
      ...some('no-profile', 'without a profile', of('no_profile')),
    ],
  };
}

/** The local day in which `now` lies. */
function dayAround(now: Instant, zone: string): Interval {
  const wall = new Date(wallTime(zone, now));
  const midnight = Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate());
  return { from: localTimeAt(zone, midnight).first, to: localTimeAt(zone, midnight + DAY).first };
}

/** What the record of the day comes to. */
async function dayOf(
  store: ReturnType<PageSubject['store']>,
  day: Interval,
  { zone, now, returning }: { readonly zone: string; readonly now: Instant; readonly returning: Returning },
): Promise<DayFacts> {
  const builder = new ReportBuilder({ span: day, zone, now, agents: [] });
  const hours = new Hours(day, now);
  if (store !== undefined) {
    const query = { from: day.from, to: day.from + LONGEST_KEPT + DAY, parts: REPORTED };
    for await (const page of store.eventPages(query))
      for (const event of page) {
        builder.event(event);
        hours.add(event);
        returning.add(event);
      }
    for await (const page of store.countPages(day.from, day.to))
      for (const count of page) builder.count(count);
  }
  const { totals, returns, stays, drawn, licence } = builder.build();
  const most = (part: 'asItWas' | 'without', of: 'highest' | 'atOrAbove'): number =>
    licence.reduce((largest, month) => Math.max(largest, month[part][of]), 0);
  const both = (of: 'highest' | 'atOrAbove'): DayFacts['peak'] => ({
    asItWas: most('asItWas', of),
    without: most('without', of),
  });
  return {
    ...day,
    logoffs: totals.verified,
    observed: totals.observed,
    unsuccessful: totals.unverified + totals.failed,
    returns: returns.silent,
    stays,
    recovered: totals.recovered,
    highest: both('highest'),
    peak: both('atOrAbove'),
    asItWas: drawn.asItWas,
    without: drawn.without,
    hours: hours.all,
  };
}

/** Counts by hour, from midnight on: a day on which clocks are changed has one more or less. */
class Hours {
  readonly #day: Interval;
  readonly #hours: { -readonly [K in keyof HourFacts]: HourFacts[K] }[];

  constructor(day: Interval, now: Instant) {
    this.#day = day;
    const begun = Math.ceil((Math.min(now + 1, day.to) - day.from) / HOUR);
    this.#hours = Array.from({ length: Math.max(1, begun) }, (_, n) => ({
      from: day.from + n * HOUR,
      ...{ logoffs: 0, observed: 0, returns: 0 },
    }));
  }

  add({ kind, at, reason }: Pick<RecordEvent, 'kind' | 'at' | 'reason'>): void {
    const hour = this.#hours[Math.floor((at - this.#day.from) / HOUR)];
    if (hour === undefined) return;
    if (kind === 'verified') hour.logoffs += 1;
    else if (kind === 'observed' && reason !== BELOW_PEAK) hour.observed += 1;
    else if (kind === 'return' && reason?.startsWith('silent') === true && reason.endsWith('our log-off'))
      hour.returns += 1;
  }

  get all(): readonly HourFacts[] {
    return this.#hours;
  }
}

async function peopleIn(
  subject: PageSubject,
  back: Returning,
  now: Instant,
): Promise<PeopleFacts | undefined> {
  const [floor, loaded, store] = [subject.floor?.(), subject.loaded(), subject.store()];
  if (floor === undefined || loaded === undefined || store === undefined) return undefined;
  const facts = await store.facts();
  const policy = policyInForce(storedInForce(loaded.draft, facts, now), facts, now);
  const returning: PeopleInput['returning'][number][] = [];
  for (const [id, told] of back.first) {
    const found = (await store.findAgents(id)).find((agent) => agent.id === id);
    returning.push({ agent: found ?? { id, name: id, email: '' }, ...told });
  }
  const callApart: PeopleInput['callApart'] = (agents) => calledApart(subject, agents);
  const pause = await store.pause();
  return peopleOf({ floor, loaded, policy, returning, callApart, pause, now });
}

async function policyOf(
  loaded: LoadedPolicy | undefined,
  store: ReturnType<PageSubject['store']>,
  now: Instant,
): Promise<PolicyFacts> {
  if (loaded === undefined) return { hash: '', lines: ['No policy can be used.'], changes: [] };
  const facts = (await store?.facts()) ?? new Map<string, string>();
  const policy = policyFromMemory(loaded.draft, rememberedFrom(facts), now);
  const changes = policyNotesOf(facts.get(POLICY_NOTE));
  return { hash: loaded.hash, lines: describePolicy(loaded, policy, now, 'without_people'), changes };
}
