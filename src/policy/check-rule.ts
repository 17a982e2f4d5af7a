/** Whether a rule makes sense. */
import type { Action } from '../domain/policy.ts';
import { DAY, formatDuration } from '../domain/time.ts';
import { warn, type Checking } from './checking.ts';
import { checkWhen } from './check-parts.ts';
import type { RuleText, WhenText } from './schema.ts';
import type { Path } from './source.ts';

/** Adds the faults of one rule. */
export function checkRule(checking: Checking, rule: RuleText, path: Path): void {
  checkWhen(checking, rule.when, [...path, 'when']);
  checkOffline(checking, rule.when, [...path, 'when']);
  checkLimit(checking, rule, path);
  checkHours(checking, rule, path);
  checkActions(checking, rule.actions, [...path, 'actions'], 'rule');
  checkWarn(checking, rule, path);
  if (rule.clock === 'since_work' && isWork(rule.when)) {
    checking.faults.add(
      [...path, 'clock'],
      'since_work never runs in these states: being on queue is work; use in_state or since_sign',
    );
  }
}

function checkOffline({ faults }: Checking, when: WhenText, path: Path): void {
  when.presence?.forEach((presence, i) => {
    if (presence !== 'OFFLINE') return;
    faults.add([...path, 'presence', i], 'Offline is never due: an Offline agent is gone already');
  });
}

function checkLimit(checking: Checking, { limit }: RuleText, path: Path): void {
  const { faults, interval } = checking;
  if (interval !== undefined && limit < 2 * interval) {
    faults.add(
      [...path, 'limit'],
      `is shorter than two sweeps; with this sweep.every at least ${formatDuration(2 * interval)}`,
    );
  }
  if (limit > 30 * DAY)
    warn(checking, [...path, 'limit'], 'a limit of more than 30 days will hardly ever be reached');
}

function checkHours({ faults, calendars }: Checking, rule: RuleText, path: Path): void {
  if (rule.during !== undefined && rule.outside !== undefined) {
    faults.add([...path, 'outside'], 'has both during and outside: leave one of them', { atKey: true });
  }
  for (const side of ['during', 'outside'] as const) {
    const name = rule[side];
    if (name === undefined || calendars.has(name)) continue;
    const here = [...path, side];
    faults.add(here, '{value} is the name of no calendar', { known: () => calendars });
  }
}

/** Only these take anybody off. */
const TAKES_OFF: ReadonlySet<Action> = new Set(['offline', 'revoke_tokens', 'end_sso_session']);

/** Adds the faults of a list of actions. */
export function checkActions(
  checking: Checking,
  actions: readonly Action[],
  path: Path,
  where: 'rule' | 'rung',
): void {
  const { faults, connector } = checking;
  actions.forEach((action, i) => {
    const here = [...path, i];
    if (actions.indexOf(action) < i) faults.add(here, `${action} stands twice in the list`);
    if (action !== 'end_sso_session') return;
    if (where === 'rule') faults.add(here, 'end_sso_session is allowed only in rungs of returns.ladder');
    else if (connector === undefined) faults.add(here, 'end_sso_session needs a connector under identity');
  });
  const sso = actions.indexOf('end_sso_session');
  if (sso > actions.indexOf('revoke_tokens') && actions.includes('revoke_tokens')) {
    warn(
      checking,
      [...path, sso],
      'should come before revoke_tokens: the browser would fetch a new token in between',
    );
  }
  if (!actions.some((action) => TAKES_OFF.has(action))) {
    faults.add(path, 'takes nobody off: there must be offline or revoke_tokens among the actions');
  }
}

function checkWarn({ faults, warns }: Checking, { warn: ahead, limit }: RuleText, path: Path): void {
  if (ahead === undefined) return;
  const here = [...path, 'warn'];
  if (ahead >= limit) faults.add(here, `must be shorter than the limit of ${formatDuration(limit)}`);
  if (!warns)
    faults.add(here, 'no channel that is switched on lists warning under notify, so nobody could be warned');
}

/** Whether a condition holds only while the agent stands on queue, which is work. */
function isWork(when: WhenText): boolean {
  const routing = when.routing ?? [];
  if (routing.length > 0 && !routing.includes('OFF_QUEUE')) return true;
  const presence = when.presence ?? [];
  return presence.length > 0 && presence.every((one) => one === 'ON_QUEUE');
}
