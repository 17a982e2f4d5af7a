/**
 * The actions of a log-off as a table: the policy's schema, the checks, `explain`, `doctor`, the reference page and
 * whatever carries actions out are made from it.
 */

/** In the order in which documents list them. */
export const ACTIONS = [
  'off_queue',
  'offline',
  'release_station',
  'revoke_tokens',
  'end_sso_session',
  'notify',
] as const;
/** One step of a log-off. */
export type Action = (typeof ACTIONS)[number];

/** A permission of the client in Genesys Cloud. */
export interface Permission {
  readonly id: string;
  /** Where it stands in the administration. */
  readonly shown: string;
  /** What does not work without it. */
  readonly without: string;
}

export interface ActionTraits {
  /** What it does, for the author of a policy: `sets the agent Offline`. */
  readonly does: string;
  /** What has become of the agent, for the record and `explain`: `set Offline`. */
  readonly done: string;
  /** Which part of the program carries it out. Those of the identity provider need a connector. */
  readonly by: 'platform' | 'identity_provider' | 'channels';
  readonly permission: Permission | undefined;
  /** It leaves the agent Offline, or without a session on the platform. */
  readonly takesOff: boolean;
  /** The browser needs a new login, or at least a new token, to go on. */
  readonly endsSession: boolean;
  /** It may take the agent off the queue, so that the routing status moves. */
  readonly movesRouting: boolean;
  /** A refusal keeps no later action from being done. */
  readonly isOptional: boolean;
  /** It reaches beyond the platform: only rungs of the ladder may have it. */
  readonly onlyInRungs: boolean;
}

const EFFECTLESS = {
  permission: undefined,
  takesOff: false,
  endsSession: false,
  movesRouting: false,
  isOptional: false,
  onlyInRungs: false,
} as const;

const TABLE = {
  off_queue: {
    ...EFFECTLESS,
    does: 'takes the agent off the queue, before all other actions',
    done: 'taken off the queue',
    by: 'platform',
    movesRouting: true,
  },
  offline: {
    ...EFFECTLESS,
    does: 'sets the agent Offline and leaves the session alone',
    done: 'set Offline',
    by: 'platform',
    takesOff: true,
    permission: {
      id: 'presence:userPresence:edit',
      shown: 'Presence > User Presence > Edit',
      without: 'agents cannot be set Offline without it',
    },
  },
  release_station: {
    ...EFFECTLESS,
    does: 'releases the phone station of the agent',
    done: 'released from the station',
    by: 'platform',
    // The agent is logged off all the same: a station is set free by the next agent who logs on to it.
    isOptional: true,
    permission: {
      id: 'telephony:station:disassociate',
      shown: 'Telephony > Station > Disassociate',
      without: 'the action release_station fails without it',
    },
  },
  revoke_tokens: {
    ...EFFECTLESS,
    does: 'revokes the tokens of the agent, which ends the session on the platform',
    done: 'logged out (tokens revoked)',
    by: 'platform',
    takesOff: true,
    endsSession: true,
    movesRouting: true,
    permission: {
      id: 'oauth:token:delete',
      shown: 'OAuth > Token > Delete',
      without: 'tokens cannot be revoked without it',
    },
  },
  end_sso_session: {
    ...EFFECTLESS,
    does: 'ends the session at the identity provider; the other actions of the rung follow when that has taken hold',
    done: 'logged out of single sign-on',
    by: 'identity_provider',
    endsSession: true,
    // The rest of the rung follows, with the revocation that it then needs all the more.
    isOptional: true,
    onlyInRungs: true,
  },
  notify: {
    ...EFFECTLESS,
    does: 'sends a message to the channels that list `return`',
    done: 'reported',
    by: 'channels',
    isOptional: true,
  },
} as const satisfies Record<Action, ActionTraits>;

export const ACTION_TABLE: Readonly<Record<Action, ActionTraits>> = TABLE;

type Carrier = ActionTraits['by'];

/** The actions that one part of the program carries out. */
export type ActionBy<By extends Carrier> = {
  [A in Action]: (typeof TABLE)[A]['by'] extends By ? A : never;
}[Action];

/** Whether an action is carried out by this part of the program. */
export function isBy<By extends Carrier>(by: By, action: Action): action is ActionBy<By> {
  return ACTION_TABLE[action].by === by;
}

/** Whether one of these actions leaves the agent Offline, or without a session on the platform. */
export function takesOff(actions: readonly Action[]): boolean {
  return actions.some((action) => ACTION_TABLE[action].takesOff);
}

/** Whether one of these actions ends a session, on the platform or at the identity provider. */
export function endsSession(actions: readonly Action[]): boolean {
  return actions.some((action) => ACTION_TABLE[action].endsSession);
}

/** Whether one of these actions may move the routing status. */
export function movesRouting(actions: readonly Action[]): boolean {
  return actions.some((action) => ACTION_TABLE[action].movesRouting);
}
