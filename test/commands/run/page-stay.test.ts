/** In whose time an agent who was warned reads the page of their warning. */
import { describe, expect, test } from '@jest/globals';
import { stayAtDesk } from '../../../src/commands/run/page-stay.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';
import { deadlineText } from '../../../src/notify/deadline.ts';
import { stayHtml } from '../../../src/server/page/stay-html.ts';
import { MemoryStore } from '../../../src/store/memory/memory-store.ts';
import { load, withRule } from '../../policy-file/texts.ts';
import { stateOf } from '../../store/examples.ts';

const WEEK = 'weekly: { daily: "00:00-24:00" }';
const CHICAGO = `chicago: { timezone: America/Chicago, ${WEEK} }`;
const TOKYO = `tokyo: { timezone: Asia/Tokyo, ${WEEK} }`;
const SHIFTS = 'mine: { source: wfm }';

/** What the page says of a warning by the rule, for a log-off at `dueAt`. */
async function told(calendars: string, hours: string, dueAt: number): Promise<string> {
  const rule = `{ id: gone, description: Gone for an hour, when: { presence: [idle] }, limit: 60m${hours} }`;
  const loaded = load(withRule(rule, `calendars: { ${calendars} }\n`));
  const [sentAt, now] = [dueAt - 5 * MINUTE, () => dueAt - MINUTE];
  const store = new MemoryStore({ now });
  const state = stateOf('jane-id', sentAt);
  await store.saveStep([state], []);
  const { sinceSign } = state.episode.clocks;
  const times = { sinceSign, sentAt, dueAt, length: 30 * MINUTE };
  const ticket = { organisation: 'acme', agentId: 'jane-id', ruleId: 'gone', ...times };
  const found = await stayAtDesk({ loaded: () => loaded, now }, store, ticket, 'look');
  return stayHtml({ ...found, ticket, token: 'a-token' }, '').replaceAll(/<[^>]*>/g, '');
}

describe('the page of a warning tells the time', () => {
  const dueAt = Date.parse('2026-03-02T16:05:59Z');
  test.each([
    [
      'of the rule’s calendar, where calendars are in several zones',
      `${CHICAGO}, ${TOKYO}`,
      ', during: tokyo',
      'Asia/Tokyo',
    ],
    ['of the calendars, where all are in one zone', CHICAGO, '', 'America/Chicago'],
    [
      'of the calendars, where the rule has shifts',
      `${CHICAGO}, ${SHIFTS}`,
      ', outside: mine',
      'America/Chicago',
    ],
    ['of UTC, where nothing else is known', `${CHICAGO}, ${TOKYO}`, '', 'UTC'],
  ])('%s, as the warning does', async (_, calendars, hours, zone) => {
    const text = await told(calendars, hours, dueAt);
    // `2026-03-02 10:05 America/Chicago (UTC-06:00)`
    const [, time = '', named = ''] = deadlineText(dueAt, zone).match(/^\S+ (\S+) (.*)$/) ?? [];
    expect(text).toMatch(new RegExp(`logged off Genesys Cloud at (\\d+-\\d+-\\d+ )?${time}, unless`));
    expect(text).toContain(`Times in ${named}.`);
    expect(text).toContain('You have been idle for long (Gone for an hour)');
  });

  test('with the offset, so that the hour that clocks repeat in autumn is told apart', async () => {
    const [first, second] = ['2026-11-01T06:30:00Z', '2026-11-01T07:30:00Z'].map((at) =>
      told(CHICAGO, '', Date.parse(at)),
    );
    expect(await first).toMatch(/at 01:30, unless[^]*America\/Chicago \(UTC-05:00\)/);
    expect(await second).toMatch(/at 01:30, unless[^]*America\/Chicago \(UTC-06:00\)/);
  });
});
