/** One channel over a socket that does as each test says. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { PushChannel, type PushMessage } from '../../../src/genesys/evidence/push-channel.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import type { SocketHooks } from '../../../src/http/socket.ts';

const T0 = Date.parse('2026-03-02T09:00:00Z');
const NEVER = new AbortController().signal;

let now: number;
let sockets: { readonly url: string; readonly hooks: SocketHooks; readonly sent: string[] }[];
/** What becomes of the next socket. */
let next: 'opens' | 'fails' | 'hangs';
/** Whether a socket that is pinged answers. */
let pongs: boolean;
let heard: (PushMessage & { readonly arrivedTo: number })[];
let channel: PushChannel;

beforeEach(() => {
  [now, sockets, next, pongs, heard] = [T0, [], 'opens', true, []];
  channel = new PushChannel('streaming-1', 'wss://streaming.example.com/channels/streaming-1', {
    now: () => now,
    patience: 1,
    message: (message, arrivedTo) => heard.push({ ...message, arrivedTo }),
    open: (url, hooks) => {
      const sent: string[] = [];
      let isOver = false;
      const close = (): void => {
        if (!isOver) hooks.closed();
        isOver = true;
      };
      const opened = (): void => {
        if (!isOver) hooks.opened();
      };
      sockets.push({ url, hooks: { ...hooks, opened, closed: close }, sent });
      if (next === 'opens') queueMicrotask(hooks.opened);
      if (next === 'fails') queueMicrotask(close);
      const send = (text: string): void => {
        sent.push(text);
        if (pongs) queueMicrotask(pong);
      };
      return { send, close };
    },
  });
});

function says(message: object | string): void {
  sockets.at(-1)?.hooks.text(typeof message === 'string' ? message : JSON.stringify(message));
}

function pong(): void {
  says({ topicName: 'channel.metadata', eventBody: { message: 'pong' } });
}

function breaks(): void {
  sockets.at(-1)?.hooks.closed();
}

/** The platform confirms that these are told of. */
async function listening(...agentIds: string[]): Promise<void> {
  await channel.connect(NEVER);
  channel.subscribedAt = now;
  channel.tells(agentIds);
}

test('agents are told of without a gap from ten seconds after the subscription on', async () => {
  await listening('a', 'b');
  expect([...channel.agents]).toEqual([
    ['a', T0 + 10 * SECOND],
    ['b', T0 + 10 * SECOND],
  ]);
  now += MINUTE;
  channel.tells(['a', 'c']);
  expect([channel.agents.get('a'), channel.agents.get('c')]).toEqual([T0 + 10 * SECOND, now + 10 * SECOND]);
});

test('nothing has arrived before the socket has answered, and then all up to the question', async () => {
  await listening('a');
  expect(channel.arrivedTo).toBe(-Infinity);
  now += 5 * SECOND;
  await channel.catchUp(NEVER);
  expect(channel.arrivedTo).toBe(now);
  expect(sockets[0]?.sent).toEqual(['{"message":"ping"}']);
});

test('an answer to an earlier question proves nothing of a later one', async () => {
  await listening('a');
  pongs = false;
  const stopped = AbortSignal.abort();
  await channel.catchUp(stopped);
  expect(channel.isOpen).toBe(true);
  now += MINUTE;
  const second = new AbortController();
  const caughtUp = channel.catchUp(second.signal);
  says({ topicName: 'channel.metadata', eventBody: { message: 'pong' } });
  second.abort();
  await caughtUp;
  expect(channel.arrivedTo).toBe(-Infinity);
});

test('a socket that opens after its sweep has ended is used by the next one', async () => {
  next = 'hangs';
  const sweep = new AbortController();
  const connected = channel.connect(sweep.signal);
  sweep.abort();
  await connected;
  expect(channel.isOpen).toBe(false);
  sockets.at(-1)?.hooks.opened();
  await channel.connect(NEVER);
  expect([channel.isOpen, sockets.length]).toEqual([true, 1]);
});

describe('a socket that breaks', () => {
  test('leaves a gap for all its agents, until it is open again', async () => {
    await listening('a');
    breaks();
    expect([channel.isOpen, channel.agents.get('a')]).toEqual([false, undefined]);
    now += 2 * SECOND;
    await channel.connect(NEVER);
    channel.tells([...channel.agents.keys()]);
    expect([channel.isOpen, channel.agents.get('a')]).toEqual([true, now + 10 * SECOND]);
  });

  test('is opened again after longer and longer pauses, and given up after four failures', async () => {
    next = 'fails';
    const triedAt: number[] = [];
    for (let second = 0; second <= 30; second += 1) {
      const before = sockets.length;
      if (!channel.isGivenUp) await channel.connect(NEVER);
      if (sockets.length > before) triedAt.push(second);
      now += SECOND;
    }
    expect(triedAt).toEqual([0, 1, 3, 7]);
    expect(channel.isGivenUp).toBe(true);
  });

  test('is not given up where it speaks in between', async () => {
    for (let i = 0; i < 10; i += 1) {
      await channel.connect(NEVER);
      says({ topicName: 'channel.metadata', eventBody: { message: 'WebSocket Heartbeat' } });
      breaks();
      now += MINUTE;
    }
    expect([sockets.length, channel.isGivenUp]).toEqual([10, false]);
  });

  test('knows nothing of what had arrived before', async () => {
    await listening('a');
    await channel.catchUp(NEVER);
    breaks();
    now += MINUTE;
    await channel.connect(NEVER);
    expect(channel.arrivedTo).toBe(-Infinity);
  });
});

describe('a clock that ran ahead and is set right', () => {
  test('leaves a gap: what had arrived by then cannot be told', async () => {
    await listening('a');
    await channel.catchUp(NEVER);
    now -= HOUR;
    channel.dropIfSilent();
    expect([channel.isOpen, channel.agents.get('a')]).toEqual([false, undefined]);
    now += 2 * SECOND;
    await channel.connect(NEVER);
    expect([channel.isOpen, channel.arrivedTo]).toEqual([true, -Infinity]);
  });

  test('keeps no socket from being opened again', async () => {
    next = 'fails';
    await channel.connect(NEVER);
    now -= HOUR;
    next = 'opens';
    await channel.connect(NEVER);
    expect(channel.isOpen).toBe(true);
  });
});

describe('a silent socket', () => {
  test('that does not answer is closed, and nothing is known to have arrived', async () => {
    await listening('a');
    pongs = false;
    await channel.catchUp(NEVER);
    expect([channel.isOpen, channel.agents.get('a'), channel.arrivedTo]).toEqual([
      false,
      undefined,
      -Infinity,
    ]);
  });

  test('is closed 75 s after the last message, and not before', async () => {
    await listening('a');
    now += 30 * SECOND;
    says({ topicName: 'channel.metadata', eventBody: { message: 'WebSocket Heartbeat' } });
    now += 75 * SECOND;
    channel.dropIfSilent();
    expect(channel.isOpen).toBe(true);
    now += SECOND;
    channel.dropIfSilent();
    expect([channel.isOpen, channel.agents.get('a')]).toEqual([false, undefined]);
  });
});

describe('what a socket says', () => {
  test('is handed on with its topic, and with up to when all had arrived before', async () => {
    await listening('a');
    await channel.catchUp(NEVER);
    says({ topicName: 'v2.users.a.activity', eventBody: { id: 'a' } });
    expect(heard).toEqual([{ topic: 'v2.users.a.activity', body: { id: 'a' }, arrivedTo: T0 }]);
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"topicName": 7}',
    '{"eventBody": {}}',
    `{"topicName":"t","a":${'['.repeat(100)}`,
  ])('is dropped where it is no message: %s', async (text) => {
    await listening('a');
    says(text);
    expect([heard, channel.isOpen]).toEqual([[], true]);
  });

  test('of its end is kept, while it goes on telling', async () => {
    await listening('a');
    says({ topicName: 'v2.system.socket_closing', eventBody: { message: 'closing' } });
    says({ topicName: 'v2.users.a.activity', eventBody: {} });
    expect([channel.isClosing, heard.length]).toEqual([true, 1]);
  });
});

test('a channel that takes over goes on without a gap only while the former one is open', async () => {
  await listening('a');
  const successor = new PushChannel('streaming-2', 'wss://streaming.example.com/channels/streaming-2', {
    now: () => now,
    message: () => undefined,
    open: (_, hooks) => {
      queueMicrotask(hooks.opened);
      return { send: () => undefined, close: hooks.closed };
    },
  });
  now += MINUTE;
  await successor.connect(NEVER);
  successor.tells(['a']);
  successor.inherits(channel);
  expect(successor.agents.get('a')).toBe(T0 + 10 * SECOND);
  breaks();
  successor.agents.clear();
  successor.tells(['a']);
  successor.inherits(channel);
  expect(successor.agents.get('a')).toBe(now + 10 * SECOND);
});
