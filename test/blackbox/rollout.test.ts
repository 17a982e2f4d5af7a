/** A change on disk that comes to half of the agents first, as an operator follows it from a shell: status, abort, continue. */
import { expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Organisation } from './organisation.ts';
import { Trial, until, type Run } from './program.ts';

/** A machine that has much else to do may take so long. */
const AT_MOST = 60_000;
const LENIENT = `      - { id: gone, when: { presence: [available], routing: [off_queue] }, limit: 1h }`;

interface Told {
  readonly share: number;
  readonly stopped: { readonly reason: string | null } | null;
}

/** Waits until `/status` tells of a rollout so; answers what it told last. */
async function toldBy(run: Run, holds: (rollout: Told | null) => boolean): Promise<Told | null> {
  const end = Date.now() + AT_MOST;
  for (;;) {
    const { rollout } = JSON.parse(await run.get('/status')) as { readonly rollout: Told | null };
    if (holds(rollout) || Date.now() > end) return rollout;
    await sleep(100);
  }
}

test('a change comes to half of the agents, is taken back, goes on, and comes to all, as an operator says', async () => {
  const organisation = new Organisation();
  const trial = new Trial();
  // So many that some are in the first half, and some are not, whatever their ids.
  const people = Array.from({ length: 24 }, (_, n) => organisation.people.add(`Idle ${n}`));
  const online = (): typeof people => people.filter(({ presence }) => presence !== 'Offline');
  const asks = async (...args: readonly string[]): Promise<string> => {
    const run = trial.start(args);
    expect({ args, code: await run.wait(), text: run.output }).toMatchObject({ code: 0 });
    return run.output;
  };
  try {
    trial.write(await organisation.open(), { rules: LENIENT });
    const run = trial.start();
    const sweeps = (): number => run.lines('sweep done').length;
    expect(await until(() => sweeps() > 1, AT_MOST)).toBe(true);
    const policy = readFileSync(trial.config, 'utf8').replace('limit: 1h', 'limit: 3s');
    writeFileSync(trial.config, `${policy}rollout: { steps: [50%, 100%], every: 1h }\n`);
    expect(await until(() => online().length < people.length, AT_MOST)).toBe(true);
    const before = sweeps();
    expect(await until(() => sweeps() > before + 1, AT_MOST)).toBe(true);

    const others = online();
    const begun = await asks('rollout', 'status');
    expect(begun).toContain(': in force for 50 % of the agents since ');
    expect(begun).toMatch(
      new RegExp(`agents with the changed policy +${people.length - others.length} +0 +0 +0\n`),
    );
    expect(await asks('explain', others[0]!.name)).toContain(
      'does not judge this agent yet (50 % of the agents have it): the former policy judges this agent.',
    );

    expect(await asks('rollout', 'abort', '--reason', 'a drill')).toContain('Reached: run on host ');
    expect(await toldBy(run, (rollout) => rollout?.stopped !== null)).toMatchObject({
      ...{ share: 0, stopped: { reason: null } },
    });
    expect(await run.get('/metrics')).toMatch(/^idle_enforcer_rollout_stopped\{.*\} 1$/m);
    expect(await asks('rollout', 'status')).toMatch(/stopped at \S+ by \S+ \(aborted: a drill\)/);

    expect(await asks('rollout', 'continue')).toContain('in force for 50 % of the agents again');
    expect(await toldBy(run, (rollout) => rollout?.stopped === null)).toMatchObject({ share: 0.5 });
    expect(online()).toEqual(others);
    expect(await asks('rollout', 'continue')).toContain('the changed policy is in force for all agents.');
    expect(await until(() => online().length === 0, AT_MOST)).toBe(true);
    expect(await toldBy(run, (rollout) => rollout === null)).toBeNull();
    expect(run.alarms('rollout').begun).toEqual([]);
  } finally {
    await trial.close();
    await organisation.close();
  }
}, 240_000);
