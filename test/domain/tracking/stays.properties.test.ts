/** Two random lives of one agent, alike but for a stay in one of them: it never makes anybody due earlier, whatever else happens. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contextFor, evaluate } from '../../../src/domain/judging/evaluate.ts';
import type { Policy } from '../../../src/domain/policy/policy.ts';
import type { AgentState, Stay } from '../../../src/domain/tracking/state.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { stateBody, stateOf } from '../../../src/store/codec.ts';
import { calendar, policy, profile, RETURNS, rule } from '../build.ts';
import { looksOf, ME, step } from '../looks.ts';

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
