/** What a policy file was read into: settings for the parts of the program, and a draft that still lacks the ids. */
import type { Mode } from '../domain/policy/policy.ts';
import type { Duration } from '../domain/time/time.ts';
import type { IdentitySettings } from '../identity/connectors/registry.ts';
import type { Channel } from '../notify/channels/registry.ts';
import type { Content } from './schema.ts';
import type { Source } from './source.ts';

/** The organisation of a policy that has no name. */
export const UNNAMED = 'default';

/** All that is not judging. Holds secrets: never log it whole. */
export interface Settings {
  /** How the organisation is called in metrics and at `/status`. */
  readonly organisation: string;
  readonly mode: Mode;
  /** Where the environment holds the mode down: how it was set there, and what the policy says by itself. */
  readonly held?: { readonly by: string; readonly policySays: Mode };
  readonly genesys: {
    readonly region: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly apiUrl: string | undefined;
    readonly loginUrl: string | undefined;
    readonly requestsPerMinute: number;
    readonly downloadHosts: readonly string[];
    readonly timeout: Duration;
  };
  /** IANA zone in which people are told times whose own zone is not known: that of the calendars, where all have the same, else UTC. */
  readonly zone: string;
  /** `every` is a cron expression in UTC; `interval` the longest time between two of its runs. */
  readonly sweep: { readonly every: string; readonly interval: Duration };
  readonly notify: readonly Channel[];
  /** `undefined` when no connector is set up. */
  readonly identity: IdentitySettings | undefined;
  /** Which sources of evidence are asked. */
  readonly evidence: EvidenceSettings;
  /** With `postgres`, the URL of a database, there is no file. */
  readonly store: {
    readonly sqlite: string;
    readonly postgres?: string | undefined;
    readonly retention: Duration;
  };
  readonly server: { readonly host: string; readonly port: number };
  readonly page: PageSettings;
  readonly log: Content['log'];
  /** Files with policy tests, as written. */
  readonly tests: readonly string[];
}

/** Where the page is reached, and who may see names. */
export interface PageSettings {
  readonly url: string | undefined;
  readonly secret: string | undefined;
  /** Without it the page names no person. */
  readonly signIn: SignInSettings | undefined;
}

/** The provider at which users sign in, and what they may then do. */
export interface SignInSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly claim: string;
  readonly scope: string;
  /** Roles in every organisation. */
  readonly viewers: readonly string[];
  readonly operators: readonly string[];
  /** Roles in single organisations, by their names; in a fleet alone. */
  readonly organisations: Readonly<Record<string, RoleSettings>>;
}

/** Values of the claim, compared exactly. */
export interface RoleSettings {
  readonly viewers: readonly string[];
  readonly operators: readonly string[];
}

/** Which sources of evidence are asked. `auto`: where the client has the permission. */
export interface EvidenceSettings {
  readonly timeline: 'auto' | 'off';
  readonly push: 'on' | 'off';
  readonly signIns: 'on' | 'off';
}

/** The judging part, with names as text, and where each stands. */
export interface Draft {
  readonly hash: string;
  readonly content: Pick<
    Content,
    'mode' | 'exempt' | 'profiles' | 'returns' | 'caps' | 'rollout' | 'calendars' | 'billing'
  > & {
    /** Where warnings carry links. */
    readonly stay?: Content['stay'];
  };
  readonly source: Source;
  /** The policy that was in force for all before; it only counts while this one is brought out. */
  readonly before?: Draft;
}

/** A policy file that has no fault of its own. Whether its names exist is for `resolvePolicy` to find. */
export interface LoadedPolicy {
  readonly settings: Settings;
  readonly draft: Draft;
  /** Twelve hex digits; comments, order of keys and secrets do not change it. */
  readonly hash: string;
  readonly warnings: readonly string[];
  /** Nothing that judging depends on has a stand-in: see `stand-ins.ts`. */
  readonly isWhole: boolean;
}
