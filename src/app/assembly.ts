/** What a command brings along to be given a worker, and that worker with everything that it is made of. */
import type { Logger } from 'pino';
import type { Worker } from '../controller/worker.ts';
import type { Policy } from '../domain/policy/policy.ts';
import type { Duration } from '../domain/time/time.ts';
import type { Platform } from '../genesys/platform.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { Sender } from '../notify/send.ts';
import type { Settings } from '../policy-file/draft.ts';
import type { Clock } from '../ports/clock.ts';
import type { Meter, SweepReport } from '../ports/metrics.ts';
import type { Store } from '../ports/store.ts';
import type { Tracer } from '../ports/tracer.ts';
import type { Health } from '../server/health.ts';
import type { Metrics } from '../server/metrics.ts';
import type { Floor } from './floor.ts';
import type { Redactor } from '../texts/redactor.ts';
import type { Reload } from './reload.ts';
import type { StartRefusal } from './startup.ts';

/** What a command brings along. */
export interface Surroundings {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Ends whatever is under way while starting. */
  readonly signal: AbortSignal;
  /** Which command sweeps; `run` unless given. */
  readonly command?: 'run' | 'once';
  /** Takes the messages to people; HTTP and SMTP unless given. */
  readonly sender?: Sender;
  /** Takes the traces of sweeps; OpenTelemetry unless given. */
  readonly tracer?: Tracer;
  /** Knows what may be shown nowhere. */
  readonly redactor?: Redactor;
  /** Watches whom the page names; none is named unless given. */
  readonly floor?: Floor;
  /** Makes the way to the platform; `connect` of `compose.ts` unless given. */
  readonly connect?: (settings: Settings, around: Omit<Surroundings, 'signal'>) => Platform;
  /** Where other organisations are watched in the same process. */
  readonly among?: AmongOthers;
}

/** One organisation among others of a process. */
export interface AmongOthers {
  /** Told which organisation the client belongs to. Throws `PolicyRefused` where another policy watches it already. */
  readonly claim: (organisationId: string) => void;
  /** Told of what has to be put right before the organisation can be watched; it is tried again. */
  readonly refused: (refusal: StartRefusal) => void;
  /** How long a free lease is left to other processes. */
  readonly patience: () => Duration;
}

/** A worker with everything that it is made of. */
export interface Assembly {
  readonly worker: Worker;
  readonly store: Store;
  readonly platform: Platform;
  readonly health: Health;
  /** As it was at the start. */
  readonly policy: Policy;
  /** The way from policy to policy, and what is in force. */
  readonly reload: Reload;
  readonly notifier: Notifier;
  /** To be told of each tick of the schedule that brought no sweep. */
  readonly missed: Meter['missed'];
  /** Says what makes a sweep at once, for when the lease of another worker has become free. */
  readonly onTaken: (sweep: () => void) => void;
  /** The last sweep of this process. */
  readonly lastReport: () => SweepReport | undefined;
  /** Ends all connections; messages have so much real time to leave, the others wait in the store. */
  readonly release: (farewell?: Duration) => Promise<void>;
  /** The same, and the store. */
  readonly close: () => Promise<void>;
}
