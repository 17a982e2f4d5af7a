/**
 * A breadth-first walk over all that can happen to one agent, on the real `track`, `judge` and `plan`, and on our own log-offs. States
 * are told apart by how long ago things were, up to a horizon past which no limit of this policy looks. What must always hold is
 * checked on every step.
 */
import { isDeepStrictEqual } from 'node:util';
import { contextFor, evaluate, type Evaluation, type Watch } from '../../../src/domain/judging/evaluate.ts';
import type { Due } from '../../../src/domain/judging/judge.ts';
import type { Returns } from '../../../src/domain/policy/policy.ts';
import { EMPTY_LEDGER, plan } from '../../../src/domain/planning/plan.ts';
import { measure } from '../../../src/domain/tracking/clocks.ts';
import { beginLogoff, endLogoff, finishLogoff } from '../../../src/domain/tracking/own-logoff.ts';
import { placeIn, silentReturnOf, type AgentState } from '../../../src/domain/tracking/state.ts';
import { stateBody, stateOf } from '../../../src/store/codec.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../../../src/domain/time/time.ts';
import { agent, CAPS, clockTime, exemption, policy, profile, RETURNS, rule } from '../build.ts';
import type { TrackingContext } from '../../../src/domain/tracking/compare.ts';
import { openSuspect, withAnswer } from '../../../src/domain/tracking/suspects.ts';
import { after, bounced, offline, readingOf, stepsFrom, TOKENLESS } from './world.ts';
import type { Step, World } from './world.ts';

const AGENT = agent();
const SIGN = rule({ id: 'sign', limit: '2m' });
const STATE = rule({ id: 'state', clock: 'in_state', when: { presence: ['AWAY', 'IDLE'] }, limit: '2m' });
const WORK = rule({ id: 'work', clock: 'since_work', limit: '4m' });
const LADDER = [
  { wait: MINUTE, actions: ['off_queue', 'offline'] as const },
  { wait: MINUTE, actions: ['off_queue', 'offline', 'revoke_tokens'] as const },
];
const RULES = [SIGN, STATE, WORK];
const RETURNS_OF_WALK: Returns = {
  ...RETURNS,
  grace: MINUTE,
  forget: 6 * MINUTE,
  ladder: LADDER,
  repeat: 3 * MINUTE,
};
const WATCH: Watch = {
  policy: policy({
    exempt: [exemption({ when: { presence: ['TRAINING'] } })],
    profiles: [
      profile({
        rules: RULES,
        returns: RETURNS_OF_WALK,
      }),
    ],
  }),
  usualInterval: MINUTE,
  clockJumped: false,
  nativeTimeouts: [5 * MINUTE],
};
/** What is on record of the agent is told with each reading. */
function contextIn({ stay }: World): TrackingContext {
  return contextFor(AGENT, { ...WATCH, stayOf: () => stay });
}
/** No limit of the policy looks further back. */
const HORIZON: Duration = 8 * MINUTE;
const START: Instant = clockTime('09:00');

const GIVEN_BACK = 'a bounce that evidence gives back counts no more than one that was seen';
const RESTART = 'a restart between any two steps changes nothing';
const STAYED = 'no rule and no rung is due before a stay is over, and every stay that is on record is known';

/** What must hold of every step. */
export const INVARIANTS = [
  'engaged, exempt, Offline and unknown are never due',
  'no clock counts more than was watched since the person acted',
  'a sign takes the agent off the ladder',
  'a silent return that was watched shortens no clock',
  'the ladder answers no agent who has acted since the return',
  GIVEN_BACK,
  RESTART,
  STAYED,
  'the plan acts on agents who are due, and on no others',
] as const;
export type Invariant = (typeof INVARIANTS)[number];

interface Node {
  readonly now: Instant;
  readonly world: World;
  readonly state: AgentState;
  readonly evaluation: Evaluation;
  /** The same life, but for a token that showed the bounces which only evidence can show here; while one is suspect. */
  readonly seen: { readonly world: World; readonly state: AgentState } | undefined;
  /** Words of the way here, the newest first. */
  readonly way: Way | undefined;
}

interface Way {
  readonly word: string;
  readonly before: Way | undefined;
}

/** An invariant that does not hold, and the way to the step. */
export interface Violation {
  readonly invariant: Invariant;
  readonly way: readonly string[];
}

export interface Explored {
  readonly states: number;
  readonly steps: number;
  /** Every state up to this many steps was visited. */
  readonly depth: number;
  readonly violations: readonly Violation[];
  /** How often each of these was met, so that a walk that meets nothing shows. */
  readonly met: Readonly<Record<string, number>>;
}

function start(): Node {
  const since = START - 60 * MINUTE;
  const world: World = {
    presence: 'AVAILABLE',
    presenceSince: since,
    routing: 'OFF_QUEUE',
    routingSince: since,
    calls: 0,
    token: since,
    goneAt: undefined,
    former: 'AVAILABLE',
    quiet: false,
    personAt: START,
    idle: 0,
    before: undefined,
    unseen: false,
    hasCalled: false,
    bounces: [],
    stay: undefined,
  };
  const evaluation = evaluate(undefined, readingOf(world, START, undefined), contextIn(world), WATCH.policy);
  if (evaluation.state === undefined) throw new Error('the first reading was not taken in');
  return { now: START, world, state: evaluation.state, evaluation, seen: undefined, way: undefined };
}

/** Where the walk begins: as fresh as can be, and further down the ladder than its first steps would come. */
const BEGINNINGS: readonly (readonly string[])[] = [
  [],
  ['calls outside', 'ends the interaction'],
  ['sets AWAY', 'takes a call', 'still'],
  ['still', 'still', 'log-off works'],
  ['still', 'still', 'log-off crashes after'],
  ['still', 'still', 'log-off works', 'browser restores'],
  ['still', 'still', 'log-off works', 'browser restores', 'still', 'log-off works'],
  [
    'still',
    'still',
    'log-off works',
    'browser restores',
    'still',
    'log-off works',
    'browser restores, new token',
  ],
  ['still', 'still', 'still', TOKENLESS],
  ['sets ON_QUEUE', 'still', 'still', 'still', TOKENLESS],
  ['sets AWAY', 'still', 'still', 'still', TOKENLESS, 'still', 'still', 'still', TOKENLESS],
  ['takes a call', 'still', 'still', 'still', TOKENLESS],
  ['still', 'still', 'stays', 'still'],
  ['still', 'still', 'still', TOKENLESS, 'stays'],
  ['still', 'still', 'log-off works', 'browser restores', 'still', 'log-off works', 'clicks'],
];

function beginning(words: readonly string[]): Node {
  return words.reduce((node, word) => {
    const next = [...successors(node)].find(({ way }) => way?.word === word);
    if (next === undefined) throw new Error(`no step "${word}" after ${wordsOf(node).join(', ')}`);
    return next;
  }, start());
}

/** Walks so many steps from each beginning, or until `most` states are known. Stops early at the tenth violation. */
export function explore({ depth, most }: { readonly depth: number; readonly most: number }): Explored {
  let level = BEGINNINGS.map(beginning);
  const known = new Set(level.map(keyOf));
  const violations: Violation[] = [];
  const met: Record<string, number> = {};
  const count = (what: string): void => {
    met[what] = (met[what] ?? 0) + 1;
  };
  let [steps, walked] = [0, 0];
  const isOver = (): boolean => known.size >= most || violations.length >= 10;
  /** Checks one step; true where it leads to a state that was not known. */
  const visit = (from: Node, to: Node): boolean => {
    steps += 1;
    count(to.evaluation.verdict.reason);
    for (const { kind } of to.evaluation.events) count(kind);
    if (to.way?.word.startsWith('evidence') === true) count(to.way.word);
    const key = keyOf(to);
    const isNew = !known.has(key);
    known.add(key);
    violations.push(...violationsOf(from, to, isNew));
    return isNew;
  };
  while (walked < depth && level.length > 0 && !isOver()) {
    const next: Node[] = [];
    for (const node of level) {
      if (isOver()) break;
      next.push(...[...successors(node)].filter((reached) => visit(node, reached)));
    }
    if (!isOver()) walked += 1;
    level = next;
  }
  return { states: known.size, steps, depth: walked, violations, met };
}

function wordsOf(node: Node): readonly string[] {
  const words: string[] = [];
  for (let at = node.way; at !== undefined; at = at.before) words.unshift(at.word);
  return words;
}

/** How long ago everything was, up to the horizon. */
function keyOf({ now, world, state }: Node): string {
  return JSON.stringify({ world, state }, (key, value: unknown) => {
    if (key === 'firstSeenAt' || key === 'agentId' || key === 'seq') return undefined;
    if (typeof value !== 'number') return value;
    if (key === 'idle' || key === 'measured' || key === 'delay') return Math.min(value, HORIZON);
    return value > START - 120 * MINUTE ? Math.max(value - now, -HORIZON) : value;
  });
}

function* successors(node: Node): Generator<Node> {
  for (const step of stepsFrom(node.world)) yield follow(node, step.word, node.state, node.world, step);
  yield* answered(node);
  const { due } = node.evaluation.verdict;
  if (due?.mode !== 'enforce') return;
  const still: Step = { word: 'still', lasts: MINUTE, happens: (w) => w };
  for (const how of ['works', 'crashes after', 'crashes before', 'has no effect'] as const) {
    const { state, world } = logOff(node, due, how);
    yield follow(node, `log-off ${how}`, state, world, still);
  }
}

function follow(node: Node, word: string, state: AgentState, before: World, step: Step): Node {
  const world = after(before, step, node.now);
  const now = node.now + step.lasts;
  const evaluation = evaluate(state, readingOf(world, now, step.lacking), contextIn(world), WATCH.policy);
  const way = { word, before: node.way };
  const reached = { now, world, state: evaluation.state ?? state, evaluation, seen: undefined, way };
  return { ...reached, seen: openSuspect(reached.state) === undefined ? undefined : seenAfter(node, step) };
}

/** The life in which each bounce brings a token: it begins with the first of them, and goes on as this one does. */
function seenAfter(node: Node, step: Step): Node['seen'] {
  const { world, state } = node.seen ?? node;
  if (node.seen === undefined && step.word !== TOKENLESS) return undefined;
  const happens = step.word === TOKENLESS ? (w: World) => bounced(w, node.now, true) : step.happens;
  const to = after(world, { ...step, happens }, node.now);
  const read = evaluate(
    state,
    readingOf(to, node.now + step.lasts, step.lacking),
    contextIn(to),
    WATCH.policy,
  );
  return { world: to, state: read.state ?? state };
}

/** What a believed source may say, which is never wrong. Nothing is looked at, and nothing done, before the next step. */
function* answered(node: Node): Generator<Node> {
  const { state, world, evaluation } = node;
  const open = openSuspect(state)?.suspect;
  if (open === undefined) return;
  const isBounce = world.bounces.includes(open.stamp);
  const offline = { from: open.stamp - 15 * SECOND, to: open.stamp };
  const answer = isBounce ? ({ kind: 'bounce', offline } as const) : ({ kind: 'person' } as const);
  const { state: given, events } = withAnswer(state, answer, RETURNS_OF_WALK);
  const verdict = { ...evaluation.verdict, due: undefined, observed: [] };
  const seen = openSuspect(given) === undefined ? undefined : node.seen;
  const way = { word: `evidence: ${answer.kind}`, before: node.way };
  yield { ...node, state: given, evaluation: { ...evaluation, verdict, events }, seen, way };
}

/** Our own log-off: intended, perhaps carried out, perhaps noted as such. */
function logOff(
  { now, state, world }: Node,
  due: Due,
  how: 'works' | 'crashes after' | 'crashes before' | 'has no effect',
): { readonly state: AgentState; readonly world: World } {
  const begun = beginLogoff(state, now, due, RETURNS_OF_WALK);
  if (how === 'crashes before') return { state: begun, world };
  if (how === 'has no effect') {
    const finished = finishLogoff(begun, now + 3 * SECOND, due.actions);
    return { state: endLogoff(finished, now + 4 * SECOND), world };
  }
  const quiet = !due.actions.includes('revoke_tokens');
  const former = world.presence;
  const idle = world.idle + 2 * SECOND;
  const left = { ...world, ...offline(now + 2 * SECOND), former, quiet, idle, before: undefined };
  if (how === 'crashes after') return { state: begun, world: left };
  return { state: finishLogoff(begun, now + 3 * SECOND, due.actions), world: left };
}

/** Everything that does not hold on the step from `before` to `node`. A restart is tried in each state once. */
function violationsOf(before: Node, node: Node, isNew: boolean): readonly Violation[] {
  const asked = isNew ? INVARIANTS : INVARIANTS.filter((invariant) => invariant !== RESTART);
  const broken = asked.filter((invariant) => !CHECKS[invariant](before, node));
  return broken.map((invariant) => ({ invariant, way: wordsOf(node) }));
}

const CHECKS: Readonly<Record<Invariant, (before: Node, node: Node) => boolean>> = {
  'engaged, exempt, Offline and unknown are never due': (_, { evaluation, world }) => {
    const { verdict } = evaluation;
    if (verdict.due === undefined && verdict.observed.length === 0) return true;
    const engaged = world.routing === 'INTERACTING' || world.calls > 0;
    return !engaged && !['OFFLINE', 'TRAINING'].includes(world.presence) && verdict.unknown.length === 0;
  },
  'no clock counts more than was watched since the person acted': (_, { state, now, world }) => {
    if (state.seenAt < now) return true;
    // The reading dates what it alone shows a moment late at most, which protects.
    return measure(state, SIGN, now) <= world.idle && measure(state, WORK, now) <= now - START;
  },
  'a sign takes the agent off the ladder': (before, { state, evaluation }) => {
    const { sign, ladder } = state.episode;
    const isNew = sign !== undefined && !isDeepStrictEqual(sign, before.state.episode.sign);
    const isBack = evaluation.events.some(({ kind }) => kind === 'person_back');
    if (state.last.presence === 'OFFLINE' || !(isNew || isBack) || sign?.kind === 'login') return true;
    return ladder === undefined;
  },
  'a silent return that was watched shortens no clock': (before, { state, evaluation, now }) => {
    const silent = silentReturnOf(state);
    const returned = evaluation.events.some(({ kind }) => kind === 'silent_return');
    if (!returned || silent === undefined || now - before.now > 3 * MINUTE) return true;
    const wentAt = Math.min(before.now, silent.at - (silent.delay ?? 0));
    return measure(state, SIGN, now) >= measure(before.state, SIGN, wentAt);
  },
  'the ladder answers no agent who has acted since the return': (_, { world, state, evaluation }) => {
    const { ladder } = state.episode;
    if (evaluation.verdict.due?.byLadder !== true || ladder === undefined) return true;
    const place = placeIn(ladder);
    const returnedAt = place.kind === 'returned' ? place.returnedAt : silentReturnOf(state)?.at;
    return returnedAt !== undefined && world.personAt <= returnedAt;
  },
  [GIVEN_BACK]: ({ seen: before }, { state, now, way, seen }) => {
    if (way?.word !== 'evidence: bounce' || before === undefined) return true;
    const isLess = RULES.every((each) => measure(state, each, now) <= measure(before.state, each, now));
    if (!isLess || seen !== undefined) return isLess;
    const { graceFrom = -Infinity, ladder } = before.state.episode;
    const hasGrace = (state.episode.graceFrom ?? -Infinity) >= graceFrom;
    return hasGrace && isDeepStrictEqual(state.episode.ladder, ladder);
  },
  [RESTART]: (_, { state, now, world }) => {
    const read = stateOf(state.agentId, stateBody(state));
    if (!read.ok) return false;
    const observation = readingOf(world, now + MINUTE, undefined);
    const kept = evaluate(state, observation, contextIn(world), WATCH.policy);
    const loaded = evaluate(read.value, observation, contextIn(world), WATCH.policy);
    return JSON.stringify(kept) === JSON.stringify(loaded);
  },
  [STAYED]: (_, { world: { stay }, state, evaluation, now }) => {
    if (stay === undefined) return true;
    const isKnown = state.stays.at(-1)?.seq === stay.seq;
    return isKnown && (now >= stay.until || evaluation.verdict.due === undefined);
  },
  'the plan acts on agents who are due, and on no others': (_, { evaluation, now }) => {
    const { due } = evaluation.verdict;
    const candidates = due === undefined ? [] : [{ agentId: AGENT.id, due }];
    const seen = new Set([AGENT.id]);
    const free = plan(candidates, seen, undefined, CAPS, EMPTY_LEDGER, now).act.length;
    const held = plan(candidates, seen, 'paused', CAPS, EMPTY_LEDGER, now).act.length;
    return free === candidates.length && held === 0;
  },
};
