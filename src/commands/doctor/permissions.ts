/** Which permissions the policy needs, and whether the client has them. */
import { ACTION_TABLE, ACTIONS, type Action } from '../../domain/policy/actions.ts';
import {
  tell,
  type DoctorPlatform,
  type DoctorWants,
  type Finding,
  type PermissionGrant,
  type Probed,
  type Reply,
} from './ports.ts';

/** A permission and what it is for. */
export interface Need {
  readonly permission: string;
  /** Where it stands in the administration. */
  readonly shown: string;
  readonly why: string;
  /**
   * What is said where it is missing. `fail`: enforcing could not work. `warn`: the service knows less. `ok`: only a command
   * needs it that may never be used.
   */
  readonly missing: 'fail' | 'warn' | 'ok';
  /** It is given by division: agents, queues, teams and labels of other divisions are out of reach, and out of sight. */
  readonly perDivision: boolean;
  /** What cannot be seen, or done, in the divisions in which it is not granted. */
  readonly unseen?: string;
  /** Where it is missing the worker has another way, which trying it out tells. */
  readonly otherwise?: string;
}

type Wanted = (wants: DoctorWants) => boolean;
const always: Wanted = () => true;
const naming =
  (kind: 'roles' | 'queues' | 'teams'): Wanted =>
  ({ kinds }) =>
    kinds.has(kind);

function need(permission: string, shown: string, why: string, more: Partial<Need> = {}): Need {
  return { permission, shown, why, missing: 'fail', perDivision: false, ...more };
}

/** The permission of an action, needed by policies that name the action. */
function forAction(action: Action): readonly (readonly [Need, Wanted])[] {
  const { permission } = ACTION_TABLE[action];
  if (permission === undefined) return [];
  const { id, shown, without } = permission;
  const unseen = 'a log-off of an agent there is refused';
  return [[need(id, shown, without, { perDivision: true, unseen }), ({ actions }) => actions.has(action)]];
}

function audits(missing: Need['missing'], why: string): Need {
  return need('audits:audit:view', 'Audits > Audit > View', why, { missing });
}

function signInsAreAsked({ evidence }: DoctorWants): boolean {
  return evidence.includes('sign_ins');
}

/** Everything the service may ever need, each with when it does. The operations handbook lists the same. */
export const NEEDS: readonly (readonly [Need, Wanted])[] = [
  [
    need(
      'directory:user:view',
      'Directory > User > View',
      'it allows listing agents in one go, where it is granted in every division',
      {
        perDivision: true,
        unseen:
          'the listing in one go is refused then, and whether the other one shows agents there is not documented',
        otherwise: 'not granted, but agents can be listed page by page without it',
      },
    ),
    always,
  ],
  [
    need(
      'presence:presenceDefinition:view',
      'Presence > Presence Definition > View',
      'it is needed to find the presence Offline and the labels of the policy',
      {
        perDivision: true,
        unseen: 'presence labels there are not found, so that the list looks whole and is not',
      },
    ),
    always,
  ],
  ...ACTIONS.flatMap(forAction),
  [
    need('routing:queue:view', 'Routing > Queue > View', 'the policy names queues', {
      perDivision: true,
      unseen: 'queues there are not found, and a wildcard leaves them out',
    }),
    naming('queues'),
  ],
  [
    need('groups:team:view', 'Groups > Team > View', 'the policy names teams', {
      perDivision: true,
      unseen: 'teams there are not found',
    }),
    naming('teams'),
  ],
  [need('authorization:role:view', 'Authorization > Role > View', 'the policy names roles'), naming('roles')],
  [
    need(
      'presence:settings:view',
      'Presence > Settings > View',
      'doctor uses it to read what a returning browser is given',
      { missing: 'warn' },
    ),
    always,
  ],
  [
    need(
      'sso:provider:view',
      'SSO > Provider > View',
      'doctor uses it to read whether single sign-on asks for credentials',
      { missing: 'warn' },
    ),
    always,
  ],
  [
    need(
      'analytics:userDetail:view',
      'Analytics > User Detail > View',
      'backtest uses it to read the history of agents, and evidence.timeline to tell a browser that the native timeout brought back from a person',
      {
        missing: 'ok',
        perDivision: true,
        unseen: 'the history of agents there is missing, and neither backtest nor evidence.timeline can tell',
      },
    ),
    always,
  ],
  [
    need(
      'analytics:agentState:view',
      'Analytics > Agent State > View',
      'with it the alarm engaged_too_long names the conversations that an agent has open',
      { missing: 'ok', perDivision: true, unseen: 'conversations of agents there are not named' },
    ),
    always,
  ],
  [
    need(
      'wfm:publishedSchedule:view',
      'Workforce Management > Published Schedule > View',
      'the policy has a calendar of shifts, or exempts agents by what they are scheduled for: where schedules cannot be read, such rules make no agent due, and such exemptions protect',
      {
        missing: 'warn',
        perDivision: true,
        unseen: 'management units there are not listed, and their agents count as agents without a schedule',
        otherwise: 'not granted, but schedules can be read by another permission',
      },
    ),
    ({ schedules }) => schedules !== 'none',
  ],
  [audits('warn', 'evidence.sign_ins is on, and asks the audit log for sign-ins'), signInsAreAsked],
  [
    audits(
      'ok',
      'with it evidence.sign_ins could tell a browser that came back after a quiet Offline from a person who clicked; it reads all audits of the organisation, so grant it only where that is wanted',
    ),
    (wants) => !signInsAreAsked(wants),
  ],
];

/** One finding for each permission that the policy needs. */
export async function permissionFindings(
  platform: DoctorPlatform,
  wants: DoctorWants,
): Promise<readonly Finding[]> {
  const grants = await ownGrants(platform);
  const divisions = await tell(() => platform.divisions());
  const findings: Finding[] = [];
  for (const [wanted, applies] of NEEDS) {
    if (!applies(wants)) continue;
    const tryOut = async (): Promise<State> =>
      fromProbe(wanted, await tell(() => platform.probe(wanted.permission)));
    const state =
      grants === undefined
        ? await tryOut()
        : fromGrants(wanted, grants, divisions.told ? divisions.value : undefined);
    const isDone = state.is !== 'missing' || wanted.otherwise === undefined || grants === undefined;
    findings.push(finding(wanted, isDone ? state : await tryOut()));
  }
  return findings;
}

/** Not told is as good as refused here: then each permission is tried out. */
async function ownGrants(platform: DoctorPlatform): Promise<readonly PermissionGrant[] | undefined> {
  const grants = await tell(() => platform.ownGrants());
  return grants.told ? grants.value : undefined;
}

type State =
  | { readonly is: 'granted'; readonly found: string }
  | { readonly is: 'missing' }
  | { readonly is: 'partly'; readonly found: string }
  | { readonly is: 'untold'; readonly found: string };

type Divisions = readonly { readonly id: string; readonly names: readonly string[] }[];

function fromGrants(
  { permission, perDivision, unseen }: Need,
  grants: readonly PermissionGrant[],
  divisions: Divisions | undefined,
): State {
  const fitting = grants.filter((grant) => covers(grant.permission, permission));
  if (fitting.length === 0) return { is: 'missing' };
  const certain = fitting.filter(({ conditional }) => !conditional);
  if (certain.length === 0) return { is: 'partly', found: 'granted, but only under a condition of the role' };
  if (!perDivision || certain.some(({ divisionId }) => divisionId === '*')) {
    return { is: 'granted', found: 'granted by the roles of the client' };
  }
  if (divisions === undefined)
    return {
      is: 'untold',
      found: 'granted in some divisions by the roles of the client; which others there are could not be read',
    };
  const within = new Set(certain.map(({ divisionId }) => divisionId));
  const without = divisions.filter(({ id }) => !within.has(id)).map(({ id, names }) => names[0] ?? id);
  if (without.length === 0) return { is: 'granted', found: 'granted in every division' };
  return {
    is: 'partly',
    found: `not granted in ${without.length === 1 ? 'the division' : 'the divisions'} ${without.join(', ')}, by the roles of the client${unseen === undefined ? '' : `: ${unseen}`}`,
  };
}

const SOME_DIVISIONS =
  'a call that needs it succeeded, which proves it for some divisions only, and what is in the others is not seen: check the role';

function fromProbe(
  { otherwise = '', perDivision, permission }: Need,
  probed: Reply<Probed | undefined>,
): State {
  if (!probed.told) return { is: 'untold', found: probed.message };
  switch (probed.value) {
    case 'allowed':
      // Refused unless it is granted in all divisions: the only read that proves them.
      if (perDivision && permission !== 'directory:user:view') return { is: 'untold', found: SOME_DIVISIONS };
      return { is: 'granted', found: 'a call that needs it succeeded' };
    case 'otherwise':
      return { is: 'partly', found: otherwise };
    case 'not_refused':
      return {
        is: 'untold',
        found: 'not refused for a user who does not exist, which proves nothing: check the role',
      };
    case 'refused':
      return { is: 'missing' };
    case undefined:
      return { is: 'untold', found: 'it cannot be tried out' };
  }
}

function finding({ permission, shown, why, missing }: Need, state: State): Finding {
  const check = `permission ${permission}`;
  const advice = `give the role of the client ${shown}, in every division whose agents it handles`;
  switch (state.is) {
    case 'granted':
      return { check, verdict: 'ok', found: state.found, why };
    case 'missing':
      return missing === 'ok'
        ? { check, verdict: 'ok', found: `not granted: the worker does without it, ${why}`, why, advice }
        : { check, verdict: missing, found: 'not granted', why, advice };
    case 'partly':
      return { check, verdict: 'warn', found: state.found, why, advice };
    case 'untold':
      return { check, verdict: 'unknown', found: state.found, why };
  }
}

/** Whether a grant, which may have `*` for a part, includes a permission. */
function covers(granted: string, wanted: string): boolean {
  const parts = granted.split(':');
  return wanted.split(':').every((part, i) => parts[i] === '*' || parts[i] === part);
}
