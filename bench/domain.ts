/** Tracking and judging 50,000 agents by the annotated default policy: once with nothing new, once with a tenth changed. */
import type { Agent, Observation } from '../src/domain/agent.ts';
import type { Policy } from '../src/domain/policy/policy.ts';
import { MINUTE } from '../src/domain/time/time.ts';
import { track } from '../src/domain/tracking/track.ts';
import { judge, profileOf } from '../src/domain/judging/judge.ts';
import type { AgentState } from '../src/domain/tracking/state.ts';
import { loadPolicyFile } from '../src/policy-file/load.ts';
import { NAME_KINDS, type NameKind } from '../src/domain/policy/policy.ts';
import type { Draft } from '../src/policy-file/draft.ts';
import { namesNeeded } from '../src/policy-file/names.ts';
import { resolvePolicy } from '../src/policy-file/resolve.ts';
import { median, type Row } from './measure.ts';

const AGENTS = 50_000;
const ROUNDS = 20;
const WARM_UP = 5;
const FROM = Date.parse('2026-03-02T14:00:00Z');
const STATES = [
  ['AVAILABLE', 'OFF_QUEUE'],
  ['ON_QUEUE', 'IDLE'],
  ['ON_QUEUE', 'INTERACTING'],
  ['BREAK', 'OFF_QUEUE'],
  ['IDLE', 'OFF_QUEUE'],
  ['OFFLINE', 'OFF_QUEUE'],
] as const;

export function benchDomain(): readonly Row[] {
  const policy = defaultPolicy();
  const agents = Array.from({ length: AGENTS }, (_, i) => agentOf(i));
  const states: (AgentState | undefined)[] = agents.map(() => undefined);
  let minute = 0;
  const sweep = (isNew: (i: number) => boolean): number => {
    const spent: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      minute += 1;
      const observations = agents.map((agent, i) => observationOf(agent, i, minute, isNew(i)));
      spent.push(trackAndJudge(policy, agents, states, observations));
    }
    return median(spent.slice(WARM_UP));
  };
  return [
    row(
      'track and judge 50,000 agents, nothing new',
      sweep(() => false),
    ),
    {
      what: 'track and judge 50,000 agents, a tenth changed at once',
      measured: `${sweep((i) => i % 10 === minute % 10).toFixed(0)} ms`,
      met: true,
    },
  ];
}

/** How many ms it took. */
function trackAndJudge(
  policy: Policy,
  agents: readonly Agent[],
  states: (AgentState | undefined)[],
  observations: readonly Observation[],
): number {
  const begun = performance.now();
  let due = 0;
  agents.forEach((agent, i) => {
    const observation = observations[i];
    if (observation === undefined) return;
    const profile = profileOf(agent, policy);
    const context = {
      agent,
      exempt: policy.exempt,
      profile,
      usualInterval: MINUTE,
      clockJumped: false,
      nativeTimeouts: [],
    };
    states[i] = track(states[i], observation, context)?.state;
    if (judge(agent, states[i], observation, policy, observation.at, context).due !== undefined) due += 1;
  });
  if (due > AGENTS) throw new Error('more agents due than there are');
  return performance.now() - begun;
}

function row(what: string, ms: number): Row {
  return { what, measured: `${ms.toFixed(0)} ms`, target: 'under 100 ms', met: ms < 100 };
}

/** The annotated default, with an id for every name in it. */
export function defaultPolicy(): Policy {
  return resolvePolicy(defaultDraft(), namesOfDefault(), new Map(), FROM).policy;
}

/** What the annotated default names, as in an organisation that has all of it: under an id of its own. */
export function namesOfDefault(): Readonly<Record<NameKind, { id: string; names: string[] }[]>> {
  const needed = namesNeeded(defaultDraft());
  const named = (kind: NameKind): { id: string; names: string[] }[] =>
    needed[kind].map((name) => ({ id: idOf(name), names: [name] }));
  return Object.fromEntries(NAME_KINDS.map((kind) => [kind, named(kind)])) as ReturnType<
    typeof namesOfDefault
  >;
}

function defaultDraft(): Draft {
  const env = { GENESYS_CLIENT_ID: 'id', GENESYS_CLIENT_SECRET: 'secret' };
  const path = new URL('../config/idle-enforcer.yaml', import.meta.url).pathname;
  return loadPolicyFile(path, env).draft;
}

function idOf(name: string): string {
  return `id of ${name.toLowerCase()}`;
}

/** One of many agents. */
export function agentOf(i: number): Agent {
  const id = `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
  const group = idOf(i % 20 === 0 ? 'Supervisors' : 'Agents');
  const name = `Agent ${i}`;
  const email = `agent.${i}@example.com`;
  return {
    id,
    name,
    email,
    username: email,
    divisionId: 'home',
    groups: [group],
    roles: [],
    queues: [],
    teams: [],
  };
}

function observationOf({ id }: Agent, i: number, minute: number, moved: boolean): Observation {
  const [system, status] = STATES[(moved ? i + minute : i) % STATES.length] ?? STATES[0];
  const at = FROM + minute * MINUTE;
  const since = moved ? at - 20_000 : FROM - MINUTE;
  return {
    agentId: id,
    at,
    presence: { system, definitionId: system, since },
    routing: { status, since },
    conversations: { contactCentre: status === 'INTERACTING' ? 1 : 0, enterprise: 0 },
    tokenIssuedAt: FROM - 10 * MINUTE,
    missing: [],
  };
}
