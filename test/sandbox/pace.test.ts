/** People may live faster than the clock; the platform, its stamps and the browsers do not. */
import { describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE, T0, Visit } from './visit.ts';

const PACE = 60;

/** The same person, visited at these times of their own day, lived at this pace. */
async function dayOf(part: string, pace: number, times: readonly number[]): Promise<readonly string[]> {
  const visit = await Visit.begin({ agents: 1, cast: [part], pace });
  try {
    const seen: string[] = [];
    for (const at of times) {
      visit.wind(at / pace);
      const { presence, routingStatus } = await visit.user(visit.idOf(part));
      const since = (Date.parse(presence!.modifiedDate) - T0) * pace;
      seen.push(
        `${presence!.presenceDefinition.systemPresence} ${routingStatus!.status} ${Math.round(since / MINUTE)}`,
      );
    }
    return seen;
  } finally {
    await visit.end();
  }
}

describe('a day of people', () => {
  const hours = Array.from({ length: 20 }, (_, n) => (n + 1) * 0.5 * HOUR);

  test.each([['went-home'], ['ordinary'], ['watching-supervisor'], ['locked-screen']])(
    'of %s is the same at every pace, with stamps at their places on the clock',
    async (part) => {
      expect(await dayOf(part, PACE, hours)).toEqual(await dayOf(part, 1, hours));
    },
  );

  test('begins anew after 24 hours of their own', async () => {
    const visit = await Visit.begin({ agents: 1, cast: ['ordinary'], pace: PACE });
    const state = async (at: number): Promise<string> => {
      visit.wind(at / PACE);
      return await visit.presenceOf(visit.idOf('ordinary'));
    };
    const seen = [await state(20 * HOUR), await state(25 * HOUR)];
    await visit.end();
    expect(seen).toEqual(['OFFLINE', expect.not.stringMatching('OFFLINE')]);
  });
});

test('a browser takes as long as ever to come back by single sign-on', async () => {
  const visit = await Visit.begin({ agents: 1, cast: ['sso-restored'], pace: PACE });
  visit.wind((5 * HOUR) / PACE);
  const id = visit.idOf('sso-restored');
  await visit.revoke(id);
  visit.wait(1_000);
  const token = async (): Promise<number> => Date.parse((await visit.user(id)).lastTokenIssued!.dateIssued);
  const before = await token();
  visit.wait(MINUTE);
  const delay = (await token()) - (T0 + (5 * HOUR) / PACE);
  await visit.end();
  expect(before).toBeLessThan(T0 + (5 * HOUR) / PACE);
  expect(delay).toBeGreaterThanOrEqual(2_000);
  expect(delay).toBeLessThanOrEqual(40_000);
});

test('people cannot live slower than the clock', async () => {
  await expect(Visit.begin({ pace: 0.5 })).rejects.toThrow('at least as fast as the clock');
});
