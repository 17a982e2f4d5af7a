/** All that is shown of a policy that was read: on a terminal, in the log, and in a channel. */
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { explainError } from '../../src/commands/shared/exit.ts';
import { createLog } from '../../src/app/logging.ts';
import { slackBody } from '../../src/notify/channels/slack/channel.ts';
import { letterOf } from '../../src/notify/words.ts';
import type { LoadedPolicy } from '../../src/policy-file/draft.ts';
import { PolicyRefused } from '../../src/policy-file/faults.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import type { Names } from '../../src/policy-file/names.ts';
import { resolvePolicy } from '../../src/policy-file/resolve.ts';
import type { PolicyChange } from '../../src/policy-file/watch.ts';
import { Reload } from '../../src/app/reload.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');

/** An organisation that has nearly all that the policies of `mutations.ts` name. */
const NAMES: Names = {
  users: [{ id: 'u-1', names: ['Wall board', 'wallboard@example.com'] }],
  groups: [
    { id: 'g-1', names: ['Supervisors'] },
    { id: 'g-2', names: ['Supervisors on call'] },
  ],
  roles: [],
  divisions: [{ id: 'd-1', names: ['Home'] }],
  queues: [{ id: 'q-1', names: ['Sales'] }],
  teams: [],
  presences: [{ id: 'p-1', names: ['Coaching'], system: 'BUSY' }],
};

/** What came of one text. */
export interface Said {
  /** Valid by itself, whether or not the organisation has what it names. */
  readonly loaded: LoadedPolicy | undefined;
  readonly shown: string;
  /** How much of a processor reading it took, in ms. */
  readonly took: number;
}

/** Reads a text as a running worker with the policy `before` does. Rejects with whatever is no refusal. */
export async function sayAll(text: string, before: LoadedPolicy): Promise<Said> {
  const shown: string[] = [];
  const begun = process.threadCpuUsage();
  const change = read(text);
  const { user, system } = process.threadCpuUsage(begun);
  const note = (one: string): void => {
    shown.push(one);
  };
  const reload = new Reload({
    loaded: before,
    resolve: (wanted) => {
      const { policy, warnings } = resolvePolicy(wanted.draft, NAMES, new Map(), NOW);
      shown.push(...warnings);
      return Promise.resolve(policy);
    },
    busy: () => false,
    takeUp: () => undefined,
    record: (event) => {
      note(JSON.stringify(event));
      return Promise.resolve();
    },
    alarm: ({ kind, message, fields }) => {
      const letter = letterOf(
        { id: 'm', at: NOW, kind, message, count: 1, items: [fields] },
        { templates: undefined },
      );
      note(slackBody(letter));
    },
    onChange: () => undefined,
    clock: { now: () => NOW },
    log: createLog('trace', { write: note }),
  });
  await reload.changed(change);
  await setImmediate();
  if (change.kind === 'valid') shown.push(...change.loaded.warnings);
  else shown.push(JSON.stringify(change.refusal.faults), explainError(change.refusal).text);
  return {
    loaded: change.kind === 'valid' ? change.loaded : undefined,
    shown: shown.join('\n'),
    took: (user + system) / 1_000,
  };
}

function read(text: string): PolicyChange {
  try {
    return { kind: 'valid', loaded: loadPolicyText(text, 'p.yaml', {}) };
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    return { kind: 'refused', refusal: error };
  }
}

/** The names that a policy gives to its own parts: they are said wherever these are spoken of. */
export function ownNames({ draft, settings }: LoadedPolicy): string {
  const { profiles, calendars } = draft.content;
  const rules = profiles.flatMap(({ rules: all }) => all.map(({ id }) => id));
  const names = [...profiles, ...settings.notify].map(({ name }) => name);
  return [...rules, ...names, ...Object.keys(calendars)].join('\n');
}
