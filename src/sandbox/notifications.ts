/**
 * Notifications: channels, what they tell of, and the events of presence that they send. A world does nothing by itself: it is
 * brought up to date whenever its time has moved on and something was asked, and every second while a socket is open.
 */
import type { FaultDice } from './faults.ts';
import type { Settings } from './options.ts';
import type { Person } from './organisation.ts';
import { spell, type PresenceDefinition } from './presences.ts';
import { createRandom, makeId, mixSeed } from './random.ts';
import { DAY, MINUTE, SECOND } from './time.ts';
import type { World } from './world.ts';

/** The platform's: the next channel takes the place of the oldest that nobody listens to. */
const MOST_CHANNELS = 20;
const MOST_TOPICS = 1_000;
const HEARTBEAT = 30 * SECOND;
/** A socket is closed so long after it was said to be closing. */
const CLOSED_AFTER = 2 * MINUTE;
const TOPIC = /^v2\.users\.([^.?]+)\.activity$/;

/** Where messages go. */
export interface Line {
  send(text: string): void;
  /** Breaks the connection. */
  end(): void;
}

/** One topic as the platform answers for it. */
export interface TopicState {
  readonly id: string;
  readonly state: 'Permitted' | 'Rejected';
  readonly rejectionReason?: string;
  readonly missingPermissions?: readonly string[];
}

/** A socket, and what it has gone through. */
interface Open {
  readonly line: Line;
  readonly openedAt: number;
  heartbeatAt: number;
  /** When it was said to be closing. */
  closingAt: number | undefined;
}

export interface Channel {
  readonly id: string;
  readonly index: number;
  expiresAt: number;
  /** The agents that it tells of. */
  people: ReadonlyMap<string, Person>;
  open: Open | undefined;
  /** Held back, to come too late. */
  held: string[];
}

export interface NotificationParts {
  readonly world: World;
  readonly settings: Settings;
  readonly dice: FaultDice;
}

export class Notifications {
  readonly #parts: NotificationParts;
  readonly #channels = new Map<string, Channel>();
  /** How many changes of each person's presence have been told. */
  readonly #told = new Map<string, number>();
  #made = 0;
  #toldAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: NotificationParts) {
    this.#parts = parts;
  }

  /** Makes a channel. */
  create(): Channel {
    this.#dropExpired();
    if (this.#channels.size >= MOST_CHANNELS) this.#removeOldest();
    const { settings, world } = this.#parts;
    const id = `streaming-1-${makeId(createRandom(mixSeed(settings.seed, 13, this.#made)))}`;
    const index = this.#made;
    this.#made += 1;
    const expiresAt = world.now() + DAY;
    const channel: Channel = { id, index, expiresAt, people: new Map(), open: undefined, held: [] };
    this.#channels.set(id, channel);
    return channel;
  }

  /** A channel that has not expired. */
  find(id: string): Channel | undefined {
    this.#dropExpired();
    return this.#channels.get(id);
  }

  /** The whole list of what a channel tells of; renews it. Throws `RangeError` for too many topics. */
  subscribe(channel: Channel, topics: readonly string[]): readonly TopicState[] {
    if (topics.length > MOST_TOPICS) throw new RangeError(`a channel has at most ${MOST_TOPICS} topics`);
    const { world, settings } = this.#parts;
    // What happened before is not told.
    this.tell();
    const people = new Map<string, Person>();
    const states = topics.map((id): TopicState => {
      const person = world.find(TOPIC.exec(id)?.[1] ?? '');
      if (!settings.switches.pushOffersActivity)
        return {
          id,
          state: 'Rejected',
          rejectionReason: 'missing permissions',
          missingPermissions: ['presence:userPresence:view'],
        };
      if (person === undefined) return { id, state: 'Rejected', rejectionReason: 'unknown topic' };
      people.set(person.id, person);
      const isTold = [...this.#channels.values()].some((each) => each.people.has(person.id));
      if (!isTold) this.#told.set(person.id, world.desk(person).trail.presence.length);
      return { id, state: 'Permitted' };
    });
    channel.people = people;
    channel.expiresAt = world.now() + DAY;
    return states;
  }

  /** A socket for a channel; one that was there before is closed. */
  connect(channel: Channel, line: Line): void {
    channel.open?.line.end();
    const now = this.#parts.world.now();
    channel.open = { line, openedAt: now, heartbeatAt: now, closingAt: undefined };
    this.#timer ??= setInterval(() => {
      this.tell();
    }, SECOND).unref();
  }

  disconnected(channel: Channel, line: Line): void {
    if (channel.open?.line === line) channel.open = undefined;
  }

  /** What a client has sent over its socket. */
  received(channel: Channel, text: string): void {
    this.tell();
    if (!text.includes('"ping"')) return;
    this.#send(channel, message('channel.metadata', { message: 'pong' }));
  }

  /** Sends what has happened since. */
  tell(): void {
    const { world } = this.#parts;
    const now = world.now();
    const open = [...this.#channels.values()].filter((channel) => channel.open !== undefined);
    const isMoved = now > this.#toldAt;
    this.#toldAt = now;
    for (const channel of open) this.#live(channel, now);
    const late = new Map(open.map((channel) => [channel, isMoved ? channel.held.splice(0) : []]));
    for (const [id, events] of this.#news())
      for (const channel of open.filter(({ people }) => people.has(id)))
        for (const event of events) this.#sendEvent(channel, event);
    for (const [channel, events] of late) for (const event of events) this.#send(channel, event);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const { open } of this.#channels.values()) open?.line.end();
    this.#channels.clear();
  }

  /** What has happened to agents whom any channel tells of, whether it is heard or not. */
  #news(): ReadonlyMap<string, readonly string[]> {
    const people = new Map([...this.#channels.values()].flatMap((channel) => [...channel.people]));
    const news = new Map<string, readonly string[]>();
    for (const [id, person] of people) {
      const { presence } = this.#parts.world.desk(person).trail;
      const from = this.#told.get(id) ?? presence.length;
      this.#told.set(id, presence.length);
      const changes = presence.slice(from);
      if (changes.length > 0)
        news.set(
          id,
          changes.map((change) => this.#event(person, change)),
        );
    }
    return news;
  }

  #event(
    person: Person,
    { at, presence }: { readonly at: number; readonly presence: PresenceDefinition },
  ): string {
    const { world, settings } = this.#parts;
    const { routing, routingAt } = world.desk(person);
    return message(`v2.users.${person.id}.activity`, {
      id: person.id,
      routingStatus: { status: routing, startTime: new Date(routingAt).toISOString() },
      presence: {
        presenceDefinition: {
          id: presence.id,
          systemPresence: spell(presence.system, settings.switches.presenceSpelling),
        },
        presenceMessage: '',
        modifiedDate: new Date(at).toISOString(),
      },
      outOfOffice: { active: false },
      activeQueueIds: [],
    });
  }

  #sendEvent(channel: Channel, event: string): void {
    const { dice } = this.#parts;
    const { pushLost, pushReordered, pushRepeated } = dice.faults;
    const operation = 'push';
    if (dice.strikes(pushLost, operation)) return;
    if (dice.strikes(pushReordered, operation)) channel.held.push(event);
    else this.#send(channel, event);
    if (dice.strikes(pushRepeated, operation)) this.#send(channel, event);
  }

  /** The life of a socket: its heartbeats, its end, and what is said of that before. */
  #live(channel: Channel, now: number): void {
    const { pushDropAfterMs, pushClosingAfterMs } = this.#parts.dice.faults;
    const { open } = channel;
    if (open === undefined) return;
    const age = now - open.openedAt;
    const isClosed = open.closingAt !== undefined && now - open.closingAt >= CLOSED_AFTER;
    if (isClosed || (pushDropAfterMs > 0 && age >= pushDropAfterMs)) {
      open.line.end();
      channel.open = undefined;
      return;
    }
    if (pushClosingAfterMs > 0 && age >= pushClosingAfterMs && open.closingAt === undefined) {
      open.closingAt = now;
      this.#send(channel, message('v2.system.socket_closing', { message: 'the socket is closing' }));
    }
    if (now - open.heartbeatAt < HEARTBEAT) return;
    open.heartbeatAt = now;
    this.#send(channel, message('channel.metadata', { message: 'WebSocket Heartbeat' }));
  }

  /** A silent socket stays open and says nothing. */
  #send({ open }: Channel, text: string): void {
    if (open === undefined) return;
    const { pushSilentAfterMs } = this.#parts.dice.faults;
    const isSilent = pushSilentAfterMs > 0 && this.#parts.world.now() - open.openedAt >= pushSilentAfterMs;
    if (!isSilent) open.line.send(text);
  }

  #dropExpired(): void {
    const now = this.#parts.world.now();
    for (const [id, channel] of this.#channels) {
      if (now < channel.expiresAt) continue;
      channel.open?.line.end();
      this.#channels.delete(id);
    }
  }

  #removeOldest(): void {
    const channels = [...this.#channels.values()];
    const oldest = channels.find(({ open }) => open === undefined) ?? channels[0];
    oldest?.open?.line.end();
    if (oldest !== undefined) this.#channels.delete(oldest.id);
  }
}

function message(topicName: string, eventBody: object): string {
  return JSON.stringify({ topicName, version: '2', eventBody });
}
