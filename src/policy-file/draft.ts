/** What a policy file was read into: settings for the parts of the program, and a draft that still lacks the ids. */
import type { Mode } from '../domain/policy/policy.ts';
import type { Duration } from '../domain/time/time.ts';
import type { Content } from './schema.ts';
import type { ChannelText, Topic } from './schema-notify.ts';
import type { Source } from './source.ts';

/** One place that news go to. `enabled` is false when its address is empty. */
export interface ChannelSettings {
  readonly name: string;
  readonly type: ChannelText['type'];
  /** A secret: hooks and mail servers carry their key in it. */
  readonly url: string;
  readonly on: ReadonlySet<Topic>;
  readonly enabled: boolean;
  /** Key that messages of a `webhook` are signed with. */
  readonly secret: string | undefined;
  /** Sender and receivers of `email`. */
  readonly from: string | undefined;
  readonly to: readonly string[];
  /** The operator's own words. */
  readonly templates?: ChannelText['templates'];
}

/** All that is not judging. Holds secrets: never log it whole. */
export interface Settings {
  /** How the organisation is called in metrics and at `/status`. */
  readonly organisation: string;
  readonly mode: Mode;
  readonly genesys: {
    readonly region: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly apiUrl: string | undefined;
    readonly loginUrl: string | undefined;
    readonly requestsPerMinute: number;
    readonly timeout: Duration;
  };
  /** `every` is a cron expression in UTC; `interval` the longest time between two of its runs. */
  readonly sweep: { readonly every: string; readonly interval: Duration };
  readonly notify: readonly ChannelSettings[];
  /** `undefined` when no connector is set up. */
  readonly identity: Content['identity'] | undefined;
  readonly store: { readonly sqlite: string; readonly retention: Duration };
  readonly server: { readonly host: string; readonly port: number };
  readonly log: Content['log'];
  /** Files with policy tests, as written. */
  readonly tests: readonly string[];
}

/** The judging part, with names as text, and where each stands. */
export interface Draft {
  readonly hash: string;
  readonly content: Pick<Content, 'mode' | 'exempt' | 'profiles' | 'returns' | 'caps' | 'calendars'>;
  readonly source: Source;
}

/** A policy file that has no fault of its own. Whether its names exist is for `resolvePolicy` to find. */
export interface LoadedPolicy {
  readonly settings: Settings;
  readonly draft: Draft;
  /** Twelve hex digits; comments, order of keys and secrets do not change it. */
  readonly hash: string;
  readonly warnings: readonly string[];
}
