/**
 * Presence changes as they happen: channels of the platform's notification service, each with a WebSocket. Channels are opened,
 * subscribed and renewed within what the rate budget leaves for evidence; sockets are mended beside the sweeps. Nothing rests on it.
 */
import { parseSystemPresence } from '../../domain/agent.ts';
import { ARRIVES_WITHIN, type PushedChange } from '../../domain/evidence/push.ts';
import { HOUR, MINUTE, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { asArray, asText, member } from '../../http/read-json.ts';
import type { OpenSocket } from '../../http/socket.ts';
import {
  MOST_LISTENED_TO,
  NO_ROOM,
  type EvidenceFault,
  type PushLook,
  type PushSource,
} from '../../ports/evidence.ts';
import { asInstant, asName } from '../http/json.ts';
import type { Scrubber } from '../http/scrub.ts';
import { evidenceCall, failed, faultless, type EvidenceParts } from './asking.ts';
import { PushChannel, type PushMessage } from './push-channel.ts';
import { PushComparison } from './push-comparison.ts';
import { PushedLog } from './pushed-log.ts';
import { refusalOf, type SocketPlace } from './socket-address.ts';

const OPEN = 'postNotificationsChannels';
const SUBSCRIBE = 'putNotificationsChannelSubscriptions';
/** What is refused names no permission in the documentation; the scope has this name. */
const PERMISSION = 'notifications';
const MOST_TOPICS = 1_000;
const MOST_CHANNELS = MOST_LISTENED_TO / MOST_TOPICS;
/** So many are opened in one sweep: the others follow in the next ones. */
const MOST_OPENED = 4;
/** A channel lasts 24 h from the last subscription on. */
const RENEWED_AFTER: Duration = 20 * HOUR;
/** An event that arrives later than what came after it, by more than this, came too late to be counted upon. */
const LATE_AFTER: Duration = 10 * SECOND;
/** In real time: how often sockets are looked after beside the sweeps. */
const TENDED_EVERY: Duration = 5 * SECOND;

/** What push is made of. */
export interface PushParts extends EvidenceParts, SocketPlace {
  readonly open: OpenSocket;
  /** Server time. */
  readonly now: () => Instant;
  readonly scrubber: Pick<Scrubber, 'hide'>;
}

/** Listens over one connection. Nothing is sent before the first look. */
export function pushOf(parts: PushParts): PushSource {
  return new Listener(parts);
}

class Listener implements PushSource {
  readonly #parts: PushParts;
  readonly #log = new PushedLog();
  readonly #channels: PushChannel[] = [];
  readonly #channelOf = new Map<string, PushChannel>();
  /** Channels that are going to end, each with the one that takes its place. */
  readonly #successors = new Map<PushChannel, PushChannel>();
  readonly #comparison = new PushComparison();
  #timer: NodeJS.Timeout | undefined;
  #resting = new AbortController();

  constructor(parts: PushParts) {
    this.#parts = parts;
  }

  async listen(looks: readonly PushLook[], stopped: AbortSignal): Promise<EvidenceFault | undefined> {
    this.#timer ??= setInterval(() => {
      // In a sweep each socket is asked whether it is there.
      for (const channel of this.#channels) channel.dropIfSilent();
      void this.#mend(this.#resting.signal);
    }, TENDED_EVERY).unref();
    const signal = AbortSignal.any([stopped, this.#resting.signal]);
    await this.#mend(signal);
    const fault = await faultless(PERMISSION, signal, () => this.#tend(looks, signal));
    await this.catchUp(signal);
    this.#log.prune(this.#parts.now());
    for (const look of looks) this.#comparison.compare(look, this.told(look.agentId), this.#parts.now());
    return fault;
  }

  async catchUp(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#channels.map((channel) => channel.catchUp(signal)));
  }

  told(agentId: string): ReturnType<PushSource['told']> {
    const channel = this.#channelOf.get(agentId);
    if (channel === undefined) return undefined;
    const { changes, from: kept } = this.#log.of(agentId);
    const since = channel.agents.get(agentId);
    const from = since === undefined ? undefined : Math.max(since, kept);
    return { changes, from, to: channel.arrivedTo };
  }

  isWhole(): boolean {
    return this.#comparison.isWhole(this.#parts.now());
  }

  rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#resting.abort(new Error('nobody is listened to any more'));
    this.#resting = new AbortController();
    for (const channel of this.#channels.splice(0)) channel.drop();
    this.#channelOf.clear();
    this.#successors.clear();
    this.#comparison.clear();
    this.#log.clear();
  }

  /** Sockets alone: costs no request. */
  async #mend(signal: AbortSignal): Promise<void> {
    this.#handOver();
    for (const channel of this.#channels.filter(({ isGivenUp }) => isGivenUp)) this.#forget(channel);
    await Promise.all(
      this.#channels.map(async (channel) => {
        await channel.connect(signal);
        if (channel.isOpen && channel.subscribedAt !== undefined) channel.tells([...channel.agents.keys()]);
      }),
    );
  }

  /** Replaces channels that end, renews old ones, and listens to agents who are new, as far as there is room for requests. */
  async #tend(looks: readonly PushLook[], signal: AbortSignal): Promise<EvidenceFault | undefined> {
    for (const channel of [...this.#channels]) {
      if (channel.isClosing && !this.#successors.has(channel)) {
        const fault = await this.#replace(channel, signal);
        if (fault !== undefined) return fault;
      } else if (this.#isOld(channel)) {
        this.#leaveOut(channel, new Set(looks.map(({ agentId }) => agentId)));
        const fault = await this.#subscribe(channel, [...channel.agents.keys()], signal);
        if (fault !== undefined) return fault;
      }
    }
    return this.#takeIn(newAmong(looks, this.#channelOf), signal);
  }

  async #takeIn(fresh: readonly string[], signal: AbortSignal): Promise<EvidenceFault | undefined> {
    let [rest, opened] = [fresh, 0];
    while (rest.length > 0) {
      const channel =
        this.#channels.find(({ agents, isClosing }) => agents.size < MOST_TOPICS && !isClosing) ??
        (this.#channels.length < MOST_CHANNELS && opened++ < MOST_OPENED
          ? await this.#openChannel(signal)
          : undefined);
      if (channel === undefined) return undefined;
      if (!(channel instanceof PushChannel)) return channel;
      const free = MOST_TOPICS - channel.agents.size;
      const taken = rest.slice(0, free);
      const fault = await this.#subscribe(channel, [...channel.agents.keys(), ...taken], signal);
      if (fault !== undefined) return fault;
      for (const id of taken) this.#channelOf.set(id, channel);
      rest = rest.slice(free);
    }
    return undefined;
  }

  #isOld({ subscribedAt = Infinity }: PushChannel): boolean {
    return this.#parts.now() - subscribedAt >= RENEWED_AFTER;
  }

  /** Agents who are not listed any more. */
  #leaveOut({ agents }: PushChannel, listed: ReadonlySet<string>): void {
    for (const id of [...agents.keys()].filter((each) => !listed.has(each))) {
      agents.delete(id);
      this.#channelOf.delete(id);
      this.#comparison.forget(id);
    }
  }

  /**
   * Another channel for the same agents is there before the old one is gone. Where there may be no more of them, the socket breaks
   * in time and is opened again.
   */
  async #replace(old: PushChannel, signal: AbortSignal): Promise<EvidenceFault | undefined> {
    if (this.#channels.length >= MOST_CHANNELS) return undefined;
    if (this.#parts.room() < 2) return failed(NO_ROOM);
    const channel = await this.#openChannel(signal);
    if (!(channel instanceof PushChannel)) return channel;
    const fault = await this.#subscribe(channel, [...old.agents.keys()], signal);
    if (fault === undefined) this.#successors.set(old, channel);
    return fault;
  }

  /** Goes over to channels that take the places of others, once they are sure to tell; at once where the other is gone. */
  #handOver(): void {
    for (const [old, { subscribedAt = Infinity }] of this.#successors) {
      const isSure = this.#parts.now() >= subscribedAt + ARRIVES_WITHIN;
      if (isSure || !old.isOpen) this.#forget(old);
    }
  }

  /** Opens a channel and its socket, which hears from the first subscription on. */
  async #openChannel(signal: AbortSignal): Promise<PushChannel | EvidenceFault> {
    const { sdk } = this.#parts;
    const answer = await sdk.call(OPEN, evidenceCall(signal), () =>
      sdk.notifications.postNotificationsChannels(),
    );
    const id = asName(member(answer.body, 'id'));
    const address = asText(member(answer.body, 'connectUri'));
    if (id === undefined || address === undefined) return failed(`${OPEN}: the answer holds no channel`);
    // Who has the address can listen.
    this.#parts.scrubber.hide(address);
    const refusal = refusalOf(address, this.#parts);
    if (refusal !== undefined) return failed(`${OPEN}: the address of the channel is ${refusal}`);
    const channel = new PushChannel(id, address, {
      open: this.#parts.open,
      now: this.#parts.now,
      message: (message, arrivedTo) => {
        this.#heard(message, arrivedTo);
      },
    });
    this.#channels.push(channel);
    await channel.connect(signal);
    return channel;
  }

  async #subscribe(
    channel: PushChannel,
    agentIds: readonly string[],
    signal: AbortSignal,
  ): Promise<EvidenceFault | undefined> {
    const { sdk, room, now } = this.#parts;
    if (room() < 1) return failed(NO_ROOM);
    // Nothing was asked for yet: the channel is as good as before.
    signal.throwIfAborted();
    const topics = agentIds.map((id) => ({ id: topicOf(id) }));
    let body: unknown;
    try {
      const options = { ignoreErrors: true };
      ({ body } = await sdk.call(SUBSCRIBE, evidenceCall(signal), () =>
        sdk.notifications.putNotificationsChannelSubscriptions(channel.id, topics, options),
      ));
    } catch (error) {
      // The platform may not know the channel any more, or hold the topics without having said so.
      this.#forget(channel);
      throw error;
    }
    const rejected = rejectionsIn(body);
    if (rejected === undefined) return failed(`${SUBSCRIBE}: the answer holds no list of topics`);
    const granted = agentIds.filter((id) => !rejected.has(topicOf(id)));
    const [missing] = [...rejected.values()];
    if (granted.length === 0 && missing !== undefined) {
      this.#forget(channel);
      return { kind: 'forbidden', permission: missing };
    }
    channel.subscribedAt = now();
    // Those that were refused are not asked for in each sweep: they have a place, and are told of nothing.
    channel.tells(granted);
    return undefined;
  }

  /** Ends a channel. Its agents are told of by its successor, where it has one; else they are as if never listened to. */
  #forget(channel: PushChannel): void {
    const place = this.#channels.indexOf(channel);
    if (place >= 0) this.#channels.splice(place, 1);
    const successor = this.#successors.get(channel);
    this.#successors.delete(channel);
    successor?.inherits(channel);
    channel.drop();
    for (const [id, each] of this.#channelOf) {
      if (each !== channel) continue;
      if (successor === undefined) this.#channelOf.delete(id);
      else this.#channelOf.set(id, successor);
    }
  }

  #heard({ topic, body }: PushMessage, arrivedTo: Instant): void {
    const agentId = agentIn(topic);
    const change = changeIn(body);
    if (agentId === undefined || change === undefined || !this.#channelOf.has(agentId)) return;
    const { now } = this.#parts;
    // What is stamped later than now would stand before all that comes.
    if (change.at > now() + MINUTE || !this.#log.take(agentId, change)) return;
    const since = this.told(agentId)?.from;
    const isLate = since !== undefined && change.at > since && change.at < arrivedTo - LATE_AFTER;
    if (isLate) this.#comparison.missed(now());
  }
}

/** Agents who are not listened to; those who are online first. */
function newAmong(looks: readonly PushLook[], known: ReadonlyMap<string, unknown>): readonly string[] {
  const fresh = looks.filter(({ agentId }) => !known.has(agentId) && TOPIC_ID.test(agentId));
  const isOnline = ({ presence }: PushLook): boolean => presence !== 'OFFLINE';
  return [...fresh.filter(isOnline), ...fresh.filter((look) => !isOnline(look))].map(
    ({ agentId }) => agentId,
  );
}

/** It becomes a part of a topic's name. */
const TOPIC_ID = /^[\w-]{1,64}$/;
const TOPIC = /^v2\.users\.([\w-]{1,64})\.activity$/;

function topicOf(agentId: string): string {
  return `v2.users.${agentId}.activity`;
}

function agentIn(topic: string): string | undefined {
  return TOPIC.exec(topic)?.[1];
}

/** `undefined` where the message tells no presence. */
function changeIn(body: unknown): PushedChange | undefined {
  const at = asInstant(member(body, 'presence', 'modifiedDate'));
  const word = asName(member(body, 'presence', 'presenceDefinition', 'systemPresence'));
  if (at === undefined || word === undefined) return undefined;
  return { at, presence: parseSystemPresence(word) ?? 'UNKNOWN' };
}

/** Topics that were refused, each with the permission that is missing; `undefined` where the answer holds no list. */
function rejectionsIn(body: unknown): ReadonlyMap<string, string> | undefined {
  const topics = asArray(member(body, 'entities'));
  if (topics === undefined) return undefined;
  const rejected = new Map<string, string>();
  for (const topic of topics) {
    const id = asText(member(topic, 'id'));
    if (id === undefined || asText(member(topic, 'state'))?.toLowerCase() !== 'rejected') continue;
    const [missing] = asArray(member(topic, 'missingPermissions')) ?? [];
    rejected.set(id, asName(missing) ?? PERMISSION);
  }
  return rejected;
}
