/** What counts as a change of the policy file, however it is made. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SECOND } from '../../src/domain/time.ts';
import {
  policyFingerprint,
  watchPolicy,
  type PolicyChange,
  type PolicyWatch,
} from '../../src/policy/watch.ts';
import { Folder, policyText, Timers } from './parts.ts';

let folder: Folder;
let timers: Timers;
let changes: PolicyChange[];
let watch: PolicyWatch | undefined;

beforeEach(() => {
  [folder, timers, changes] = [new Folder(), new Timers(), []];
});
afterEach(() => {
  watch?.close();
  folder.remove();
});

/** Watches without the file system's own events: what is not found without them is not found. */
function begin(fingerprint?: string): void {
  const told = fingerprint === undefined ? {} : { fingerprint };
  const options = { env: {}, after: timers.after, events: false, ...told };
  watch = watchPolicy(folder.policy, (change) => changes.push(change), options);
}

/** What was told since the last time: the limit of the rule, or the first fault. */
function told(): readonly string[] {
  return changes.splice(0).map((change) => {
    if (change.kind === 'refused') return `refused: ${change.refusal.faults[0]?.message ?? ''}`;
    return String(change.loaded.draft.content.profiles[0]?.rules[0]?.limit);
  });
}

const HOUR = String(3_600 * SECOND);
const TWO = String(7_200 * SECOND);

describe('a change is found', () => {
  test('when the file is written anew', () => {
    folder.write('policy.yaml', policyText());
    begin();
    timers.wind(60 * SECOND);
    expect(told()).toEqual([]);
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    timers.wind(6 * SECOND);
    expect(told()).toEqual([TWO]);
    timers.wind(60 * SECOND);
    expect(told()).toEqual([]);
  });

  test('when an editor renames another over it, again and again', () => {
    folder.write('policy.yaml', policyText());
    begin();
    for (const limit of ['2h', '1h', '2h']) {
      folder.rename('policy.yaml', policyText({ limit }));
      timers.wind(6 * SECOND);
    }
    expect(told()).toEqual([TWO, HOUR, TWO]);
  });

  test('when it was deleted for a moment, which is not refused', () => {
    folder.write('policy.yaml', policyText());
    begin();
    rmSync(folder.policy);
    watch?.look();
    timers.wind(SECOND);
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    timers.wind(6 * SECOND);
    expect(told()).toEqual([TWO]);
  });

  test('when it was made between being read and being watched', () => {
    folder.write('policy.yaml', policyText());
    const fingerprint = policyFingerprint(folder.policy);
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    begin(fingerprint);
    timers.wind(6 * SECOND);
    expect(told()).toEqual([TWO]);
  });

  test('when only a secret in a file of its own has changed', () => {
    folder.write('secret', 'one');
    folder.write('policy.yaml', policyText({ secret: '${file:secret}' }));
    begin();
    folder.rename('secret', 'two');
    timers.wind(6 * SECOND);
    const [change] = changes;
    expect(change?.kind === 'valid' && change.loaded.settings.genesys.clientSecret).toBe('two');
  });

  test('by the file system’s own events, without waiting for the next look', async () => {
    folder.swap({ 'policy.yaml': policyText() });
    const changed = new Promise<PolicyChange>((resolve) => {
      watch = watchPolicy(folder.policy, resolve, { env: {} });
    });
    folder.swap({ 'policy.yaml': policyText({ limit: '2h' }) });
    expect((await changed).kind).toBe('valid');
  });
});

describe('a change is not believed', () => {
  test('while it goes on', () => {
    folder.write('policy.yaml', policyText());
    begin();
    const whole = policyText({ limit: '2h' });
    watch?.look();
    for (const part of [0.3, 0.6, 0.9, 1]) {
      folder.write('policy.yaml', whole.slice(0, whole.length * part));
      watch?.look();
      timers.wind(100);
    }
    timers.wind(SECOND);
    expect(told()).toEqual([TWO]);
  });

  test('for ever, when it never ends', () => {
    folder.write('policy.yaml', policyText());
    begin();
    for (let n = 1; n <= 40; n += 1) {
      folder.write('policy.yaml', policyText({ limit: `${n + 60}m` }));
      watch?.look();
    }
    expect(told().length).toBeGreaterThan(0);
  });

  test('when it is gone again', () => {
    folder.write('policy.yaml', policyText());
    begin();
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    watch?.look();
    folder.write('policy.yaml', policyText());
    timers.wind(60 * SECOND);
    expect(told()).toEqual([]);
  });
});

describe('what cannot be used is refused', () => {
  test.each([
    [
      'a fault in it',
      () => {
        folder.write('policy.yaml', policyText({ limit: '1x' }));
      },
      'not a duration',
    ],
    [
      'no file',
      () => {
        rmSync(folder.policy);
      },
      'it does not exist',
    ],
    [
      'an empty file',
      () => {
        folder.write('policy.yaml', '');
      },
      'the file is empty',
    ],
    [
      'a folder',
      () => {
        rmSync(folder.policy);
        mkdirSync(folder.policy);
      },
      'it is a folder',
    ],
    [
      'a secret that is gone',
      () => {
        rmSync(join(folder.path, 'secret'));
      },
      'the file secret cannot be read',
    ],
  ] as const)('once: %s', (_, change, why) => {
    folder.write('secret', 'one');
    folder.write('policy.yaml', policyText({ secret: '${file:secret}' }));
    begin();
    change();
    timers.wind(60 * SECOND);
    expect(told()).toEqual([expect.stringContaining(why)]);
    rmSync(folder.policy, { recursive: true, force: true });
    folder.write('secret', 'one');
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    timers.wind(60 * SECOND);
    expect(told()).toEqual([TWO]);
  });

  test('even when reading it fails in a way that nobody thought of', () => {
    folder.write('policy.yaml', policyText());
    const load = (): never => {
      throw new TypeError('a mistake in this program');
    };
    const options = { env: {}, after: timers.after, events: false, load };
    watch = watchPolicy(folder.policy, (change) => changes.push(change), options);
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    timers.wind(60 * SECOND);
    expect(told()).toEqual(['refused: cannot be used, for an unexpected reason']);
  });
});

test('a watch that is closed leaves no timer behind and tells nothing', () => {
  folder.write('policy.yaml', policyText());
  begin();
  folder.write('policy.yaml', policyText({ limit: '2h' }));
  watch?.look();
  watch?.close();
  timers.wind(60 * SECOND);
  expect(told()).toEqual([]);
  expect(timers.set).toBe(0);
});
