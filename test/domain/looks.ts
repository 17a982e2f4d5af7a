/** Random looks at an agent, whatever becomes of them: what the platform shows, with parts that are missing now and then. */
import fc from 'fast-check';
import { ROUTING_STATUSES, SYSTEM_PRESENCES, type Observation } from '../../src/domain/agent.ts';
import { SECOND, type Instant } from '../../src/domain/time/time.ts';
import { agent, clockTime } from './build.ts';

/** The agent who is looked at. */
export const ME = agent();

/** What happens before a look. */
export const step = fc.record({
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
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

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

/** One look; `reload`: another policy is taken up before it. */
export type Look = Observation & { readonly reload: boolean };

/** What the platform shows, look by look. */
export function looksOf(steps: readonly Step[]): readonly Look[] {
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
