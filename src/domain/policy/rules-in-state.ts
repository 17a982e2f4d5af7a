/**
 * Which rules of a profile count in which state. That depends on the policy alone, and there are fifty states, or fifty for each
 * label where rules name labels: each is worked out once, however many agents are judged by it.
 */
import type { RoutingStatus, Shown, SystemPresence } from '../agent.ts';
import { isOfCondition } from './clocks.ts';
import type { Profile, Rule, When } from './policy.ts';
import { isInCondition, isLeftAlone, whenHolds } from './when.ts';

export interface RulesInState {
  /** Their condition holds, in the order of the file. None for agents who are Offline: they are never due. */
  readonly holding: readonly Rule[];
  /** The condition of a rule holds, but the rule leaves alone agents who wait on queue, as this state says. */
  readonly leavesAlone: boolean;
  /** Every rule with a clock of its condition, and whether that holds. */
  readonly inState: readonly { readonly whenKey: string; readonly holds: boolean }[];
}

/** By presence, then routing status. */
type ByState = Map<SystemPresence, Map<RoutingStatus, RulesInState>>;

interface Prepared {
  /** Rules of the profile name labels. Otherwise all labels are alike, and kept under `undefined`. */
  readonly asksLabel: boolean;
  readonly byLabel: Map<string | undefined, ByState>;
}

/** The labels of one organisation are few. Should ids come without end, what was worked out is thrown away. */
const MAX_LABELS = 1_000;

const prepared = new WeakMap<Profile, Prepared>();

/** How the rules of a profile stand to a state. */
export function rulesInState(profile: Profile, state: Shown): RulesInState {
  const byState = byStateOf(profile, state);
  let byRouting = byState.get(state.presence);
  if (byRouting === undefined) {
    byRouting = new Map();
    byState.set(state.presence, byRouting);
  }
  const known = byRouting.get(state.routing);
  if (known !== undefined) return known;
  const rules = workOut(profile, state);
  byRouting.set(state.routing, rules);
  return rules;
}

function byStateOf(profile: Profile, { presenceId }: Shown): ByState {
  let found = prepared.get(profile);
  if (found === undefined) {
    found = { asksLabel: profile.rules.some(({ when }) => namesLabels(when)), byLabel: new Map() };
    prepared.set(profile, found);
  }
  const { asksLabel, byLabel } = found;
  const label = asksLabel ? presenceId : undefined;
  const known = byLabel.get(label);
  if (known !== undefined) return known;
  if (byLabel.size >= MAX_LABELS) byLabel.clear();
  const byState: ByState = new Map();
  byLabel.set(label, byState);
  return byState;
}

function namesLabels({ secondaryPresence, not }: When): boolean {
  return secondaryPresence !== undefined || (not !== undefined && namesLabels(not));
}

function workOut({ rules }: Profile, state: Shown): RulesInState {
  return {
    holding: state.presence === 'OFFLINE' ? [] : rules.filter((rule) => isInCondition(rule, state)),
    leavesAlone: rules.some((rule) => isLeftAlone(rule, state) && whenHolds(rule.when, state)),
    inState: rules
      .filter(({ clock }) => isOfCondition(clock))
      .map((rule) => ({ whenKey: rule.whenKey, holds: isInCondition(rule, state) })),
  };
}
