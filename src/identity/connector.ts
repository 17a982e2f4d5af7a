/** One kind of identity provider, as the folders of `connectors/` implement it. */
import type { Agent } from '../domain/agent.ts';
import type { Duration } from '../domain/time/time.ts';
import type { SelfCheck } from '../ports/identity.ts';

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

/** One kind of identity provider. Its methods throw only `IdentityError` and the signal's reason. */
export interface Connector {
  readonly provider: string;
  readonly url: string;
  /** By what a subject is told, such as `user principal name`. */
  readonly attribute: string;
  readonly delay: Duration;
  readonly reach: string;
  /** Looks for exactly one user. */
  find(wanted: Sought, stillMay: () => boolean, signal: AbortSignal): Promise<Target>;
  /** Ends the sessions of a user that was found. */
  end(target: Target, stillMay: () => boolean, signal: AbortSignal): Promise<Ended>;
  /** See `Identity.selfCheck`. */
  check(signal: AbortSignal): Promise<SelfCheck>;
}

/** The provider's yes. `delay` when it named one itself. */
export interface Ended {
  readonly delay?: Duration | undefined;
  readonly correlationId: string | undefined;
}
