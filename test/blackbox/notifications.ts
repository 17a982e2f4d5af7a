/**
 * The platform's notification service as its documents have it: channels, what they are subscribed to, and a WebSocket for each. It
 * shares nothing with `src/`.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { People, Person } from './people.ts';
import { problem, type Reply } from './reply.ts';

const DAY = 86_400_000;
const MOST_TOPICS = 1_000;
const LONGEST_TOPIC = 200;

interface Channel {
  topics: ReadonlySet<string>;
  socket: WebSocket | undefined;
}

export class Notifications {
  /** Agents whose presence the client may not hear of. */
  readonly refused = new Set<string>();
  /** What was subscribed to that the documents do not know. */
  readonly unknown: string[] = [];
  /** Changes that were pushed to anybody. */
  sent = 0;
  readonly #people: People;
  readonly #channels = new Map<string, Channel>();
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #tell: (person: Person) => object;

  constructor(people: People, tell: (person: Person) => object) {
    this.#people = people;
    this.#tell = tell;
    people.onPresence = (person) => {
      this.#push(person);
    };
  }

  /** A channel, and where its socket is: at the host that was asked. */
  open(host: string): Reply {
    const id = `streaming-0-${randomUUID().replaceAll('-', '')}`;
    this.#channels.set(id, { topics: new Set(), socket: undefined });
    const expires = new Date(this.#people.now() + DAY).toISOString();
    return { status: 200, body: { id, connectUri: `ws://${host}/channels/${id}`, expires } };
  }

  /** Replaces all that the channel was subscribed to. */
  subscribe(id: string, body: unknown): Reply {
    const channel = this.#channels.get(id);
    if (channel === undefined) return problem(404, 'not.found');
    const topics = (body as readonly { readonly id: string }[]).map((topic) => topic.id);
    if (topics.length > MOST_TOPICS) return problem(400, 'notifications.too.many.topics');
    const entities = topics.map((topic) => {
      const [, user = ''] = USER_TOPIC.exec(topic) ?? [];
      if (this.#people.all.has(user) && !this.refused.has(user)) return { id: topic, state: 'Permitted' };
      return { id: topic, state: 'Rejected', missingPermissions: ['presence:userPresence:view'] };
    });
    channel.topics = new Set(entities.filter(({ state }) => state === 'Permitted').map((each) => each.id));
    return { status: 200, body: { entities } };
  }

  /** Somebody wants to open the socket of a channel. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const channel = this.#channels.get(/^\/channels\/([\w-]+)$/.exec(request.url ?? '')?.[1] ?? '');
    if (channel === undefined) {
      socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      channel.socket?.close();
      channel.socket = opened;
      opened.on('message', (data) => {
        const { message, ...rest } = JSON.parse((data as Buffer).toString()) as Record<string, unknown>;
        if (message === 'ping' && Object.keys(rest).length === 0)
          send(opened, { topicName: 'channel.metadata', eventBody: { message: 'pong' } });
        else this.unknown.push((data as Buffer).toString());
      });
    });
  }

  /** All sockets break. */
  breakSockets(): void {
    for (const { socket } of this.#channels.values()) socket?.terminate();
  }

  #push(person: Person): void {
    const topicName = `v2.users.${person.id}.activity`;
    const eventBody = { id: person.id, ...this.#tell(person) };
    for (const { topics, socket } of this.#channels.values()) {
      if (!topics.has(topicName) || socket === undefined) continue;
      send(socket, { topicName, version: '2', eventBody });
      this.sent += 1;
    }
  }
}

/** What the documents do not know of in a list of topics; `undefined` where all is known. */
export function topicsFault(body: unknown): string | undefined {
  if (!Array.isArray(body)) return 'no list';
  const topics = body as readonly Readonly<Record<string, unknown>>[];
  const odd = topics.find(({ id, ...rest }) => typeof id !== 'string' || Object.keys(rest).length > 0);
  if (odd !== undefined) return `an odd topic ${JSON.stringify(odd)}`;
  const names = topics.map(({ id }) => String(id));
  return names.find((name) => name.length >= LONGEST_TOPIC || !USER_TOPIC.test(name));
}

const USER_TOPIC = /^v2\.users\.([\da-f-]{36})\.activity$/;

function send(socket: WebSocket, message: object): void {
  socket.send(JSON.stringify(message));
}
