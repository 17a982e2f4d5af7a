/**
 * What each folder here says of its identity provider. `config.ts` is part of the language of policies and speaks to no one: its
 * keys, its secrets, what it needs, and what `validate` and `doctor` say of it. `connector.ts` asks the provider.
 */
import type { z } from 'zod';
import type { Agent } from '../../domain/agent.ts';
import type { Duration } from '../../domain/time/time.ts';
import type { RetryingClient } from '../../http/retrying.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SelfCheck } from '../../ports/identity.ts';
import { about, block } from '../../shapes/blocks.ts';

type Shape = z.core.$ZodLooseShape;
/** The keys of a connector as they were read. */
export type SettingsOf<S extends Shape> = z.output<ReturnType<typeof block<S>>>;

/** What people are told of a connector. */
export interface ConnectorWords {
  /** The provider's name. */
  readonly provider: string;
  readonly url: string;
  /** By what a subject is told there, such as `user principal name`. */
  readonly attribute: string;
  /** How long the provider takes until an ended session opens nothing any more. */
  readonly delay: Duration;
  /** What else ending a session does, in one or two sentences. */
  readonly reach: string;
}

/** What `config.ts` exports. */
export interface ConnectorConfig<S extends Shape> {
  /** The key under `identity`. */
  readonly name: string;
  /** What editors show of that key. */
  readonly summary: string;
  readonly shape: S;
  /** Which keys are addresses that credentials go to. */
  readonly addresses: readonly (keyof S & string)[];
  /** What a shape cannot say; the sentence of a fault. `given` has not been read yet. */
  readonly faultIn?: (given: Readonly<Record<string, unknown>>) => string | undefined;
  readonly secretsIn: (settings: SettingsOf<S>) => readonly (string | undefined)[];
  /** `subject` is the policy's `identity.subject`. */
  readonly words: (settings: SettingsOf<S>, subject: string) => ConnectorWords;
}

/** Whom a connector is to look for. */
export interface Sought {
  /** How the provider knows the agent. */
  readonly subject: string;
  readonly agent: Pick<Agent, 'id' | 'email'>;
}

/** What a connector tells of a user that it looked for. */
export interface Target {
  /** The provider's own id of the user. */
  readonly id: string;
}

/** The provider's yes. `delay` when it named one itself. */
export interface Ended {
  readonly delay?: Duration | undefined;
  readonly correlationId: string | undefined;
}

/** One identity provider. Its methods throw only `IdentityError`, `RequestError` and the signal's reason. */
export interface Connector {
  /** Looks for exactly one user. */
  find(wanted: Sought, stillMay: () => boolean, signal: AbortSignal): Promise<Target>;
  /** Ends the sessions of a user that was found. */
  end(target: Target, stillMay: () => boolean, signal: AbortSignal): Promise<Ended>;
  /** See `Identity.selfCheck`. */
  check(signal: AbortSignal): Promise<SelfCheck>;
}

/** What a connector works with. */
export interface ConnectorTools {
  readonly client: RetryingClient;
  readonly clock: Clock;
  /** The policy's `identity.subject`. */
  readonly subject: string;
}

/** What `connector.ts` exports as `connect`; nothing is sent yet. */
export type Connect<Settings> = (settings: Settings, tools: ConnectorTools) => Connector;

/** A connector with the settings that a policy has for it. */
export interface ChosenConnector {
  readonly name: string;
  readonly secrets: readonly string[];
  readonly words: ConnectorWords;
  connect(tools: Omit<ConnectorTools, 'subject'>): Promise<Connector>;
}

/** One connector, whatever its keys are. */
export interface ConnectorKind {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly addresses: readonly string[];
  faultIn(given: Readonly<Record<string, unknown>>): string | undefined;
  /** With the settings that the policy has for it; `undefined` where it has none. */
  chosenIn(identity: IdentitySettings): ChosenConnector | undefined;
}

/** The policy's `identity`: at most one connector, by its name. Holds secrets: never log it. */
export interface IdentitySettings {
  /** `email`, `username`, or a template. */
  readonly subject: string;
  readonly per_hour: number;
  readonly [connector: string]: unknown;
}

/** A folder as the registry lists it. What asks the provider is loaded only once it is needed. */
export function connectorKind<S extends Shape>(
  config: ConnectorConfig<S>,
  load: () => Promise<{ readonly connect: Connect<SettingsOf<S>> }>,
): ConnectorKind {
  const { name, summary, shape, addresses } = config;
  return {
    name,
    addresses,
    schema: about(block(shape), summary),
    faultIn: (given) => config.faultIn?.(given),
    chosenIn: (identity) => {
      if (identity[name] === undefined) return undefined;
      // The same shape has read them.
      const settings = identity[name] as SettingsOf<S>;
      const { subject } = identity;
      return {
        name,
        secrets: config.secretsIn(settings).flatMap((secret = '') => (secret === '' ? [] : [secret])),
        words: config.words(settings, subject),
        connect: async (tools) => (await load()).connect(settings, { ...tools, subject }),
      };
    },
  };
}
