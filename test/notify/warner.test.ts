/** Warning the agent: what counts as delivered, and which agents are named to which receivers. */
import { describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import { warnAgent } from '../../src/notify/warner.ts';
import type { Channel } from '../../src/notify/message.ts';
import { channel, FakeSender, FakeLog, StillClock } from './parts.ts';

const ANA = { id: 'u-1', name: 'Ana', email: 'ana@example.com' };
const WARNING = { ruleId: 'gone', limit: HOUR, dueIn: 5 * MINUTE };
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

function setting(channels: readonly Channel[], identities: 'name' | 'id' | 'hash' = 'name'): Setting {
  const [sender, log] = [new FakeSender(), new FakeLog()];
  const parts = {
    channels: () => channels,
    sender,
    clock: new StillClock(),
    log,
    identities: () => identities,
  };
  return { sender, log, warn: (agent = ANA, signal = never) => warnAgent(parts, agent, WARNING, signal) };
}

describe('a warning', () => {
  test('goes by mail to the agent alone, and says when and what to do', async () => {
    const { sender, warn } = setting([MAIL]);
    expect(await warn()).toBe(true);
    expect(sender.sent[0]?.receiver).toBe('ana@example.com');
    expect(sender.sent[0]?.message.message).toContain('logged off Genesys Cloud in 5m');
    expect(JSON.stringify(sender.sent[0]?.message)).not.toContain('Ana');
  });

  test('goes to a hook with what it takes to reach the agent', async () => {
    const { sender, warn } = setting([HOOK]);
    expect(await warn()).toBe(true);
    expect(sender.sent[0]?.message.items).toEqual([
      {
        agentId: 'u-1',
        agent: 'Ana',
        email: 'ana@example.com',
        rule: 'gone',
        limit: HOUR,
        dueIn: 5 * MINUTE,
      },
    ]);
  });

  test.each(['id', 'hash'] as const)('names no agent to a hook where agents go by %s', async (identities) => {
    const { sender, warn } = setting([HOOK], identities);
    await warn();
    expect(sender.sent[0]?.message.items).toEqual([
      { agentId: 'u-1', rule: 'gone', limit: HOUR, dueIn: 5 * MINUTE },
    ]);
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
