/** Carries out the platform's part of a log-off. Every call is public, documented and safe to repeat. */
import type { ActionFault, ActionResult, Effects } from '../../ports/agents.ts';
import type { Agent } from '../../domain/agent.ts';
import { isBy, type Action, type ActionBy } from '../../domain/policy/actions.ts';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { unlessAborted } from '../../http/abort.ts';
import type { Answer, Effort } from '../http/call.ts';
import type { OfflineDefinition } from '../listing/definitions.ts';
import { PlatformError } from '../http/errors.ts';
import type { CallOptions, Sdk } from '../http/sdk.ts';

/** An action that hangs must not keep the agents behind it waiting until their readings are too old. */
/** A request that changes something is given up after this. */
export const LONGEST_EFFECT: Duration = 10 * SECOND;
const EFFORT: Effort = { tries: 4, within: 8 * SECOND, timeout: LONGEST_EFFECT };
/** Without a station there is nothing to release, however the platform says so. */
const NO_STATION: ReadonlySet<number> = new Set([400, 404, 409, 410]);

/** Ids end up in paths: `me` would be ourselves, dots would be another path. */
const SAFE_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{2,63}$/;

type PlatformAction = (agentId: string, options: CallOptions) => Promise<ActionResult>;

export function platformEffects(sdk: Sdk, offline: OfflineDefinition, room: () => number): Effects {
  async function setPresence(
    agentId: string,
    definitionId: string | undefined,
    options: CallOptions,
  ): Promise<ActionResult> {
    if (definitionId === undefined) return refused('the organisation has no presence definition for Offline');
    const body = { presenceDefinition: { id: definitionId } };
    // 409: the update before, perhaps of our own, has not been completed yet.
    return done(
      await sdk.call('patchUserPresencesPurecloud', { ...options, conflictPasses: true }, () =>
        sdk.presence.patchUserPresencesPurecloud(agentId, body),
      ),
    );
  }

  /** One for each action of the platform: the compiler misses any that is not here. */
  const actions = {
    off_queue: (id, options) => leaveQueue(sdk, id, options),
    offline: async (id, options) =>
      setPresence(id, await unlessAborted(offline.id(), options.signal), options),
    release_station: (id, options) => releaseStation(sdk, id, options),
    revoke_tokens: async (id, options) =>
      done(await sdk.call('deleteToken', options, () => sdk.tokens.deleteToken(id))),
  } satisfies Record<ActionBy<'platform'>, PlatformAction>;

  async function perform(action: Action, { id }: Agent, options: CallOptions): Promise<ActionResult> {
    if (!isBy('platform', action)) return refused(`${action} is not an action of the platform`);
    return actions[action](id, options);
  }

  return {
    perform: (action, agent, notAfter, signal) =>
      guarded(agent.id, signal, () =>
        perform(action, agent, { priority: 'action', notAfter, signal, effort: EFFORT }),
      ),
    restorePresence: (agentId, definitionId, notAfter, signal) =>
      guarded(agentId, signal, () =>
        setPresence(agentId, definitionId, { priority: 'action', notAfter, signal, effort: EFFORT }),
      ),
    room,
  };
}

async function leaveQueue(sdk: Sdk, id: string, options: CallOptions): Promise<ActionResult> {
  try {
    const body = { status: 'OFF_QUEUE' };
    return done(
      await sdk.call('putUserRoutingstatus', options, () => sdk.users.putUserRoutingstatus(id, body)),
    );
  } catch (error) {
    // An invalid transition: a queue that was left already cannot be left.
    if (!(error instanceof PlatformError) || error.status !== 400) throw error;
    const { message, correlationId } = faultOf(error);
    const perhapsSo = error.repeated ? 'by_us' : 'already';
    return { ok: false, fault: { kind: 'refused', message, correlationId, perhapsSo } };
  }
}

async function releaseStation(sdk: Sdk, id: string, options: CallOptions): Promise<ActionResult> {
  const operation = 'deleteUserStationAssociatedstation';
  try {
    return done(await sdk.call(operation, options, () => sdk.users.deleteUserStationAssociatedstation(id)));
  } catch (error) {
    if (!(error instanceof PlatformError) || !NO_STATION.has(error.status ?? 0)) throw error;
    return { ok: true, correlationId: error.correlationId };
  }
}

async function guarded(
  agentId: string,
  signal: AbortSignal,
  run: () => Promise<ActionResult>,
): Promise<ActionResult> {
  if (!SAFE_ID.test(agentId)) return refused('the id of the agent is not one that may stand in a path');
  try {
    signal.throwIfAborted();
    return await run();
  } catch (error) {
    if (error instanceof PlatformError) return { ok: false, fault: faultOf(error) };
    const message = signal.aborted ? 'stopped before it was done' : 'failed unexpectedly';
    return {
      ok: false,
      fault: { kind: signal.aborted ? 'transient' : 'refused', message, correlationId: undefined },
    };
  }
}

/** Bad credentials are not the agent's: they pass, or the next sweep says so. An answer cut short may have been a yes. */
function faultOf(error: PlatformError): ActionFault {
  const { message, correlationId } = error;
  const kind = error.kind === 'credentials' || error.kind === 'malformed' ? 'transient' : error.kind;
  return { kind, message, correlationId };
}

function done(answer: Answer): ActionResult {
  return { ok: true, correlationId: answer.correlationId };
}

function refused(message: string): ActionResult {
  return { ok: false, fault: { kind: 'refused', message, correlationId: undefined } };
}
