/** Channels as the policy file sets them up, and the messages that go through them. */
import type { Instant } from '../domain/time/time.ts';
import type { Topic } from './channels/topics.ts';

export type { Topic } from './channels/topics.ts';

/** Texts of the operator's own, with `{agent}`, `{rule}` and the like in them; what is left out is as usual. */
export interface Template {
  readonly title?: string | undefined;
  readonly text?: string | undefined;
  /** Said of each agent or thing, one by one. */
  readonly line?: string | undefined;
  readonly advice?: string | undefined;
}

/** One place that news go to, with the keys of its kind beside those that all have. Holds secrets: never log it whole. */
export interface Channel {
  readonly name: string;
  /** Which of `channels/` it is. */
  readonly type: string;
  /** A secret: hooks and mail servers carry their key in it. */
  readonly url: string;
  readonly on: ReadonlySet<Topic>;
  /** False when its address is empty. */
  readonly enabled: boolean;
  readonly templates?: Readonly<Partial<Record<Topic, Template | undefined>>> | undefined;
  readonly [own: string]: unknown;
}

/** Facts beside a sentence. Agents are named in them as the policy wants it. */
export type Fields = Readonly<Record<string, unknown>>;

/** One thing that happened. */
export interface Notification {
  readonly kind: Topic;
  /** A constant sentence. */
  readonly message: string;
  readonly fields: Fields;
}

/** News of one kind, as they go out: counted, with some of them as examples. */
export interface Message {
  /** The same for each try and each channel: who gets it twice can tell. */
  readonly id: string;
  readonly at: Instant;
  readonly kind: Topic;
  readonly message: string;
  readonly count: number;
  readonly items: readonly Fields[];
  /** Whose alarm it is. Messages that have waited since before it was noted have none. */
  readonly organisation?: string | undefined;
}

/** Whom a warning is for. */
export interface Warned {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}
