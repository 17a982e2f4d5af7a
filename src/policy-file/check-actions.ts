/** Whether the actions of a rule or a rung make sense together. */
import { ACTION_TABLE, ACTIONS, endsSession, isBy, takesOff, type Action } from '../domain/policy/actions.ts';
import { warn, type Checking } from './checking.ts';
import type { Path } from './source.ts';

const TAKE_OFF = ACTIONS.filter((action) => ACTION_TABLE[action].takesOff).join(' or ');

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
    const { onlyInRungs } = ACTION_TABLE[action];
    if (onlyInRungs && where === 'rule')
      faults.add(here, `${action} is allowed only in rungs of returns.ladder`);
    else if (isBy('identity_provider', action) && connector === undefined)
      faults.add(here, `${action} needs a connector under identity`);
    else if (isBy('channels', action) && !checking.reported)
      warn(
        checking,
        here,
        `${action} reaches no one: no channel under notify lists return; add return to the \`on\` of a channel, or leave ${action} out`,
      );
  });
  const revocation = actions.indexOf('revoke_tokens');
  actions.forEach((action, i) => {
    if (!isBy('identity_provider', action) || revocation < 0 || i < revocation) return;
    warn(
      checking,
      [...path, i],
      'should come before revoke_tokens: the browser would fetch a new token in between',
    );
  });
  // A rung that ends a session at the identity provider revokes tokens as well, whether it says so or not.
  if (!takesOff(actions) && !endsSession(actions)) {
    faults.add(path, `logs no agent off: add ${TAKE_OFF} to the actions`);
  }
}
