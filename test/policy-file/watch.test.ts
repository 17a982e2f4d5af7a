/** What counts as a change of the policy file, however it is made. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SECOND } from '../../src/domain/time/time.ts';
import {
  watchPolicy,
  type PolicyChange,
  type PolicyWatch,
  type WatchOptions,
} from '../../src/policy-file/watch.ts';
import { checking, Folder, policyText, settled, Timers } from '../app/reload-parts.ts';

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
function begin(more: Partial<WatchOptions> = {}): void {
  const options = { ...checking(folder.policy), after: timers.after, events: false, ...more };
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
  test('when the file is written anew', async () => {
    folder.write('policy.yaml', policyText());
    begin();
    await timers.wind(60 * SECOND);
    expect(told()).toEqual([]);
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    await timers.wind(6 * SECOND);
    expect(told()).toEqual([TWO]);
    await timers.wind(60 * SECOND);
    expect(told()).toEqual([]);
  });

  test('when an editor renames another over it, again and again', async () => {
    folder.write('policy.yaml', policyText());
    begin();
    for (const limit of ['2h', '1h', '2h']) {
      folder.rename('policy.yaml', policyText({ limit }));
      await timers.wind(6 * SECOND);
    }
    expect(told()).toEqual([TWO, HOUR, TWO]);
  });

  test('when it was deleted for a moment, which is not refused', async () => {
    folder.write('policy.yaml', policyText());
    begin();
    rmSync(folder.policy);
    watch?.look();
    await timers.wind(SECOND);
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    await timers.wind(6 * SECOND);
    expect(told()).toEqual([TWO]);
  });

  test('when it was made between being read and being watched', async () => {
    folder.write('policy.yaml', policyText());
    const { files } = checking(folder.policy);
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    begin({ files });
    await timers.wind(6 * SECOND);
    expect(told()).toEqual([TWO]);
  });

  test('when only a secret in a file of its own has changed', async () => {
    folder.write('secret', 'one');
    folder.write('policy.yaml', policyText({ secret: '${file:secret}' }));
    begin();
    folder.rename('secret', 'two');
    await timers.wind(6 * SECOND);
    const [change] = changes;
    expect(change?.kind === 'valid' && change.loaded.settings.genesys.clientSecret).toBe('two');
  });

  test('by the file system’s own events, without waiting for the next look', async () => {
    folder.swap({ 'policy.yaml': policyText() });
    const changed = new Promise<PolicyChange>((resolve) => {
      watch = watchPolicy(folder.policy, resolve, checking(folder.policy));
    });
    folder.swap({ 'policy.yaml': policyText({ limit: '2h' }) });
    expect((await changed).kind).toBe('valid');
  });
});

describe('a change is not believed', () => {
  test('while it goes on', async () => {
    folder.write('policy.yaml', policyText());
    begin();
    const whole = policyText({ limit: '2h' });
    watch?.look();
    for (const part of [0.3, 0.6, 0.9, 1]) {
      folder.write('policy.yaml', whole.slice(0, whole.length * part));
      watch?.look();
      await timers.wind(100);
    }
    await timers.wind(SECOND);
    expect(told()).toEqual([TWO]);
  });

  test('for ever, when it never ends', async () => {
    folder.write('policy.yaml', policyText());
    begin();
    for (let n = 1; n <= 40; n += 1) {
      folder.write('policy.yaml', policyText({ limit: `${n + 60}m` }));
      watch?.look();
      await settled();
    }
    expect(told().length).toBeGreaterThan(0);
  });

  test('when it is gone again', async () => {
    folder.write('policy.yaml', policyText());
    begin();
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    watch?.look();
    folder.write('policy.yaml', policyText());
    await timers.wind(60 * SECOND);
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
      'a pipe, which would be waited for',
      () => {
        rmSync(folder.policy);
        execFileSync('mkfifo', [folder.policy]);
      },
      'it is a pipe (FIFO), not a plain file',
    ],
    [
      'a secret that is a pipe',
      () => {
        rmSync(join(folder.path, 'secret'));
        execFileSync('mkfifo', [join(folder.path, 'secret')]);
      },
      'the file secret cannot be read: it is a pipe (FIFO), not a plain file',
    ],
    [
      'a secret that is gone',
      () => {
        rmSync(join(folder.path, 'secret'));
      },
      'the file secret cannot be read',
    ],
  ] as const)('once: %s', async (_, change, why) => {
    folder.write('secret', 'one');
    folder.write('policy.yaml', policyText({ secret: '${file:secret}' }));
    begin();
    change();
    await timers.wind(60 * SECOND);
    expect(told()).toEqual([expect.stringContaining(why)]);
    rmSync(folder.policy, { recursive: true, force: true });
    rmSync(join(folder.path, 'secret'), { force: true });
    folder.write('secret', 'one');
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    await timers.wind(60 * SECOND);
    expect(told()).toEqual([TWO]);
  });

  test('but not when the check itself breaks off: it is tried again until it comes to something', async () => {
    folder.write('policy.yaml', policyText());
    const { load } = checking(folder.policy);
    let breaks = true;
    begin({ load: (signal) => (breaks ? Promise.reject(new Error('no thread to be had')) : load(signal)) });
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    await timers.wind(60 * SECOND);
    expect(told()).toEqual([]);
    breaks = false;
    await timers.wind(6 * SECOND);
    expect(told()).toEqual([TWO]);
  });
});

describe('a check that takes its time', () => {
  /** Checks come to something only when they are told to. */
  function slow(): { readonly load: WatchOptions['load']; readonly begun: AbortSignal[]; finish(): void } {
    const { load } = checking(folder.policy);
    const begun: AbortSignal[] = [];
    let finish = (): void => undefined;
    return {
      begun,
      finish: () => {
        finish();
      },
      load: async (signal) => {
        begun.push(signal);
        const result = await load(signal);
        await new Promise<void>((resolve) => (finish = resolve));
        return result;
      },
    };
  }

  test('is made once, however often the watch looks', async () => {
    folder.write('policy.yaml', policyText());
    const checks = slow();
    begin(checks);
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    await timers.wind(6 * SECOND);
    watch?.look();
    await timers.wind(60 * SECOND);
    expect(checks.begun).toHaveLength(1);
    checks.finish();
    await settled();
    expect(told()).toEqual([TWO]);
  });

  test('of a file that changes meanwhile counts for nothing, and what stands there then is checked', async () => {
    folder.write('policy.yaml', policyText());
    const checks = slow();
    begin(checks);
    folder.write('policy.yaml', policyText({ limit: '3h' }));
    await timers.wind(6 * SECOND);
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    checks.finish();
    await timers.wind(6 * SECOND);
    expect(told()).toEqual([]);
    checks.finish();
    await settled();
    expect(told()).toEqual([TWO]);
  });

  test('is ended when the watch is closed, and nothing is told of it', async () => {
    folder.write('policy.yaml', policyText());
    const checks = slow();
    begin(checks);
    folder.write('policy.yaml', policyText({ limit: '2h' }));
    await timers.wind(6 * SECOND);
    watch?.close();
    expect(checks.begun[0]?.aborted).toBe(true);
    checks.finish();
    await settled();
    expect(told()).toEqual([]);
  });
});

test('a watch that is closed leaves no timer behind and tells nothing', async () => {
  folder.write('policy.yaml', policyText());
  begin();
  folder.write('policy.yaml', policyText({ limit: '2h' }));
  watch?.look();
  watch?.close();
  await timers.wind(60 * SECOND);
  expect(told()).toEqual([]);
  expect(timers.set).toBe(0);
});
