/** What `doctor` asks of the platform, in its own words, and what it says. */
import type { EvidenceSource } from '../../domain/evidence/calibration.ts';
import type { Agent, Observation } from '../../domain/agent.ts';
import type { Action, Mode } from '../../domain/policy/policy.ts';
import type { Duration, Instant } from '../../domain/time/time.ts';

/** `fail`: enforcing could not work. `warn`: it works, but not as well as it could. `unknown`: it could not be found out. */
export type CheckVerdict = 'ok' | 'warn' | 'fail' | 'unknown';

/** One thing that was looked at. */
export interface Finding {
  /** Short name that stays the same, for scripts. */
  readonly check: string;
  readonly verdict: CheckVerdict;
  /** What was found, in one sentence. */
  readonly found: string;
  /** Why it matters to this service. */
  readonly why: string;
  /** What to do about it; `undefined` when there is nothing to do. */
  readonly advice?: string | undefined;
}

/** All that was looked at, in a fixed order. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** Whether a log-off could be carried out: nothing failed. */
  readonly canEnforce: boolean;
}

/** A read that may fail: `kind` is `credentials`, `forbidden`, or another word that the message explains. */
export type Reply<T> =
  | { readonly told: true; readonly value: T }
  | { readonly told: false; readonly kind: string; readonly message: string };

export interface NativeTimeout {
  readonly enabled: boolean | undefined;
  readonly timeout: Duration | undefined;
  readonly perGroup: boolean | undefined;
  readonly groups: readonly { readonly timeout: Duration; readonly groupIds: readonly string[] }[];
}

export interface ReconnectSettings {
  readonly restoreEnabled: boolean | undefined;
  readonly restoreWindow: Duration | undefined;
  readonly restoreOnQueue: boolean | undefined;
}

export interface SignIn {
  readonly name: string;
  readonly disabled: boolean;
  readonly forceAuthn: boolean | undefined;
}

/** A permission that a role of the client gives; parts may be `*`. */
export interface PermissionGrant {
  readonly permission: string;
  readonly divisionId: string;
  readonly conditional: boolean;
}

/** See `ProbeResult` of the platform. */
export type Probed = 'allowed' | 'otherwise' | 'not_refused' | 'refused';

/** One page of agents, read as a sweep reads it. */
export interface AgentsPage {
  /** `number`: the listing by cursor is refused. */
  readonly by: 'cursor' | 'number';
  readonly expands: readonly string[];
  readonly sightings: readonly { readonly agent?: Agent; readonly observation: Observation }[];
}

/** Reads that change nothing. Each may reject with an `Error` that has a `kind`. */
export interface DoctorPlatform {
  checkCredentials(): Promise<void>;
  organisation(): Promise<{ readonly name: string | undefined; readonly hipaa: boolean | undefined }>;
  firstPage(): Promise<AgentsPage>;
  divisions(): Promise<readonly { readonly id: string; readonly names: readonly string[] }[]>;
  ownGrants(): Promise<readonly PermissionGrant[] | undefined>;
  probe(permission: string): Promise<Probed | undefined>;
  tokenTimeout(): Promise<NativeTimeout>;
  ownTokenIdles(): Promise<Instant | undefined>;
  presenceSettings(): Promise<ReconnectSettings>;
  authenticationSettings(): Promise<{ readonly universalLogout: boolean | undefined }>;
  identityProviders(): Promise<readonly SignIn[]>;
  rateLimit(): Promise<number | undefined>;
  allowedPerMinute(): number | undefined;
  clockError(): Duration | undefined;
  serverNow(): Instant;
  /** Reads every management unit once. */
  schedules(): Promise<SchedulesRead>;
}

/** How the schedules of the organisation could be read. */
export interface SchedulesRead {
  readonly units: number | undefined;
  readonly fault: string | undefined;
  readonly unread: readonly { readonly unit: string; readonly why: string }[];
  readonly codesUnread: readonly { readonly businessUnit: string; readonly why: string }[];
  /** Agents with a shift, or a day off, in the hours around now. */
  readonly agents: number;
}

/** What the policy wants of the platform. */
export interface DoctorWants {
  readonly mode: Mode;
  /** Every action of every rule and rung. */
  readonly actions: ReadonlySet<Action>;
  /** Kinds of names that the policy uses and that need a permission. */
  readonly kinds: ReadonlySet<'roles' | 'queues' | 'teams'>;
  readonly limits: readonly { readonly rule: string; readonly limit: Duration }[];
  readonly returnWindow: Duration;
  readonly interval: Duration;
  readonly requestsPerMinute: number;
  /** Whether a connector ends SSO sessions. */
  readonly connector: boolean;
  /** Sources of evidence that the policy asks. */
  readonly evidence: readonly EvidenceSource[];
  /** Whether rules or exemptions ask for the agents' schedules. */
  readonly schedules: 'none' | 'shifts' | 'activities';
}

/** Waits for an answer, and takes a refusal as one. Whatever has no `kind` is a mistake, and passes. */
export async function tell<T>(ask: () => Promise<T>): Promise<Reply<T>> {
  try {
    return { told: true, value: await ask() };
  } catch (error) {
    if (!(error instanceof Error) || !('kind' in error) || typeof error.kind !== 'string') throw error;
    return { told: false, kind: error.kind, message: error.message };
  }
}
