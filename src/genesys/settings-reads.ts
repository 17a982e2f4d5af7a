/** Settings of the organisation that clash, or do not, with what the service does. */
import { SECOND, type Duration } from '../domain/time.ts';
import { asNumber, asObject } from './json.ts';
import type { CallOptions, Sdk } from './sdk.ts';

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
  const seconds = asNumber(raw?.['idleTokenTimeoutSeconds']);
  return {
    enabled: asFlag(raw?.['enableIdleTokenTimeout']),
    timeout: seconds === undefined ? undefined : seconds * SECOND,
    perGroup: asFlag(raw?.['inactivityTimeoutGroupsEnabled']),
  };
}

function asFlag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}
