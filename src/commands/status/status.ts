/** What the store tells of the worker, in sentences and as plain facts. Pure. */
import type { Hold } from '../../domain/planning/plan.ts';
import { EVIDENCE_SOURCES, standingOf } from '../../domain/evidence/calibration.ts';
import { isPaused } from '../../domain/planning/holds.ts';
import type { LeaseTrace, StoredEvent } from '../../domain/record.ts';
import { formatDuration, HOUR, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { HOLD_WORDS } from '../list/words.ts';
import { sourceSentences, type SourcesKnown } from '../shared/evidence-words.ts';
import { peakFacts, peakSentence } from '../shared/peak-words.ts';
import { withNulls } from '../shared/json.ts';
import type { PolicyForReading } from '../shared/policy-for-reading.ts';
import { rolloutFacts, rolloutSentence, storedRollout } from '../shared/rollout-words.ts';
import {
  policyCaveat,
  usedPolicy,
  workerJson,
  workerSentence,
  type StoredState,
} from '../shared/stored-state.ts';
import type { Times } from '../shared/times.ts';
import { counted } from '../../texts/counted.ts';

/** What the status is made of. */
export interface StatusInput {
  readonly state: StoredState;
  readonly policy: PolicyForReading;
  readonly lease: LeaseTrace | undefined;
  /** The last change of the policy file that is on record. */
  readonly policyEvent: StoredEvent | undefined;
  /** What has been learnt of the platform, in sentences. */
  readonly learnt: readonly string[];
  readonly evidence: SourcesKnown;
}

/** One line for each question that an operator has. */
export function statusLines(input: StatusInput, times: Times): readonly string[] {
  const { state, policy, learnt, evidence } = input;
  const caveat = policyCaveat(state, policy);
  return [
    workerSentence(state),
    modeSentence(state),
    pauseSentence(state, times),
    ...sweepSentences(state, times),
    ...(state.sweep?.peak === undefined ? [] : [peakSentence(state.sweep.peak, times)]),
    ...dueSentences(state, times),
    ...heldSentences(state, times),
    hourSentence(input),
    leaseSentence(input, times),
    ...policySentences(input, times),
    ...rolloutSentences(state, times),
    ...(caveat === undefined ? [] : [caveat]),
    `Store: ${state.path}. Times in ${times.zone}.`,
    ...(learnt.length === 0
      ? ['Nothing has been learnt about the platform yet.']
      : ['Learnt about the platform:', ...learnt.map((sentence) => `  ${sentence}`)]),
    'Evidence of changes that a browser or a person may have made:',
    ...sourceSentences(evidence, times).map((sentence) => `  ${sentence}`),
  ];
}

function modeSentence({ sweep }: StoredState): string {
  if (sweep === undefined) return 'Mode: not known; no sweep of this version is stored.';
  const { mode, organisation } = sweep;
  const what =
    mode === 'observe' ? 'agents are judged, and none is logged off' : 'agents who are due are logged off';
  return `Mode: ${mode}, organisation ${organisation}: ${what}.`;
}

function pauseSentence({ pause, now }: StoredState, times: Times): string {
  if (pause === undefined || !isPaused(pause, now)) return 'Not paused.';
  const by = pause.by === undefined ? '' : ` by ${pause.by}`;
  const until = pause.until === undefined ? 'until resume' : `until ${times.exact(pause.until)}`;
  const why = pause.reason === undefined ? '' : ` (${pause.reason})`;
  return `Paused${by} since ${times.exact(pause.since)}, ${until}${why}: no agent is logged off.`;
}

function sweepSentences({ standing, sweep, now }: StoredState, times: Times): readonly string[] {
  const at = standing?.lastCompleteAt;
  const lines =
    standing === undefined || at === undefined
      ? ['No complete sweep is stored yet.']
      : [`Last complete sweep: ${times.exact(at)}, ${ago(at, now)}; ${agents(standing.population)}.`];
  if (sweep === undefined) return lines;
  if (!sweep.complete) {
    const why = sweep.fault === undefined ? '' : `: ${sweep.fault}`;
    lines.push(`The last sweep, at ${times.exact(sweep.startedAt)}, was not complete${why}.`);
  }
  const { online, verdicts } = sweep;
  const of = (...reasons: readonly string[]): number =>
    reasons.reduce((sum, each) => sum + (verdicts[each] ?? 0), 0);
  const parts: readonly (readonly [number, string])[] = [
    [of('engaged'), 'in an interaction'],
    [of('waiting_on_queue'), 'waiting on queue'],
    [of('waiting', 'warned', 'outside_hours', 'grace', 'ladder_waiting'), 'with a clock running'],
    [of('due', 'ladder_due'), 'due'],
    [of('observed'), 'due by rules that only observe, or wait for the licence peak'],
    [of('held'), 'held on the ladder'],
    [of('exempt'), 'exempt'],
    [of('unknown', 'names_unsure'), 'unknown'],
    [of('no_rule'), 'in a state that no rule covers'],
    [of('no_profile'), 'without a profile'],
  ];
  const shown = parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return [...lines, `Agents: ${online} online${shown.length === 0 ? '' : `; ${shown.join(', ')}`}.`];
}

function dueSentences({ sweep, now }: StoredState, times: Times): readonly string[] {
  if (sweep === undefined) return [];
  const { nextDueAt: at } = sweep;
  if (at === undefined) return ['Next due: no agent, if nothing happens.'];
  return [
    `Next due: ${at <= now ? 'now' : `${times.exact(at)}, in ${formatDuration(at - now)}`}, if nothing happens.`,
  ];
}

function heldSentences(state: StoredState, times: Times): readonly string[] {
  const { sweep, standing } = state;
  return [
    ...holdSentences(sweep),
    ...settlingSentence(standing?.settleLeft ?? 0),
    breakerSentence(brokenIn(state), times),
    ...someAgents(sweep?.verdicts['held'], 'Held after the last rung of the ladder', ', no further action'),
    ...someAgents(
      sweep?.engagedTooLong,
      'In an interaction for longer than caps.engaged_too_long',
      '; "list --reason engaged" names them, the longest first',
    ),
    ...someAgents(sweep?.overdue, 'Overdue for more than two intervals', ''),
    ...clockSentence(sweep?.clockError ?? 0),
  ];
}

function holdSentences(sweep: StoredState['sweep']): readonly string[] {
  if (sweep === undefined) return [];
  const { hold, deferred } = sweep;
  const all = hold === undefined ? [] : [`All action is held back: ${HOLD_WORDS[hold]}.`];
  const single = Object.entries(deferred).filter(([each]) => each !== hold);
  if (single.length === 0) return all;
  return [...all, `Held back: ${single.map(([each, n]) => `${n} by ${holdWords(each)}`).join(', ')}.`];
}

function settlingSentence(left: number): readonly string[] {
  if (left === 0) return [];
  return [`Settling: ${counted(left, 'more sweep only observes', 'more sweeps only observe')}.`];
}

function breakerSentence(broken: Broken | undefined, times: Times): string {
  if (broken === undefined) return 'Breaker: not tripped.';
  return `Breaker: tripped, ${agents(broken.agents)} held back until ${times.exact(broken.until)}; resume frees them.`;
}

function someAgents(n: number | undefined, what: string, then: string): readonly string[] {
  return n === undefined || n === 0 ? [] : [`${what}: ${agents(n)}${then}.`];
}

function clockSentence(error: Duration): readonly string[] {
  const apart = Math.abs(error);
  return apart < SECOND ? [] : [`Clocks: this machine and the platform are ${formatDuration(apart)} apart.`];
}

function holdWords(hold: string): string {
  return hold in HOLD_WORDS ? HOLD_WORDS[hold as Hold] : hold;
}

interface Broken {
  readonly agents: number;
  readonly until: Instant;
}

/** Agents whom the breaker holds now, and the end of the last of these holds. */
function brokenIn({ standing, now }: StoredState): Broken | undefined {
  const until = [...(standing?.ledger.broken.values() ?? [])].filter((each) => each > now);
  return until.length === 0
    ? undefined
    : { agents: until.length, until: until.reduce((a, b) => Math.max(a, b)) };
}

function hourSentence({ state, policy }: StatusInput): string {
  const n = lastHour(state);
  const most = policy.loaded?.draft.content.caps.per_hour;
  return `Log-offs begun in the last hour: ${n}${most === undefined ? '' : ` of ${most} allowed`}.`;
}

function lastHour({ standing, now }: StoredState): number {
  return (standing?.ledger.logoffs ?? []).filter((at) => at > now - HOUR && at <= now + HOUR).length;
}

function leaseSentence({ lease, state }: StatusInput, times: Times): string {
  if (lease === undefined || lease.until <= state.now) return 'Lease: free, no worker holds the store.';
  const whose =
    lease.holder === state.worker?.holder ? 'that worker' : `another process (${lease.holder.slice(0, 8)})`;
  return `Lease: held by ${whose} until ${times.exact(lease.until)} (epoch ${lease.epoch}).`;
}

function policySentences({ state, policyEvent }: StatusInput, times: Times): readonly string[] {
  const hash = usedPolicy(state);
  if (hash === undefined) return ['Policy: none has been used yet.'];
  const isForAll = storedRollout(state.facts).rollout.candidate === undefined;
  const since =
    policyEvent?.reason?.endsWith(hash) === true
      ? `, ${isForAll ? 'in force since' : 'taken up at'} ${times.exact(policyEvent.at)}`
      : '';
  return [`Policy: ${hash}${since}.`];
}

function rolloutSentences({ facts }: StoredState, times: Times): readonly string[] {
  const sentence = rolloutSentence(storedRollout(facts), times);
  return sentence === undefined ? [] : [`${sentence} "rollout status" says more.`];
}

function agents(n: number): string {
  return counted(n, 'agent');
}

function ago(at: Instant, now: Instant): string {
  return `${formatDuration(Math.max(0, now - at))} ago`;
}

/** The same as facts, to be written by `printed`. */
export function statusJson(input: StatusInput): unknown {
  const { state, policy, policyEvent, learnt, evidence } = input;
  const { path, now, standing, sweep, interval, facts } = state;
  return {
    now,
    store: path,
    worker: workerJson(state),
    interval,
    logoffsLastHour: lastHour(state),
    ...withNulls({
      organisation: sweep?.organisation,
      mode: sweep?.mode,
      policy: usedPolicy(state),
      policySince: policyEvent?.at,
      policyFault: policy.fault,
      lastCompleteAt: standing?.lastCompleteAt,
      agents: standing?.population,
      settleLeft: standing?.settleLeft,
      breaker: brokenIn(state),
      peak: sweep?.peak && withNulls(peakFacts(sweep.peak)),
      rollout: rolloutFacts(storedRollout(facts)),
    }),
    ...sweepJson(sweep),
    ...holdersJson(input),
    learnt,
    evidence: evidenceJson(evidence),
  };
}

/** `standing` is null where the policy cannot be read. */
function evidenceJson({ known, asked }: SourcesKnown): object {
  const facts = EVIDENCE_SOURCES.map((source) => {
    const { right, wrong, answers, refused } = known[source];
    const standing = asked && standingOf(known[source], asked.includes(source));
    return [source, { ...withNulls({ standing, refused }), right, wrong, answers }] as const;
  });
  return Object.fromEntries(facts);
}

function sweepJson(sweep: StoredState['sweep']): object {
  if (sweep === undefined) return { held: null, nextDueAt: null, sweep: null };
  const { sweepId, startedAt, took, complete, listed, seen, online, clockError } = sweep;
  const { fault, hold, verdicts, unknown, deferred, outcomes, overdue, left, engagedTooLong } = sweep;
  return {
    ...withNulls({ held: verdicts['held'], nextDueAt: sweep.nextDueAt }),
    sweep: {
      ...{ sweepId, startedAt, took, complete, listed, seen, online, clockError },
      ...withNulls({ fault, hold, engagedTooLong }),
      ...{ verdicts, unknown, deferred, outcomes, overdue, left },
    },
  };
}

/** Who may act, and who keeps that from happening. */
function holdersJson({ state: { pause, now, worker }, lease }: StatusInput): object {
  const isHeld = lease !== undefined && lease.until > now;
  return {
    paused: pause !== undefined && isPaused(pause, now) ? withNulls({ ...pause }) : false,
    lease: isHeld ? { ...lease, isOfWorker: lease.holder === worker?.holder } : null,
  };
}
