/**
 * What the environment sets over a policy, for the whole life of a process. The mode can only be held down: whatever else a
 * machine's environment says, it never makes the program act on agents.
 */
import type { LoadedPolicy, Settings } from './draft.ts';
import { hashOf } from './hash.ts';
import type { Env } from './interpolate.ts';
import { LOG_LEVELS } from './schema.ts';

export type { Env } from './interpolate.ts';

/** `observe` holds the mode down. */
export const MODE_VARIABLE = 'IDLE_ENFORCER_MODE';
/** Comes before `log.level` of the policy. */
export const LOG_LEVEL_VARIABLE = 'IDLE_ENFORCER_LOG_LEVEL';

/** Sentences on what the environment sets and what cannot be; none where all is well. A variable that is empty is not set. */
export function environmentFaults(env: Env): readonly string[] {
  return [
    ...faultOf(env, MODE_VARIABLE, ['observe'], 'the mode can only be made safer here: set it in the policy'),
    ...faultOf(env, LOG_LEVEL_VARIABLE, LOG_LEVELS, 'correct it, or unset it to use log.level of the policy'),
  ];
}

/** A sentence on a variable that is set to anything but the words; none where it is well. */
export function faultOf(env: Env, name: string, words: readonly string[], advice: string): readonly string[] {
  const value = valueOf(env, name);
  if (value === undefined || words.includes(value)) return [];
  const accepted = words.length === 1 ? `only "${words.join('')}"` : `one of ${words.join(', ')}`;
  return [
    `${name} in the environment is "${value.slice(0, LONGEST_SHOWN)}", and accepts ${accepted}: ${advice}.`,
  ];
}

type LogLevel = Settings['log']['level'];

const LONGEST_SHOWN = 40;

/** What a variable is set to; `undefined` where it is empty or not set. */
export function valueOf(env: Env, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/** The policy as it is in force in this environment. Any word in `IDLE_ENFORCER_MODE` holds the mode down: in doubt, the safe way. */
export function inForceHere(loaded: LoadedPolicy, env: Env): LoadedPolicy {
  const { log } = loaded.settings;
  const settings = { ...loaded.settings, log: { ...log, level: levelHere(log.level, env) } };
  if (valueOf(env, MODE_VARIABLE) === undefined) return { ...loaded, settings };
  return heldDown({ ...loaded, settings });
}

/** How much is logged in this environment. */
export function levelHere(level: LogLevel, env: Env): LogLevel {
  return LOG_LEVELS.find((one) => one === valueOf(env, LOG_LEVEL_VARIABLE)) ?? level;
}

/** Its fingerprint is that of the same policy with `mode: observe`: letting it go is a change like any other. */
function heldDown({ settings, draft, ...rest }: LoadedPolicy): LoadedPolicy {
  const { source, content } = draft;
  const held: Settings['held'] = { by: `${MODE_VARIABLE}=observe`, policySays: settings.mode };
  const hash = settings.mode === 'observe' ? draft.hash : hashOf(source, { mode: 'observe' });
  return {
    ...rest,
    hash,
    settings: { ...settings, mode: 'observe', held },
    draft: { ...draft, hash, content: { ...content, mode: 'observe' } },
  };
}
