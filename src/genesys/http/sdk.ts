/**
 * The official SDK with our own HTTP client plugged in. This is the only file that touches the SDK.
 *
 * Its traps and what is done about them:
 * - on import it reads `~/.genesyscloudjavascript/config` and watches it: the watch is ended at once, and every
 *   connection has its own `ApiClient` in which whatever the file said about hosts and logging is undone;
 * - its errors are not errors and hold tokens: our HTTP client throws `PlatformError`, which it hands on untouched;
 * - it joins lists with commas where the OpenAPI document says "multi": taken apart again here;
 * - it knows one gateway for login and API alike: it is given a host that does not exist, and the path alone is used,
 *   so nothing can go anywhere but to the addresses in the settings.
 */
import sdk from 'purecloud-platform-client-v2';
import { DAY, type Duration } from '../../domain/time/time.ts';
import { SMALL_BOUNDS } from '../../http/json.ts';
import { bearerOf, lifetimeOf } from '../../http/spans.ts';
import { currentCall, type Answer, type Call, type Effort } from './call.ts';
import type { Hosts } from './regions.ts';
import type { Priority } from './rate-budget.ts';
import { asObject } from '../../http/read-json.ts';
import { PlatformUnreachableError } from './errors.ts';
import type { Scrubber } from './scrub.ts';
import { TokenSource, type TokenGrant } from '../../http/tokens.ts';
import type { Transport } from './transport.ts';
import type { HttpRequest } from '../../http/client.ts';

sdk.ApiClient.instance.config.live_reload_config = false;

const NOWHERE = 'platform.invalid';
const LOGIN_OPERATION = 'loginClientCredentialsGrant';
/** Query parameters that the OpenAPI document declares as repeated keys. Their values never hold commas. */
const REPEATED = new Set(['expand', 'id']);

/** Of a token whose answer does not tell: the platform's default for `accessTokenValiditySeconds`. */
const USUAL_LIFETIME: Duration = DAY;

type SdkClient = typeof sdk.ApiClient;

interface SdkRequest {
  readonly url: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
}

/** What the HTTP client gives back to the SDK, which passes `data` on to the caller. */
interface SdkResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: unknown;
}

/** How one call is to be made. */
export interface CallOptions {
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
  /** Server time after which the request must not be sent any more; it then fails as transient. */
  readonly notAfter?: number | undefined;
  readonly effort?: Effort | undefined;
  /** See `Call`. */
  readonly conflictPasses?: boolean | undefined;
}

/** The parts of the SDK's API that are used, by their own names, bound to one connection. */
export interface Sdk {
  readonly users: InstanceType<typeof sdk.UsersApi>;
  readonly presence: InstanceType<typeof sdk.PresenceApi>;
  readonly tokens: InstanceType<typeof sdk.TokensApi>;
  readonly teams: InstanceType<typeof sdk.TeamsApi>;
  readonly routing: InstanceType<typeof sdk.RoutingApi>;
  readonly groups: InstanceType<typeof sdk.GroupsApi>;
  readonly authorization: InstanceType<typeof sdk.AuthorizationApi>;
  readonly organization: InstanceType<typeof sdk.OrganizationApi>;
  readonly identityProviders: InstanceType<typeof sdk.IdentityProviderApi>;
  readonly analytics: InstanceType<typeof sdk.AnalyticsApi>;
  readonly audits: InstanceType<typeof sdk.AuditApi>;
  readonly notifications: InstanceType<typeof sdk.NotificationsApi>;
  readonly workforceManagement: InstanceType<typeof sdk.WorkforceManagementApi>;
  /** Makes a call. Throws `PlatformError`, or the signal's reason. */
  call(operation: string, options: CallOptions, run: () => Promise<unknown>): Promise<Answer>;
  /** Makes sure that there is a token. Throws `CredentialsError` or `PlatformUnreachableError`. */
  login(): Promise<void>;
  /** The next login uses another secret; the token that is held stays. */
  useSecret(clientSecret: string): void;
}

export interface SdkSettings {
  readonly hosts: Hosts;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Opens one connection. Nothing is sent yet. */
export function openSdk(
  settings: SdkSettings,
  transport: Transport,
  scrubber: Scrubber,
  now: () => number,
): Sdk {
  const client = quietClient();
  let { clientSecret } = settings;
  const login = async (): Promise<TokenGrant> => {
    await currentCall.run({ operation: LOGIN_OPERATION, priority: 'action', signal: undefined }, () =>
      client.loginClientCredentialsGrant(settings.clientId, clientSecret),
    );
    // The SDK need not keep the token: our HTTP client adds the one that is good when a request is sent.
    client.clearAuthData();
    return granted;
  };
  let granted: TokenGrant = { token: '', lifetime: 0 };
  const tokens = new TokenSource(login, now);
  const send = async (wanted: SdkRequest): Promise<SdkResponse> => {
    const call = currentCall.getStore() ?? { operation: 'unknown', priority: 'read', signal: undefined };
    const request = requestOf(wanted, settings.hosts);
    if (call.operation !== LOGIN_OPERATION) {
      const answer = await transport.api(request, call, tokens);
      return { status: answer.status, statusText: '', headers: {}, data: answer };
    }
    const body = await transport.login({ ...request, most: SMALL_BOUNDS.length }, LOGIN_OPERATION);
    granted = readGrant(body);
    scrubber.hideToken(granted.token);
    return { status: 200, statusText: '', headers: {}, data: body };
  };
  client.setHttpClient(httpClient(send));
  return {
    users: new sdk.UsersApi(client),
    presence: new sdk.PresenceApi(client),
    tokens: new sdk.TokensApi(client),
    teams: new sdk.TeamsApi(client),
    routing: new sdk.RoutingApi(client),
    groups: new sdk.GroupsApi(client),
    authorization: new sdk.AuthorizationApi(client),
    organization: new sdk.OrganizationApi(client),
    identityProviders: new sdk.IdentityProviderApi(client),
    analytics: new sdk.AnalyticsApi(client),
    audits: new sdk.AuditApi(client),
    notifications: new sdk.NotificationsApi(client),
    workforceManagement: new sdk.WorkforceManagementApi(client),
    call: (operation, options, run) => {
      const { signal, ...rest } = options;
      const call: Call = { ...rest, operation, signal };
      return currentCall.run(call, run) as Promise<Answer>;
    },
    login: async () => {
      await tokens.get();
    },
    useSecret: (renewed) => {
      clientSecret = renewed;
    },
  };
}

/** A client of its own that logs nothing, watches nothing and refreshes nothing. */
function quietClient(): SdkClient {
  const Client = sdk.ApiClient.constructor as new () => SdkClient;
  const client = new Client();
  const { config } = client;
  config.live_reload_config = false;
  config.refresh_access_token = false;
  config.logger.log_level = 'none';
  config.logger.log_to_console = false;
  config.logger.log_file_path = '';
  config.logger.log_request_body = false;
  config.logger.log_response_body = false;
  config.logger.setLogger();
  (config as { gateway: unknown }).gateway = undefined;
  client.setEnvironment(NOWHERE);
  return client;
}

function httpClient(
  send: (wanted: SdkRequest) => Promise<SdkResponse>,
): InstanceType<typeof sdk.AbstractHttpClient> {
  class HttpClient extends sdk.AbstractHttpClient {
    override request(wanted: SdkRequest): Promise<SdkResponse> {
      return send(wanted);
    }
    override enableHooks(): void {
      // Hooks would see tokens; none may be set.
    }
  }
  return new HttpClient();
}

/** Puts the SDK's path and parameters on the address from the settings. */
function requestOf(wanted: SdkRequest, hosts: Hosts): HttpRequest {
  const { hostname, pathname } = new URL(wanted.url);
  const base = hostname === `login.${NOWHERE}` ? hosts.loginUrl : hosts.apiUrl;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(wanted.params ?? {})) {
    const values = REPEATED.has(name) ? String(value).split(',') : [String(value)];
    // An empty list comes out of the SDK as an empty text.
    for (const one of values) if (one !== '') query.append(name, one);
  }
  const url = `${base}${pathname}${query.size > 0 ? `?${query.toString()}` : ''}`;
  return { method: wanted.method, url, ...payload(wanted) };
}

function payload({ headers: given, data }: SdkRequest): Pick<HttpRequest, 'headers' | 'body'> {
  const headers: Record<string, string> = { accept: 'application/json' };
  for (const [name, value] of Object.entries(given ?? {})) headers[name.toLowerCase()] = String(value);
  if (typeof data === 'string') {
    return { headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: data };
  }
  if (data !== undefined) return { headers, body: JSON.stringify(data) };
  // Without a body there is nothing whose type could be told.
  delete headers['content-type'];
  return { headers, body: undefined };
}

function readGrant(body: unknown): TokenGrant {
  const answer = asObject(body);
  const token = bearerOf(answer?.['access_token']);
  if (token === undefined) {
    throw new PlatformUnreachableError(
      `${LOGIN_OPERATION}: the answer holds no token, or one that cannot stand in a header. Check genesys.region and genesys.login_url`,
      { kind: 'malformed', operation: LOGIN_OPERATION },
    );
  }
  return { token, lifetime: lifetimeOf(answer?.['expires_in'], USUAL_LIFETIME) };
}
