/** Whether the steps of a rollout lead to all agents, and are slow enough to learn from. */
import type { RolloutTerms } from '../domain/policy/policy.ts';
import { REGRETTED_WITHIN } from '../domain/rollout/rollout.ts';
import { takesFromFiles } from './before.ts';
import { part, warn, type Checking } from './checking.ts';
import { rollout } from './schema-rollout.ts';
import type { Path } from './source.ts';

type Checked = Pick<Checking, 'source' | 'faults' | 'warnings'>;

/** Adds the faults of `rollout`. */
export function checkRollout(checking: Checked): void {
  const { source } = checking;
  const steps = part(rollout.shape.steps, source.at(['rollout', 'steps']));
  const every = part(rollout.shape.every, source.at(['rollout', 'every']));
  if (steps !== undefined) checkSteps(checking, steps);
  if (source.at(['rollout']) !== undefined && takesFromFiles(source))
    warn(
      checking,
      ['rollout'],
      'the next change leaves the agents alone whom it has not reached: text of profiles, rules or what counts with them comes out of ' +
        '${file:…}, which may hold secrets, and is not kept; write it here, or into a variable',
    );
  if (every !== undefined && every < REGRETTED_WITHIN)
    warn(
      checking,
      ['rollout', 'every'],
      'is shorter than 10m: a step lasts until regrets can be known, ten minutes after a log-off; write at least 10m',
    );
}

/** A value that is not set here may be any share: nothing is said of it, and nothing compared with it. */
function checkSteps(checking: Checked, steps: RolloutTerms['steps']): void {
  const { source, faults } = checking;
  const place = (i: number): Path => ['rollout', 'steps', i];
  steps.forEach((step, i) => {
    const before = steps[i - 1];
    if (before !== undefined && step <= before && !source.isAbsent(place(i - 1)))
      faults.add(place(i), 'is not larger than the step before it: steps grow, such as [1%, 10%, 100%]');
  });
  if (steps.at(-1) !== 1)
    faults.add(
      place(steps.length - 1),
      'is the last step, and must be 100%: a change acts on all agents in the end',
    );
  if (steps[0] === 1)
    warn(
      checking,
      place(0),
      'brings every change out to all agents at once; begin with a small share, such as 1%',
    );
}
