/** Whether the actions of a rule or a rung make sense together. */
import type { Action } from '../domain/policy/policy.ts';
import { warn, type Checking } from './checking.ts';
import type { Path } from './source.ts';

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
    faults.add(path, 'logs no agent off: add offline or revoke_tokens to the actions');
  }
}
