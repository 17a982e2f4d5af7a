/** Settings of the organisation that clash, or do not, with what the policy wants. */
import { formatDuration, MINUTE, type Duration } from '../../domain/time/time.ts';
import {
  tell,
  type DoctorPlatform,
  type DoctorWants,
  type Finding,
  type NativeTimeout,
  type SignIn,
} from './ports.ts';

/** The platform's own inactivity timeout, and what it does to the service's own token. */
export async function timeoutFindings(
  platform: DoctorPlatform,
  wants: DoctorWants,
): Promise<readonly Finding[]> {
  const check = 'native_timeout';
  const why = 'it logs agents off by its own rules, whatever their presence and this policy say';
  const answer = await tell(() => platform.tokenTimeout());
  if (!answer.told) return [{ check, verdict: 'unknown', found: answer.message, why }];
  if (answer.value.enabled !== true) return [nativeOff({ check, why }, answer.value)];
  const providers = await tell(() => platform.identityProviders());
  const bounces = !providers.told || silentOf(providers.value).length > 0;
  const native = nativeFinding({ check, why }, answer.value, wants, bounces);
  return [native, await ownTokenFinding(platform, wants)];
}

function nativeOff(base: Pick<Finding, 'check' | 'why'>, { enabled }: NativeTimeout): Finding {
  if (enabled === undefined)
    return { ...base, verdict: 'unknown', found: 'the platform does not say whether it is on' };
  return { ...base, verdict: 'ok', found: 'the native inactivity timeout is off' };
}

function nativeFinding(
  base: Pick<Finding, 'check' | 'why'>,
  { timeout, perGroup, groups }: NativeTimeout,
  { limits }: DoctorWants,
  bounces: boolean,
): Finding {
  const ofGroups = perGroup === true ? groups.map((group) => group.timeout) : [];
  const all = [...(timeout === undefined ? [] : [timeout]), ...ofGroups];
  const shortest = Math.min(...all);
  const forGroups =
    ofGroups.length === 0 ? '' : `, and for some groups ${ofGroups.map(formatDuration).join(', ')}`;
  const found = `the native inactivity timeout is ${timeout === undefined ? 'on' : formatDuration(timeout)}${forGroups}`;
  const longer = limits.filter(({ limit }) => limit > shortest).map(({ rule }) => rule);
  const clashes = [
    ...(longer.length > 0
      ? [`it sometimes acts before the policy: it is shorter than the limit of ${longer.join(', ')}`]
      : []),
    ...(bounces
      ? [
          'agents set Offline with their session left alone come back when it ends that session, until the ladder answers',
        ]
      : []),
  ];
  if (clashes.length === 0) return { ...base, verdict: 'ok', found };
  const advice = `${clashes.join('; ')}: switch it off where the policy should decide`;
  return { ...base, verdict: 'warn', found, advice };
}

async function ownTokenFinding(platform: DoctorPlatform, { interval }: DoctorWants): Promise<Finding> {
  const check = 'own_token';
  const why = 'the native timeout applies to every OAuth client, including this one';
  const answer = await tell(() => platform.ownTokenIdles());
  if (!answer.told) return { check, verdict: 'unknown', found: answer.message, why };
  if (answer.value === undefined)
    return { check, verdict: 'ok', found: 'the token of this service does not idle out', why };
  const left = Math.max(0, answer.value - platform.serverNow());
  const found = `the token of this service idles out after ${roughly(left)}`;
  if (left > interval) return { check, verdict: 'ok', found, why };
  const advice =
    'no change is necessary: the service logs in anew for each sweep; more frequent sweeps would keep the token';
  return { check, verdict: 'warn', found, why, advice };
}

/** "Renew presence on reconnect". */
export async function reconnectFinding(platform: DoctorPlatform, wants: DoctorWants): Promise<Finding> {
  const check = 'reconnect';
  const why =
    'a browser that comes back by single sign-on within that time is given its former presence again';
  const answer = await tell(() => platform.presenceSettings());
  if (!answer.told) return notTold(check, why, answer);
  const { restoreEnabled, restoreWindow, restoreOnQueue } = answer.value;
  if (restoreEnabled === false)
    return { check, verdict: 'ok', found: 'presences are not renewed on reconnect', why };
  if (restoreWindow === undefined && restoreOnQueue === undefined) {
    return { check, verdict: 'unknown', found: 'the platform does not say how presences are renewed', why };
  }
  const forSo = restoreWindow === undefined ? '' : ` for ${formatDuration(restoreWindow)}`;
  const found = `presences are renewed on reconnect${forSo}, On Queue ${restoreOnQueue === true ? 'as well' : 'is not'}`;
  const long = restoreWindow !== undefined && restoreWindow > wants.returnWindow;
  if (!long && restoreOnQueue !== true) return { check, verdict: 'ok', found, why };
  const steps = [
    ...(restoreOnQueue === true ? ['do not renew On Queue'] : []),
    ...(long
      ? [`renew for no longer than returns.window, which is ${formatDuration(wants.returnWindow)}`]
      : []),
  ];
  return { check, verdict: 'warn', found, why, advice: steps.join('; ') };
}

/** Whether logging out of one client logs out of all. */
export async function universalLogoutFinding(platform: DoctorPlatform): Promise<Finding> {
  const check = 'universal_logout';
  const why = 'without it, an agent who logs out of one client stays logged in with the others';
  const answer = await tell(() => platform.authenticationSettings());
  if (!answer.told)
    return notTold(check, why, answer, 'see the authentication settings of the organisation by hand');
  const { universalLogout } = answer.value;
  if (universalLogout === undefined)
    return { check, verdict: 'unknown', found: 'the platform does not say', why };
  if (universalLogout) return { check, verdict: 'ok', found: 'universal logout is on', why };
  return { check, verdict: 'warn', found: 'universal logout is off', why, advice: 'switch it on' };
}

/** Whether single sign-on asks for credentials. */
export async function signInFinding(platform: DoctorPlatform, { connector }: DoctorWants): Promise<Finding> {
  const check = 'forced_authentication';
  const why = 'where single sign-on asks for no credentials, a revoked session is back within seconds';
  const answer = await tell(() => platform.identityProviders());
  if (!answer.told) return notTold(check, why, answer);
  const inUse = answer.value.filter(({ disabled }) => !disabled);
  if (inUse.length === 0)
    return { check, verdict: 'ok', found: 'no identity provider: agents type a password', why };
  const silent = silentOf(inUse);
  if (silent.length === 0)
    return { check, verdict: 'ok', found: `${list(inUse)} asks for credentials each time`, why };
  const found = `${list(silent)} may answer without asking for credentials (forceAuthn is not on)`;
  const others = connector ? '' : ', or set up a connector under identity';
  const advice = `the ladder of returns handles it; to prevent it, set forceAuthn at the provider (every agent is then asked at every login)${others}`;
  return { check, verdict: 'warn', found, why, advice };
}

/** The providers that may let a browser in again without a prompt. */
function silentOf(providers: readonly SignIn[]): readonly SignIn[] {
  return providers.filter(({ disabled, forceAuthn }) => !disabled && forceAuthn !== true);
}

/** A reading that the client may not make is no fault of the organisation. */
function notTold(
  check: string,
  why: string,
  { kind, message }: { readonly kind: string; readonly message: string },
  instead?: string,
): Finding {
  if (kind !== 'forbidden') return { check, verdict: 'unknown', found: message, why };
  return { check, verdict: 'unknown', found: 'the client may not read this', why, advice: instead };
}

function list(providers: readonly SignIn[]): string {
  return providers.map(({ name }) => name).join(', ');
}

function roughly(length: Duration): string {
  return length < MINUTE ? 'less than a minute' : formatDuration(Math.round(length / MINUTE) * MINUTE);
}
