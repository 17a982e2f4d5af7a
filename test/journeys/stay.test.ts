/**
 * The whole worker, a warning that reaches its agent by a program, and the answer to it, which comes by way of another process at the
 * worst of moments. The platform says what was really done.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stayAtDesk } from '../../src/commands/run/page-stay.ts';
import type { StoredEvent } from '../../src/domain/record.ts';
import type { Instant } from '../../src/domain/time/time.ts';
import { StayLinks } from '../../src/server/page/stay-link.ts';
import { Receiver } from '../notify/parts.ts';
import { T0 } from '../genesys/fake-platform.ts';
import { person, SmallOrganisation } from './small-organisation.ts';

const SECRET = 'of-the-page-and-as-long-as-a-secret-has-to-be';
const LINKS = new StayLinks({ url: 'https://idle.example.com', secret: SECRET });
const ANA = person(1);

let site: SmallOrganisation;
let phone: Receiver;
beforeEach(async () => {
  phone = await Receiver.open();
});
afterEach(async () => {
  await site.end();
  await phone.close();
});

function policyWith(stay = 'stay: { for: 30m, per_day: 2 }', clock = 'in_state'): string {
  return `caps: { settle: 0 }
profiles:
  - name: everyone
    rules:
      - { id: gone, description: Gone for the day, when: { routing: [off_queue] }, clock: ${clock}, limit: 20m, warn: 5m, actions: [offline, revoke_tokens] }
notify: [{ name: phone, type: webhook, url: "${phone.url}/warn", on: [warning], secret: signed }]
page: { url: "https://idle.example.com", secret: ${SECRET} }
${stay}
`;
}

async function begin(policy = policyWith()): Promise<void> {
  site = Object.assign(new SmallOrganisation(), { people: [{ ...ANA }] });
  await site.begin(policy);
}

/** The links that the agent was sent so far. */
function links(): readonly (string | undefined)[] {
  const warnings = phone.bodies('/warn') as readonly {
    readonly items: readonly { readonly stay?: string }[];
  }[];
  return warnings.map(({ items }) => items[0]?.stay);
}

/** The agent presses the button in a process that has the store and nothing else. */
async function press(link: string | undefined): Promise<string> {
  const now = (): Instant => site.fake.clock.time;
  const ticket = LINKS.open(new URL(link ?? '').searchParams.get('link'), now());
  if (ticket === undefined) throw new Error('the link does not open');
  const { kind } = await stayAtDesk({ loaded: () => undefined, now }, site.store, ticket, 'answer');
  return kind;
}

function minutes(): number {
  return (site.fake.clock.time - T0) / 60_000;
}

async function recorded(): Promise<readonly StoredEvent[]> {
  return await site.store.events({ agentId: ANA.id });
}

test('an agent who answers is left alone for as long as was told, is warned again, and then logged off', async () => {
  await begin();
  await site.sweep(17);
  expect(links()).toEqual([expect.stringMatching(/^https:\/\/idle\.example\.com\/stay\?link=/)]);
  expect(await press(links()[0])).toBe('answered');
  const answeredAt = minutes();
  await site.sweep(answeredAt + 30 - minutes() - 6);
  expect(links()).toHaveLength(1);
  await site.sweep(5);
  expect([links().length, site.loggedOff]).toEqual([2, []]);
  await site.sweep(8);
  expect(site.loggedOff).toEqual([ANA.id]);
  const kinds = (await recorded()).map(({ kind }) => kind);
  expect(kinds).toEqual(['stay', 'intent', 'verified']);
  const [, intent] = await recorded();
  expect((intent?.at ?? 0) - T0).toBeGreaterThanOrEqual((answeredAt + 30) * 60_000);
});

test('after two answers in a day a warning carries no link', async () => {
  await begin(policyWith('stay: { for: 10m, per_day: 2 }', 'since_sign'));
  for (let n = 0; n < 2; n += 1) {
    while (links().length <= n) await site.sweep();
    await press(links()[n]);
  }
  while (links().length < 3) await site.sweep();
  expect(links().map((link) => link === undefined)).toEqual([false, false, true]);
});

test('an answer outlives a worker that did not see it, and a policy that gives less', async () => {
  await begin();
  await site.sweep(17);
  await press(links()[0]);
  await site.restart(policyWith('stay: { for: 1m, per_day: 1 }'));
  await site.sweep(28);
  await site.restart(policyWith(''));
  await site.sweep(1);
  expect([site.loggedOff, minutes()]).toEqual([[], 45]);
});

describe('an answer that comes while the log-off goes on', () => {
  /** Presses once, just before or after the worker has written what `isNow` waits for. */
  async function pressOnce(
    when: 'before' | 'after',
    isNow: (parts: Parameters<typeof site.store.saveStep>) => boolean,
  ): Promise<string> {
    await begin();
    await site.sweep(17);
    let kind = '';
    site.store.instead.saveStep = async (...parts) => {
      const isMine = kind === '' && isNow(parts);
      if (isMine && when === 'before') kind = await press(links()[0]);
      await site.store.inner.saveStep(...parts);
      if (isMine && when === 'after') kind = await press(links()[0]);
    };
    await site.sweep(6);
    return kind;
  }

  const isIntent = ([, events]: Parameters<typeof site.store.saveStep>): boolean =>
    events.some(({ kind }) => kind === 'intent');
  const isOffline = ([memories]: Parameters<typeof site.store.saveStep>): boolean =>
    memories.some(({ logoff }) => logoff?.kind === 'intended' && logoff.done.includes('offline'));

  test.each(['before', 'after'] as const)(
    '%s the intention, and before the first action, stops it: nothing is asked of the platform',
    async (when) => {
      expect(await pressOnce(when, isIntent)).toBe('answered');
      expect([site.loggedOff, site.people[0]?.offlineSince]).toEqual([[], undefined]);
      const outcomes = (await recorded()).filter(({ kind }) => kind !== 'stay' && kind !== 'intent');
      expect(outcomes.map(({ kind, reason }) => [kind, reason])).toEqual([['dropped', 'stay']]);
      await site.sweep(20);
      expect(site.loggedOff).toEqual([]);
    },
  );

  test('after the first action keeps the session from being ended, and takes the agent off the ladder', async () => {
    expect(await pressOnce('before', isOffline)).toBe('answered');
    expect(site.loggedOff).toEqual([]);
    const [last] = (await recorded()).slice(-1);
    expect([last?.kind, last?.reason]).toEqual(['unverified', 'stay']);
    expect((await site.store.loadMemory(ANA.id))?.episode.ladder).toBeUndefined();
  });

  test('when the agent is known to be Offline comes too late, and changes nothing', async () => {
    expect(await pressOnce('after', isOffline)).toBe('gone');
    expect([site.loggedOff, (await recorded()).map(({ kind }) => kind)]).toEqual([
      [ANA.id],
      ['intent', 'verified'],
    ]);
  });
});

test.each([
  ['at all', 1],
  ['any more once the log-off has begun', 2],
])('an answer that cannot be looked for %s holds the log-off back', async (_, first) => {
  await begin();
  await site.sweep(21);
  const { inner } = site.store;
  let asked = 0;
  site.store.events = (query) => {
    if (query.kinds?.includes('stay') === true) asked += 1;
    return asked >= first ? Promise.reject(new Error('the store is lost')) : inner.events(query);
  };
  await site.sweep();
  expect([site.loggedOff, site.people[0]?.offlineSince]).toEqual([[], undefined]);
  site.store.events = (query) => inner.events(query);
  await site.sweep(4);
  expect(site.loggedOff).toEqual([ANA.id]);
});
