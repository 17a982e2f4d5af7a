/** Settings of the organisation that clash, or do not, with what the service does. */
import { DAY, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { asArray, asNumber, asObject, asText } from '../../http/read-json.ts';
import { asInstant } from '../http/json.ts';
import type { CallOptions, Sdk } from '../http/sdk.ts';

/** "Renew presence on reconnect" (`RestorePresenceSettings`). `undefined` is what the platform left out. */
export interface PresenceSettings {
  readonly restoreEnabled: boolean | undefined;
  /** How long after a disconnect the former presence comes back. */
  readonly restoreWindow: Duration | undefined;
  readonly restoreOnQueue: boolean | undefined;
}

/** The platform's own inactivity timeout (`IdleTokenTimeout`). */
export interface TokenTimeout {
  readonly enabled: boolean | undefined;
  readonly timeout: Duration | undefined;
  /** Some groups have timeouts of their own. */
  readonly perGroup: boolean | undefined;
  /** These: the first in order of priority counts for a member of several. */
  readonly groups: readonly { readonly timeout: Duration; readonly groupIds: readonly string[] }[];
}

/** The organisation that the client belongs to. */
export interface OrganisationFacts {
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** Whether it is held to the rules of HIPAA, where the platform says so. */
  readonly hipaa: boolean | undefined;
}

/** One way of signing in by SAML. */
export interface IdentityProviderFacts {
  readonly name: string;
  readonly disabled: boolean;
  /** Whether the provider is told to ask for credentials each time. */
  readonly forceAuthn: boolean | undefined;
}

/** `OrgAuthSettings`, as far as it matters here. */
export interface AuthenticationSettings {
  /** Whether a person who logs out of one client is logged out of all. */
  readonly universalLogout: boolean | undefined;
}

/** What is granted to the client: permissions like `oauth:token:delete` with the divisions they hold in. */
export interface OwnGrant {
  /** May have `*` for any of its three parts. */
  readonly permission: string;
  /** `*` is all divisions. */
  readonly divisionId: string;
  /** Holds only under a condition of the role. */
  readonly conditional: boolean;
}

/** `GET /api/v2/presence/settings`, needs `presence:settings:view`. Throws `PlatformError`. */
export async function readPresenceSettings(sdk: Sdk, options: CallOptions): Promise<PresenceSettings> {
  const answer = await sdk.call('getPresenceSettings', options, () => sdk.presence.getPresenceSettings());
  const raw = asObject(asObject(answer.body)?.['restorePresenceSettings']);
  return {
    restoreEnabled: asFlag(raw?.['enabled']),
    restoreWindow: asNumber(raw?.['restoreTimeMilliseconds']),
    restoreOnQueue: asFlag(raw?.['restoreOnQueueEnabled']),
  };
}

/** `GET /api/v2/tokens/timeout`. Throws `PlatformError`. */
export async function readTokenTimeout(sdk: Sdk, options: CallOptions): Promise<TokenTimeout> {
  const answer = await sdk.call('getTokensTimeout', options, () => sdk.tokens.getTokensTimeout());
  const raw = asObject(answer.body);
  return {
    enabled: asFlag(raw?.['enableIdleTokenTimeout']),
    timeout: asTimeout(raw?.['idleTokenTimeoutSeconds']),
    perGroup: asFlag(raw?.['inactivityTimeoutGroupsEnabled']),
    groups: (asArray(raw?.['inactivityTimeoutGroupBundles']) ?? []).flatMap(groupTimeout),
  };
}

function groupTimeout(entry: unknown): TokenTimeout['groups'][number][] {
  const raw = asObject(entry);
  const timeout = asTimeout(raw?.['timeoutSeconds']);
  const groupIds = (asArray(raw?.['groups']) ?? []).filter((id) => typeof id === 'string');
  return timeout === undefined ? [] : [{ timeout, groupIds }];
}

/** A native timeout in seconds. The platform takes 5 min to 8 h: nothing at all, or days, is none, and would explain any login. */
function asTimeout(value: unknown): Duration | undefined {
  const length = (asNumber(value) ?? 0) * SECOND;
  return length >= SECOND && length <= 2 * DAY ? length : undefined;
}

/** `GET /api/v2/organizations/me`. Throws `PlatformError`. */
export async function readOrganisation(sdk: Sdk, options: CallOptions): Promise<OrganisationFacts> {
  const answer = await sdk.call('getOrganizationsMe', options, () => sdk.organization.getOrganizationsMe());
  const raw = asObject(answer.body);
  return {
    id: asText(raw?.['id']),
    name: asText(raw?.['name']),
    hipaa: asFlag(asObject(raw?.['features'])?.['hipaa']),
  };
}

/** `GET /api/v2/identityproviders`, needs `sso:provider:view`. Throws `PlatformError`. */
export async function readIdentityProviders(
  sdk: Sdk,
  options: CallOptions,
): Promise<readonly IdentityProviderFacts[]> {
  const operation = 'getIdentityproviders';
  const answer = await sdk.call(operation, options, () => sdk.identityProviders.getIdentityproviders());
  return (asArray(asObject(answer.body)?.['entities']) ?? []).map((entity) => {
    const raw = asObject(entity);
    return {
      name: asText(raw?.['providerName']) ?? asText(raw?.['name']) ?? asText(raw?.['id']) ?? 'without a name',
      disabled: raw?.['disabled'] === true,
      forceAuthn: asFlag(raw?.['forceAuthn']),
    };
  });
}

/** `GET /api/v2/organizations/authentication/settings`. Throws `PlatformError`. */
export async function readAuthenticationSettings(
  sdk: Sdk,
  options: CallOptions,
): Promise<AuthenticationSettings> {
  const operation = 'getOrganizationsAuthenticationSettings';
  const answer = await sdk.call(operation, options, () =>
    sdk.organization.getOrganizationsAuthenticationSettings(),
  );
  return { universalLogout: asFlag(asObject(answer.body)?.['universalLogout']) };
}

/**
 * `GET /api/v2/tokens/me`: when the service's own token idles out, or `undefined` where tokens do not. Asking does not
 * move that moment. Throws `PlatformError`.
 */
export async function readOwnTokenIdles(sdk: Sdk, options: CallOptions): Promise<Instant | undefined> {
  const answer = await sdk.call('getTokensMe', options, () =>
    sdk.tokens.getTokensMe({ preserveIdleTTL: true }),
  );
  return asInstant(asObject(answer.body)?.['dateTokenIdles']);
}

/**
 * `GET /api/v2/authorization/subjects/me`: what the roles of this client allow, or `undefined` when the answer does not
 * tell permissions. Throws `PlatformError`.
 */
export async function readOwnGrants(
  sdk: Sdk,
  options: CallOptions,
): Promise<readonly OwnGrant[] | undefined> {
  const operation = 'getAuthorizationSubjectsMe';
  const answer = await sdk.call(operation, options, () => sdk.authorization.getAuthorizationSubjectsMe());
  const grants = asArray(asObject(answer.body)?.['grants']);
  const found = (grants ?? []).flatMap(grantsOf);
  return found.length === 0 ? undefined : found;
}

function grantsOf(entry: unknown): OwnGrant[] {
  const raw = asObject(entry);
  const divisionId = asText(asObject(raw?.['division'])?.['id']) ?? '*';
  const policies = asArray(asObject(raw?.['role'])?.['policies']) ?? [];
  return policies.flatMap((policy) => {
    const { domain, entityName, actions, condition } = asObject(policy) ?? {};
    const conditional = asText(condition) !== undefined;
    return (asArray(actions) ?? []).map((action) => ({
      permission: [domain, entityName, action].map((part) => asText(part) ?? '').join(':'),
      divisionId,
      conditional,
    }));
  });
}

/** `GET /api/v2/organizations/limits/namespaces/platform.api`: requests a token may make a minute. Throws `PlatformError`. */
export async function readRateLimit(sdk: Sdk, options: CallOptions): Promise<number | undefined> {
  const operation = 'getOrganizationsLimitsNamespace';
  const answer = await sdk.call(operation, options, () =>
    sdk.organization.getOrganizationsLimitsNamespace('platform.api'),
  );
  const limits = (asArray(asObject(answer.body)?.['entities']) ?? []).map(asObject);
  const named = (key: string): number | undefined =>
    asNumber(limits.find((limit) => limit?.['key'] === key)?.['value']);
  return named('client.credentials.token.rate.per.minute') ?? named('token.rate.per.minute');
}

function asFlag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}
