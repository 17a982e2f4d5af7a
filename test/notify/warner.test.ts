/** Warning the agent: what counts as delivered, and which agents are named to which receivers. */
import { describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import { webhookBody } from '../../src/notify/channels/webhook/channel.ts';
import { deadlineText } from '../../src/notify/deadline.ts';
import { warnAgent } from '../../src/notify/warner.ts';
import { letterOf } from '../../src/notify/words.ts';
import { spokenLength } from '../../src/texts/spoken.ts';
import type { Channel } from '../../src/notify/message.ts';
import type { WarningNotice } from '../../src/ports/notifier.ts';
import { channel, FakeSender, FakeLog, StillClock } from './parts.ts';

const ANA = { id: 'u-1', name: 'Ana', email: 'ana@example.com' };
const SENT = Date.parse('2026-03-02T16:00:30Z');
const WARNING: WarningNotice = {
  ...{ ruleId: 'gone', description: 'Gone for the day.', limit: HOUR, dueIn: 5 * MINUTE },
  ...{ zone: undefined, stay: { length: 30 * MINUTE, sinceSign: SENT - 55 * MINUTE } },
  ...{ sentAt: SENT, dueAt: SENT + 5 * MINUTE },
};
const FACTS = {
  ...{ rule: 'gone', because: 'Gone for the day.', limit: HOUR, dueIn: 5 * MINUTE, dueAt: SENT + 5 * MINUTE },
  at: '2026-03-02 10:05 America/Chicago (UTC-06:00)',
};
const warning = new Set(['warning'] as const);
const MAIL = channel({
  name: 'mail',
  type: 'email',
  on: warning,
  from: 'idle@example.com',
  to: ['ops@example.com'],
});
const HOOK = channel({ name: 'hook', on: warning });
const never = new AbortController().signal;

interface Setting {
  readonly sender: FakeSender;
  readonly log: FakeLog;
  readonly warn: (agent?: typeof ANA, signal?: AbortSignal) => Promise<boolean>;
}

function setting(
  channels: readonly Channel[],
  identities: 'name' | 'id' | 'hash' = 'name',
  link?: string,
): Setting {
  const [sender, log] = [new FakeSender(), new FakeLog()];
  const parts = {
    channels: () => channels,
    sender,
    clock: new StillClock(),
    log,
    identities: () => identities,
    organisation: () => 'North',
    zone: () => 'America/Chicago',
    stayLink: () => link,
  };
  return { sender, log, warn: (agent = ANA, signal = never) => warnAgent(parts, agent, WARNING, signal) };
}

describe('a warning', () => {
  test('goes by mail to the agent alone, and says when and what to do', async () => {
    const { sender, warn } = setting([MAIL]);
    expect(await warn()).toBe(true);
    expect(sender.sent[0]?.receiver).toBe('ana@example.com');
    expect(sender.sent[0]?.message.message).toBe(
      'You have been idle for long (Gone for the day). You will be logged off Genesys Cloud at 2026-03-02 10:05 America/Chicago (UTC-06:00), in 5 minutes, unless there is a sign of you',
    );
    expect(JSON.stringify(sender.sent[0]?.message)).not.toContain('Ana');
  });

  test('goes to a hook with what it takes to reach the agent', async () => {
    const { sender, warn } = setting([HOOK]);
    expect(await warn()).toBe(true);
    expect(sender.sent[0]?.message.items).toEqual([
      { agentId: 'u-1', agent: 'Ana', email: 'ana@example.com', ...FACTS },
    ]);
  });

  test.each(['id', 'hash'] as const)('names no agent to a hook where agents go by %s', async (identities) => {
    const { sender, warn } = setting([HOOK], identities);
    await warn();
    expect(sender.sent[0]?.message.items).toEqual([{ agentId: 'u-1', ...FACTS }]);
  });

  test('counts only once a receiver has taken it', async () => {
    const { sender, log, warn } = setting([MAIL, HOOK]);
    sender.fail('mail', 'EENVELOPE 550');
    sender.fail('hook', 'HTTP 500');
    expect(await warn()).toBe(false);
    expect(log.lines.map(([, fields]) => fields)).toEqual([
      { channel: 'mail', rule: 'gone', fault: 'EENVELOPE 550' },
      { channel: 'hook', rule: 'gone', fault: 'HTTP 500' },
    ]);
    sender.mend();
    expect(await warn()).toBe(true);
  });

  test('counts at once when one channel has taken it and another hangs', async () => {
    const { sender, warn } = setting([HOOK, MAIL]);
    sender.hang('hook');
    expect(await warn()).toBe(true);
  });

  test('that no channel can carry does not count', async () => {
    const off = channel({ ...HOOK, enabled: false });
    const { sender, warn } = setting([
      off,
      channel({ type: 'slack', on: warning }),
      channel({ type: 'teams', on: warning }),
    ]);
    expect(await warn()).toBe(false);
    expect(sender.tried).toBe(0);
  });

  test.each(['', 'ana', 'ana@example.com, ben@example.com', 'ana@example.com\nBcc: ben@example.com'])(
    'is not mailed to "%s"',
    async (email) => {
      const { sender, warn } = setting([MAIL]);
      expect(await warn({ ...ANA, email })).toBe(false);
      expect(sender.tried).toBe(0);
    },
  );

  test('is called off with the sweep', async () => {
    const { sender, warn } = setting([HOOK]);
    sender.hang('hook');
    const stop = new AbortController();
    const told = warn(ANA, stop.signal);
    stop.abort();
    expect(await told).toBe(false);
  });
});

describe('a warning that may be answered', () => {
  const LINK = 'https://idle.example.com/stay?link=abc';
  const own = { warning: { text: 'Until {at}: {stay}', line: '{rule} {stay}' } };

  test('has the link in the mail on a line of its own, and among the facts for a program', async () => {
    const { sender, warn } = setting([MAIL, HOOK], 'name', LINK);
    await warn();
    const mail = sender.sent.find(({ channel: to }) => to === 'mail')?.message;
    const letter = letterOf(mail!, {});
    expect(letter.advice.split('\n')).toEqual([
      'Change your presence or take an interaction if you are there. Or open this page and say that you are there:',
      '',
      LINK,
    ]);
    expect([letter.text, letter.lines]).toEqual([
      expect.stringContaining(
        'You will be logged off Genesys Cloud at 2026-03-02 10:05 America/Chicago (UTC-06:00), in 5 minutes',
      ),
      ['rule gone · limit 1h · in 5m'],
    ]);
    const hook = sender.sent.find(({ channel: to }) => to === 'hook')?.message;
    const body = JSON.parse(webhookBody(hook!, letterOf(hook!, {}))) as {
      items: unknown[];
      organisation: string;
    };
    expect(body.organisation).toBe('North');
    expect(body.items).toEqual([
      {
        ...{
          agentId: 'u-1',
          agent: 'Ana',
          email: 'ana@example.com',
          rule: 'gone',
          because: 'Gone for the day.',
        },
        ...{ limit_seconds: 3_600, due_in_seconds: 300, dueAt: '2026-03-02T16:05:30.000Z' },
        ...{ at: '2026-03-02 10:05 America/Chicago (UTC-06:00)', stay: LINK },
      },
    ]);
  });

  test('has time and link where an operator’s own words put them, whole however long the line is', async () => {
    const long = `${LINK}${'d'.repeat(400)}`;
    const { sender, warn } = setting([MAIL], 'name', long);
    await warn();
    const { text, lines } = letterOf(sender.sent[0]!.message, { templates: own });
    expect(text).toBe(`Until 2026-03-02 10:05 America/Chicago (UTC-06:00): ${long}`);
    expect(lines).toEqual([`gone ${long}`]);
  });

  test('leaves nothing in their place where it has no link', async () => {
    const { sender, warn } = setting([MAIL]);
    await warn();
    const { text, advice } = letterOf(sender.sent[0]!.message, { templates: own });
    expect([text, advice.includes('link')]).toEqual([
      'Until 2026-03-02 10:05 America/Chicago (UTC-06:00): ',
      false,
    ]);
  });

  test('is written to no log, also where it cannot be delivered', async () => {
    const { sender, log, warn } = setting([MAIL], 'name', LINK);
    sender.fail('mail', 'EENVELOPE 550');
    await warn();
    expect(log.lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(log.lines)).not.toContain('link=');
  });
});

test.each([
  ['UTC', '2026-03-02 16:05 UTC'],
  ['Asia/Kolkata', '2026-03-02 21:35 Asia/Kolkata (UTC+05:30)'],
  ['America/St_Johns', '2026-03-02 12:35 America/St_Johns (UTC-03:30)'],
])('the time of a log-off is told by the clocks of %s, and never later than it is', (zone, expected) => {
  expect(deadlineText(Date.parse('2026-03-02T16:05:59Z'), zone)).toBe(expected);
});

test.each([
  [5 * MINUTE, '5 minutes'],
  [HOUR + 30 * MINUTE, '1 hour 30 minutes'],
  [61_400, '1 minute 1 second'],
  [0, '1 second'],
])('a length of %i ms is told as %s', (length, expected) => {
  expect(spokenLength(length)).toBe(expected);
});
