/** Channels, news and receivers for the tests of notifications. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Instant } from '../../src/domain/time/time.ts';
import { DeliveryError, type DeliveryFacts } from '../../src/notify/errors.ts';
import type { Channel, Message, Notification, Topic } from '../../src/notify/message.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Sender } from '../../src/notify/send.ts';

export const BASE: Instant = Date.parse('2026-03-02T09:00:00Z');

/** A channel that listens to everything, unless something else is said. */
export function channel(more: Partial<Channel> = {}): Channel {
  const on: ReadonlySet<Topic> = new Set([
    'held',
    'breaker',
    'blind',
    'forbidden',
    'return',
    'policy_refused',
  ]);
  const empty = { url: 'http://127.0.0.1:9/', enabled: true, secret: undefined, from: undefined, to: [] };
  return { name: 'ops', type: 'webhook', on, ...empty, ...more };
}

export function held(agent: string, more: Readonly<Record<string, unknown>> = {}): Notification {
  return { kind: 'held', message: 'an agent is held', fields: { agent, rule: 'gone', ...more } };
}

export const BREAKER: Notification = {
  kind: 'breaker',
  message: 'too many agents became due at once: held back',
  fields: { newlyDue: 40, allowed: 20 },
};

/** What one message tells; every part can be changed. */
export function message(more: Partial<Message> = {}): Message {
  return { id: 'm-1', at: BASE, kind: 'held', message: 'an agent is held', count: 1, items: [], ...more };
}

/** A clock that stands where it is put. */
export class StillClock {
  at = BASE;
  now(): Instant {
    return this.at;
  }
}

export type Line = readonly [level: 'info' | 'warn' | 'error', fields: object, message: string];

/** Keeps what is logged. */
export class FakeLog implements Log {
  readonly lines: Line[] = [];
  debug(): void {
    // Not kept.
  }
  info(fields: object, text: string): void {
    this.lines.push(['info', fields, text]);
  }
  warn(fields: object, text: string): void {
    this.lines.push(['warn', fields, text]);
  }
  error(fields: object, text: string): void {
    this.lines.push(['error', fields, text]);
  }
}

export interface Sent {
  readonly channel: string;
  readonly message: Message;
  readonly receiver: string | undefined;
}

/** Receivers that take everything, refuse, or hang, by the name of their channel. */
export class FakeSender implements Sender {
  readonly sent: Sent[] = [];
  tried = 0;
  /** Refuses single messages, whatever becomes of the others. */
  refuse: (message: Message) => DeliveryError | undefined = () => undefined;
  readonly #faults = new Map<string, DeliveryError>();
  readonly #hanging = new Set<string>();

  fail(name: string, code = 'HTTP 503', facts: DeliveryFacts = {}): void {
    this.#faults.set(name, new DeliveryError(code, facts));
  }

  hang(name: string): void {
    this.#hanging.add(name);
  }

  mend(): void {
    this.#faults.clear();
    this.#hanging.clear();
  }

  async send({ name }: Channel, sent: Message, signal: AbortSignal, receiver?: string): Promise<void> {
    this.tried += 1;
    const fault = this.#faults.get(name) ?? this.refuse(sent);
    if (fault !== undefined) throw fault;
    if (this.#hanging.has(name)) {
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(new DeliveryError('aborted'));
        });
      });
    }
    this.sent.push({ channel: name, message: sent, receiver });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** What a channel was told: how many of which kind. */
  told(name = 'ops'): readonly string[] {
    return this.sent
      .filter((each) => each.channel === name)
      .map(({ message: { kind, count } }) => `${kind} ${count}`);
  }
}

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A receiver on loopback. It answers 200 unless told otherwise; `/hang` never answers. */
export class Receiver {
  readonly received: Received[] = [];
  answer: { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string } = {
    status: 200,
  };
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const path = request.url ?? '';
        this.received.push({ path, headers: request.headers, body });
        if (path.startsWith('/hang')) return;
        response.writeHead(this.answer.status, this.answer.headers).end(this.answer.body ?? 'ok');
      });
    });
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The bodies that came to a path, as JSON. */
  bodies(path: string): readonly Readonly<Record<string, unknown>>[] {
    return this.received
      .filter((one) => one.path === path)
      .map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
