/** Two random lives of one agent, alike but for a stay in one of them: it never makes anybody due earlier, whatever else happens. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ROUTING_STATUSES, SYSTEM_PRESENCES, type Observation } from '../../../src/domain/agent.ts';
import { contextFor, evaluate } from '../../../src/domain/judging/evaluate.ts';
import type { Policy } from '../../../src/domain/policy/policy.ts';
import type { AgentState, Stay } from '../../../src/domain/tracking/state.ts';
import { HOUR, MINUTE, SECOND, type Instant } from '../../../src/domain/time/time.ts';
import { stateBody, stateOf } from '../../../src/store/codec.ts';
import { agent, calendar, clockTime, policy, profile, RETURNS, rule } from '../build.ts';

const ME = agent();
const HOURS = { calendar: calendar('UTC', ['09:20-09:40', '10:00-11:00']), side: 'during' } as const;

function policyWith(limit: string): Policy {
  const rules = [
    rule({ id: 'sign', limit }),
    rule({ id: 'work', clock: 'since_work', limit }),
    rule({ id: 'state', clock: 'in_state', when: { presence: ['AVAILABLE', 'BREAK', 'IDLE'] }, limit }),
    rule({ id: 'hours', limit, hours: HOURS }),
  ];
  const returns = { ...RETURNS, grace: MINUTE, forget: HOUR };
  return policy({ profiles: [profile({ rules, returns })] });
}

const POLICIES = [policyWith('3m'), policyWith('6m')] as const;

const step = fc.record({
  after: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 20, max: 90 }) },
    { weight: 1, arbitrary: fc.nat(900) },
  ),
  ago: fc.nat(50),
  happens: fc.constantFrom('nothing', 'nothing', 'nothing', 'presence', 'routing', 'talk', 'bounce', 'token'),
  to: fc.nat(20),
  lacks: fc.constantFrom('', '', '', '', '', 'presence', 'routing', 'conversations', 'stamps'),
  reload: fc.nat(12).map((n) => n === 0),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What of a reading may be missing. */
function shown(
  lacks: string,
  presence: NonNullable<Observation['presence']>,
  routing: NonNullable<Observation['routing']>,
  talks: number,
): Pick<Observation, 'presence' | 'routing' | 'conversations'> {
  const stamped = lacks === 'stamps' ? { ...presence, since: undefined } : presence;
  return {
    presence: lacks === 'presence' ? undefined : stamped,
    routing: lacks === 'routing' ? undefined : routing,
    conversations: lacks === 'conversations' ? undefined : { contactCentre: talks, enterprise: 0 },
  };
}

/** What the platform shows, look by look. */
function looksOf(steps: readonly Step[]): readonly (Observation & { readonly reload: boolean })[] {
  let presence: { system: (typeof SYSTEM_PRESENCES)[number]; definitionId: undefined; since: Instant } = {
    ...{ system: 'AVAILABLE', definitionId: undefined, since: clockTime('08:00') },
  };
  let routing: { status: (typeof ROUTING_STATUSES)[number]; since: Instant } = {
    status: 'OFF_QUEUE',
    since: clockTime('08:00'),
  };
  let [talks, token, now] = [0, clockTime('07:59'), clockTime('09:00')];
  return steps.map(({ after, ago, happens, to, lacks, reload }) => {
    now += after * SECOND;
    const at = now - Math.min(ago, after) * SECOND;
    const system = SYSTEM_PRESENCES[to % SYSTEM_PRESENCES.length] ?? 'AVAILABLE';
    if (happens === 'presence') presence = { ...presence, system, since: at };
    if (happens === 'routing')
      routing = { status: ROUTING_STATUSES[to % ROUTING_STATUSES.length] ?? 'IDLE', since: at };
    if (happens === 'talk') talks = talks === 0 ? 1 : 0;
    if (happens === 'bounce') [presence, token] = [{ ...presence, since: at }, at - SECOND];
    if (happens === 'token') token = at;
    return {
      agentId: ME.id,
      at: now,
      ...shown(lacks, presence, routing, talks),
      tokenIssuedAt: token,
      missing: [],
      reload,
    };
  });
}

test('whenever an agent who has stayed is due, so would be the same agent without the stay; and never before it is over', () => {
  let met = 0;
  const lives = fc.array(step, { minLength: 8, maxLength: 50, size: 'max' });
  fc.assert(
    fc.property(lives, fc.nat(30), fc.integer({ min: 1, max: 12 }), (steps, place, minutes) => {
      const twins: { plain?: AgentState | undefined; stayed?: AgentState | undefined } = {};
      let [stay, number]: [Stay | undefined, number] = [undefined, 0];
      for (const [i, look] of looksOf(steps).entries()) {
        if (look.reload) number = 1 - number;
        const now: Policy = POLICIES[number] ?? POLICIES[0];
        const watch = { policy: now, usualInterval: MINUTE, clockJumped: false, nativeTimeouts: [] };
        if (i === place % steps.length) stay = { seq: 1, at: look.at, until: look.at + minutes * MINUTE };
        const plain = evaluate(twins.plain, look, contextFor(ME, watch), now);
        const told = contextFor(ME, { ...watch, stayOf: () => stay });
        const stayed = evaluate(twins.stayed, look, told, now);
        twins.plain = plain.state;
        // A restart after each look.
        const kept = stayed.state && stateOf(ME.id, stateBody(stayed.state));
        twins.stayed = kept?.ok === true ? kept.value : undefined;
        if (stayed.verdict.due === undefined) continue;
        met += stay === undefined ? 0 : 1;
        expect(plain.verdict.due).toBeDefined();
        expect(look.at).toBeGreaterThanOrEqual(stay?.until ?? -Infinity);
      }
    }),
    { numRuns: 1_500 },
  );
  expect(met).toBeGreaterThan(100);
});
