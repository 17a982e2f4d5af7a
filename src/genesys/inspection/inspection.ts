/** What can be found out about the client and its organisation without changing anything. */
import { randomUUID } from 'node:crypto';
import type { Duration, Instant } from '../../domain/time/time.ts';
import { PlatformError } from '../http/errors.ts';
import type { CallOptions, Sdk } from '../http/sdk.ts';
import {
  readAuthenticationSettings,
  readIdentityProviders,
  readOrganisation,
  readOwnGrants,
  readOwnTokenIdles,
  readRateLimit,
  type AuthenticationSettings,
  type IdentityProviderFacts,
  type OrganisationFacts,
  type OwnGrant,
} from './settings-reads.ts';

/**
 * `allowed`: a call that needs the permission succeeded. `otherwise`: it was refused, but another call that does for it was not.
 * `not_refused`: it was made for a user who does not exist, and the platform had nothing against it but that, which proves
 * nothing where it looks for the user first. `refused`: the permission is missing.
 */
export type ProbeResult = 'allowed' | 'otherwise' | 'not_refused' | 'refused';

/** All but the last two throw `PlatformError`. */
export interface Inspection {
  organisation(signal?: AbortSignal): Promise<OrganisationFacts>;
  identityProviders(signal?: AbortSignal): Promise<readonly IdentityProviderFacts[]>;
  authenticationSettings(signal?: AbortSignal): Promise<AuthenticationSettings>;
  /** When the service's own token idles out; `undefined` where tokens do not. */
  ownTokenIdles(signal?: AbortSignal): Promise<Instant | undefined>;
  /** `undefined` when the platform does not tell. */
  ownGrants(signal?: AbortSignal): Promise<readonly OwnGrant[] | undefined>;
  /** Requests a minute, by the organisation's limits. */
  rateLimit(signal?: AbortSignal): Promise<number | undefined>;
  /** Tries a permission out on a user who does not exist. `undefined` for a permission that no call here needs. */
  probe(permission: string, signal?: AbortSignal): Promise<ProbeResult | undefined>;
  /** Local minus server time; `undefined` before the first answer. */
  clockError(): Duration | undefined;
  /** Requests a minute, by the headers of the last answer. */
  allowedPerMinute(): number | undefined;
}

/** What only the connection knows. */
export interface ConnectionFacts {
  readonly clockError: () => Duration | undefined;
  readonly allowed: () => number | undefined;
}

export function inspectionOf(sdk: Sdk, { clockError, allowed }: ConnectionFacts): Inspection {
  const reading = (signal: AbortSignal | undefined): CallOptions => ({ priority: 'read', signal });
  return {
    organisation: (signal) => readOrganisation(sdk, reading(signal)),
    identityProviders: (signal) => readIdentityProviders(sdk, reading(signal)),
    authenticationSettings: (signal) => readAuthenticationSettings(sdk, reading(signal)),
    ownTokenIdles: (signal) => readOwnTokenIdles(sdk, reading(signal)),
    ownGrants: (signal) => readOwnGrants(sdk, reading(signal)),
    rateLimit: (signal) => readRateLimit(sdk, reading(signal)),
    probe: (permission, signal) => probe(sdk, permission, reading(signal)),
    clockError,
    allowedPerMinute: allowed,
  };
}

type Probe = readonly [operation: string, run: (sdk: Sdk) => Promise<unknown>];

/** A call that needs the permission. Those that write, and those about one user, have a user id made up a moment ago, which does not exist. */
const PROBES: Readonly<Record<string, Probe | undefined>> = {
  'directory:user:view': ['getUsersQuery', (sdk) => sdk.users.getUsersQuery({ pageSize: 1 })],
  'presence:presenceDefinition:view': [
    'getPresenceDefinitions0',
    (sdk) => sdk.presence.getPresenceDefinitions0({ deactivated: 'false' }),
  ],
  'presence:settings:view': ['getPresenceSettings', (sdk) => sdk.presence.getPresenceSettings()],
  'sso:provider:view': ['getIdentityproviders', (sdk) => sdk.identityProviders.getIdentityproviders()],
  'routing:queue:view': ['getRoutingQueues', (sdk) => sdk.routing.getRoutingQueues({ pageSize: 1 })],
  'groups:team:view': ['getTeams', (sdk) => sdk.teams.getTeams({ pageSize: 1 })],
  'authorization:role:view': [
    'getAuthorizationRoles',
    (sdk) => sdk.authorization.getAuthorizationRoles({ pageSize: 1 }),
  ],
  'analytics:userDetail:view': [
    'getAnalyticsUsersDetailsJobsAvailability',
    (sdk) => sdk.analytics.getAnalyticsUsersDetailsJobsAvailability(),
  ],
  'analytics:agentState:view': [
    'getAnalyticsAgentStatus',
    (sdk) => sdk.analytics.getAnalyticsAgentStatus(randomUUID()),
  ],
  'audits:audit:view': [
    'getAuditsQueryRealtimeServicemapping',
    (sdk) => sdk.audits.getAuditsQueryRealtimeServicemapping(),
  ],
  'wfm:publishedSchedule:view': [
    'getWorkforcemanagementManagementunits',
    (sdk) => sdk.workforceManagement.getWorkforcemanagementManagementunits(),
  ],
  'oauth:token:delete': ['deleteToken', (sdk) => sdk.tokens.deleteToken(randomUUID())],
  'presence:userPresence:edit': [
    'patchUserPresencesPurecloud',
    // The presence does not exist either.
    (sdk) =>
      sdk.presence.patchUserPresencesPurecloud(randomUUID(), { presenceDefinition: { id: randomUUID() } }),
  ],
  'telephony:station:disassociate': [
    'deleteUserStationAssociatedstation',
    (sdk) => sdk.users.deleteUserStationAssociatedstation(randomUUID()),
  ],
};

/** Calls that the worker makes where the first one is refused. */
const INSTEAD: Readonly<Record<string, Probe | undefined>> = {
  'directory:user:view': ['getUsers', (sdk) => sdk.users.getUsers({ pageSize: 1 })],
};

async function probe(sdk: Sdk, permission: string, options: CallOptions): Promise<ProbeResult | undefined> {
  const found = PROBES[permission];
  if (found === undefined) return undefined;
  const result = await tryOut(sdk, found, options);
  const instead = INSTEAD[permission];
  if (result !== 'refused' || instead === undefined) return result;
  return (await tryOut(sdk, instead, options)) === 'allowed' ? 'otherwise' : 'refused';
}

async function tryOut(sdk: Sdk, [operation, run]: Probe, options: CallOptions): Promise<ProbeResult> {
  try {
    await sdk.call(operation, options, () => run(sdk));
    return 'allowed';
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    if (error.kind === 'forbidden') return 'refused';
    if (error.kind === 'gone' || error.kind === 'refused') return 'not_refused';
    throw error;
  }
}
