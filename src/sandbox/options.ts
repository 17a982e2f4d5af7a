/** What a sandbox can be told: size, clock, cast, the open questions of the platform, and faults. */
import type { CastMix } from './casting.ts';
import { DEFAULT_FAULTS, type Faults } from './faults.ts';
import type { PresenceSpelling } from './presences.ts';
import type { Planned } from './planned.ts';
import { HOUR, MINUTE, SECOND } from './time.ts';

/** Questions that the platform's documentation leaves open. A program that works must work with either answer. */
export interface Switches {
  /** How long after its tokens are revoked a client is taken Offline, ms; `false`: revoking never changes the presence. */
  readonly revokeSetsOffline: number | false;
  /** Whether an agent on queue stays there when their tokens are revoked. */
  readonly revokeKeepsRouting: boolean;
  /** Whether `lastTokenIssued` moves when a browser comes back by single sign-on. */
  readonly tokenMovesOnSilentReturn: boolean;
  /** The `modifiedDate` of a presence that a return restored: the moment of the return, or the date it had before. */
  readonly restoredDate: 'fresh' | 'former';
  /** Whether setting the presence that an agent already has moves its `modifiedDate`. */
  readonly samePresenceMovesDate: boolean;
  /** The presence that an agent On Queue has after `PUT routingstatus OFF_QUEUE`. */
  readonly presenceAfterOffQueue: 'available' | 'kept';
  /** The platform's own inactivity timeout; only clients without background calls ever reach it. */
  readonly nativeTimeoutMinutes: 'off' | 15 | 30 | 60;
  /** "Renew presence on reconnect": for how long after a disconnect the former presence comes back. */
  readonly reconnectMinutes: 1 | 10 | 60;
  readonly restoreOnQueue: boolean;
  /** Largest page that each listing gives. */
  readonly maxPageSize: { readonly users: number; readonly usersQuery: number; readonly others: number };
  /** Whether `GET /api/v2/users/query` is there. */
  readonly cursorListing: 'available' | 'forbidden' | 'missing';
  /** Whether a last page that is full still carries a cursor, which leads to an empty page. */
  readonly lastFullPageHasCursor: boolean;
  /** How many users page numbers can reach; beyond, 400 although `pageCount` promises more. */
  readonly numberedListingWall: number | 'none';
  readonly presenceSpelling: PresenceSpelling;
  /** Whether single sign-on is told to ask for credentials each time; only shown, never played. */
  readonly forceAuthn: boolean;
  /** Whether logging out of one client logs out of all; only shown. */
  readonly universalLogout: boolean;
  /** Whether a client is told what its own roles allow. */
  readonly tellsGrants: boolean;
  /** Whether presence history keeps an Offline that lasted less than a second. */
  readonly historyKeepsShortOffline: boolean;
  /** Whether the audit log that is asked at once covers sign-ins. */
  readonly auditsCoverSignIns: boolean;
  /** How the audit log names the user of a sign-in: by the address of what was signed in to, or by the id of who acted, or of whom it is about. */
  readonly auditsNameUsersBy: 'address' | 'actor' | 'target';
  /** Whether the client may listen to the activity of users. */
  readonly pushOffersActivity: boolean;
  /** How many management units workforce management has. */
  readonly managementUnits: number;
  /** Whether the client's permission is limited to teams, with which schedules are refused. */
  readonly schedulesTeamOnly: boolean;
}

export const DEFAULT_SWITCHES: Switches = {
  revokeSetsOffline: 5 * SECOND,
  revokeKeepsRouting: false,
  tokenMovesOnSilentReturn: true,
  restoredDate: 'fresh',
  samePresenceMovesDate: true,
  presenceAfterOffQueue: 'available',
  nativeTimeoutMinutes: 30,
  reconnectMinutes: 10,
  restoreOnQueue: true,
  maxPageSize: { users: 500, usersQuery: 500, others: 100 },
  cursorListing: 'available',
  lastFullPageHasCursor: false,
  numberedListingWall: 'none',
  presenceSpelling: 'upper',
  forceAuthn: false,
  universalLogout: false,
  tellsGrants: true,
  historyKeepsShortOffline: true,
  auditsCoverSignIns: true,
  auditsNameUsersBy: 'address',
  pushOffersActivity: true,
  managementUnits: 3,
  schedulesTeamOnly: false,
};

/** Every permission that a route of the sandbox asks for. */
export const ALL_PERMISSIONS: readonly string[] = [
  'analytics:agentState:view',
  'analytics:userDetail:view',
  'audits:audit:view',
  'authorization:role:view',
  'directory:organization:admin',
  'directory:user:view',
  'groups:team:view',
  'oauth:token:delete',
  'presence:presenceDefinition:view',
  'presence:settings:view',
  'presence:userPresence:edit',
  'routing:queue:view',
  'sso:provider:view',
  'telephony:otherStationAssociation:view',
  'telephony:station:disassociate',
  'wfm:publishedSchedule:view',
];

/** Some of the first of all people leave for good, one after another, and as many of the last take their places. */
export interface Turnover {
  readonly people: number;
  /** Within this time from the first shift on, ms. */
  readonly withinMs: number;
}

/** What is published for the person with this place in the organisation. */
export type Schedules = (person: { readonly index: number; readonly id: string }) => Planned;

export interface SandboxOptions {
  /** The same seed gives the same people, the same stories and the same faults. */
  readonly seed: number;
  readonly agents: number;
  /** The server's time, ms. It may be wound, but not turned back. */
  readonly now: () => number;
  /** When the first shift begins, ms. Everyone is Offline before. */
  readonly startsAt: number;
  /** Length of a shift, in the people's own time; a new one begins every 24 h of it. Default 8 h. */
  readonly shiftMs?: number;
  /** How many times faster than the clock people live their day. Browsers and the platform go by the clock. Default 1. */
  readonly pace?: number;
  /** Shares of each archetype, or the archetype of each agent by name, repeated as often as needed. */
  readonly cast?: CastMix | readonly string[];
  /** Default: persons come and go only by their story. */
  readonly turnover?: Turnover;
  /** What workforce management publishes for a person. Default: the shift of each day, for those in a unit. */
  readonly schedules?: Schedules;
  readonly switches?: Partial<Switches>;
  readonly faults?: Partial<Faults>;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** What the client's role allows. Default: everything. */
  readonly permissions?: Iterable<string>;
  /** Names of the divisions in which the role is granted. Default: all. */
  readonly grantedDivisions?: Iterable<string>;
  /** Requests per token and minute. Default 300. */
  readonly requestsPerMinute?: number;
  /** Lifetime of an access token, seconds. Default 24 h. */
  readonly tokenSeconds?: number;
}

/** The options with every default filled in. */
export interface Settings {
  readonly seed: number;
  readonly agents: number;
  readonly now: () => number;
  readonly startsAt: number;
  readonly shiftMs: number;
  readonly pace: number;
  readonly cast: CastMix | readonly string[] | undefined;
  readonly turnover: Turnover | undefined;
  readonly schedules: Schedules | undefined;
  readonly switches: Switches;
  readonly faults: Faults;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly permissions: ReadonlySet<string>;
  readonly grantedDivisions: ReadonlySet<string> | 'all';
  readonly requestsPerMinute: number;
  readonly tokenSeconds: number;
}

/** Fills in the defaults. Throws `RangeError` for numbers that make no sense. */
export function settle(options: SandboxOptions): Settings {
  const { seed, agents, now, startsAt, shiftMs = 8 * HOUR, pace = 1 } = options;
  refuse({ agents, shiftMs, pace });
  return {
    seed,
    agents,
    now,
    startsAt,
    shiftMs,
    pace,
    cast: options.cast,
    turnover: options.turnover,
    schedules: options.schedules,
    switches: { ...DEFAULT_SWITCHES, ...options.switches },
    faults: { ...DEFAULT_FAULTS, ...options.faults },
    clientId: options.clientId ?? 'sandbox-client',
    clientSecret: options.clientSecret ?? 'sandbox-secret',
    permissions: new Set(options.permissions ?? ALL_PERMISSIONS),
    grantedDivisions: options.grantedDivisions === undefined ? 'all' : new Set(options.grantedDivisions),
    requestsPerMinute: options.requestsPerMinute ?? 300,
    tokenSeconds: options.tokenSeconds ?? 86_400,
  };
}

function refuse({ agents, shiftMs, pace }: Pick<Settings, 'agents' | 'shiftMs' | 'pace'>): void {
  if (!Number.isInteger(agents) || agents < 0)
    throw new RangeError(`agents must be a whole number, not ${agents}`);
  if (!(shiftMs >= 30 * MINUTE && shiftMs <= 16 * HOUR)) {
    throw new RangeError('a shift lasts between 30 minutes and 16 hours');
  }
  if (!(pace >= 1)) throw new RangeError('people live at least as fast as the clock');
}
