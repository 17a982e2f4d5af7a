/** `demo`: the sandbox and the worker together with the clock wound up: a shift in a minute, then the tally. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WoundClock } from '../../app/clock.ts';
import { HOUR, MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';
import { createLog } from '../../app/logging.ts';
import type { Sender } from '../../notify/send.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { loadPolicyFile } from '../../policy-file/load.ts';
import { createSandbox, DEFAULT_MIX, type Sandbox, type Truth } from '../../sandbox/index.ts';
import { Metrics } from '../../server/metrics.ts';
import { assemble, openStoreOf, type Assembly } from '../../app/compose.ts';
import { folderToKeep, keep, writePolicyToPlay } from './keep.ts';
import { DemoView } from './view.ts';
import { EXIT } from '../shared/exit.ts';
import { wholeOption, type ConfigOption } from '../shared/options.ts';
import { outputTo, type Output } from '../shared/output.ts';
import { orRefused } from '../shared/private-file.ts';
import { SANDBOX_CLIENT } from '../sandbox/command.ts';

export interface DemoOptions extends ConfigOption {
  readonly agents: string;
  readonly seed: string;
  readonly hours: string;
  /** A folder for what is kept. */
  readonly keep?: string;
  readonly json?: boolean;
}

/** A Monday, 08:00 in Chicago, where the annotated default has its business hours. */
const STARTS_AT: Instant = Date.parse('2026-03-02T14:00:00Z');
/** The last who leave without logging out do so at the end of the shift: their limit must pass as well. */
const AFTERWARDS: Duration = 2 * HOUR;
/** How long each kind of absence may last, by the rules of the annotated default. */
const LIMITS: Readonly<Record<string, Duration | undefined>> = {
  'overran-meal': 90 * MINUTE,
  'watching-supervisor': 12 * HOUR,
};
const ORDINARY_LIMIT: Duration = 60 * MINUTE;

/** Messages of the simulation must reach no receiver; warned agents count as told. */
const NOBODY: Sender = { send: () => Promise.resolve(), close: () => Promise.resolve() };

/** Plays the shift and prints the tally. Answers the exit code: 3 when an agent was disturbed or missed. */
export async function demo(options: DemoOptions, output: Output): Promise<number> {
  // Every story is played at least once: the policy names one of these people.
  const agents = wholeOption('--agents', options.agents, Object.keys(DEFAULT_MIX).length, 50_000);
  const shift = wholeOption('--hours', options.hours, 1, 16) * HOUR;
  const clock = new WoundClock(STARTS_AT);
  const sandbox = createSandbox({
    seed: wholeOption('--seed', options.seed, 0, 2 ** 31),
    agents,
    now: () => clock.now(),
    startsAt: STARTS_AT,
    shiftMs: shift,
    clientId: SANDBOX_CLIENT.id,
    clientSecret: SANDBOX_CLIENT.secret,
  });
  const kept = options.keep === undefined ? undefined : await folderToKeep(options.keep);
  const folder =
    kept ?? (await orRefused(tmpdir(), mkdtemp(join(tmpdir(), 'idle-enforcer-demo-')), 'TMPDIR'));
  try {
    const urls = await sandbox.listen();
    const view = new DemoView(output, {
      quiet: options.json === true,
      agents,
      from: STARTS_AT,
      to: STARTS_AT + shift + AFTERWARDS,
    });
    const loaded = await policyFor(options, urls, folder);
    await playWith(loaded, clock, view, STARTS_AT + shift + AFTERWARDS);
    const truth = truthOf(sandbox, loaded);
    if (options.json === true) output.json({ ...truth, requests: sandbox.requests }, 2);
    else view.tally(truth, sandbox.requests);
    if (kept !== undefined) {
      const said = options.json === true ? outputTo(() => undefined) : output;
      await keep(kept, { from: STARTS_AT, to: STARTS_AT + shift + AFTERWARDS }, said);
    }
    return truth.disturbed.length + truth.missed.length === 0 ? EXIT.fine : EXIT.failedActions;
  } finally {
    await sandbox.close();
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Plays the shift with a worker that ends with it. */
async function playWith(
  loaded: LoadedPolicy,
  clock: WoundClock,
  view: DemoView,
  until: Instant,
): Promise<void> {
  const around = {
    clock,
    log: createLog('silent', 'stderr'),
    metrics: new Metrics(),
    signal: new AbortController().signal,
    sender: NOBODY,
  };
  const store = await openStoreOf(loaded.settings, around);
  const assembly = await assemble(loaded, store, around);
  try {
    await play(loaded, assembly, clock, view, until);
  } finally {
    await assembly.close();
  }
}

function policyPath({ config }: DemoOptions): string {
  return config ?? fileURLToPath(new URL('../../../config/idle-enforcer.yaml', import.meta.url));
}

/** The policy, pointed at the sandbox and enforcing: a file in the folder, which is played as it stands. */
async function policyFor(
  options: DemoOptions,
  urls: { apiUrl: string; loginUrl: string },
  folder: string,
): Promise<LoadedPolicy> {
  const path = policyPath(options);
  const env = {
    ...process.env,
    GENESYS_CLIENT_ID: SANDBOX_CLIENT.id,
    GENESYS_CLIENT_SECRET: SANDBOX_CLIENT.secret,
  };
  // Faults are told of the file that the user wrote.
  loadPolicyFile(path, env);
  return loadPolicyFile(await writePolicyToPlay(folder, { path, urls, client: SANDBOX_CLIENT }), env);
}

async function play(
  { settings }: LoadedPolicy,
  { worker, lastReport }: Assembly,
  clock: WoundClock,
  view: DemoView,
  until: Instant,
): Promise<void> {
  const { interval } = settings.sweep;
  for (let at = clock.now(); at <= until; at += interval) {
    await clock.goOnTo(at);
    await worker.tick(at + interval);
    view.show(at, lastReport());
  }
}

function truthOf(sandbox: Sandbox, { settings, draft }: LoadedPolicy): Truth {
  const { grace } = draft.content.returns;
  return sandbox.truth({
    limitFor: (archetype) => LIMITS[archetype] ?? ORDINARY_LIMIT,
    // No agent is due during grace, and each is read and judged once an interval.
    slackMs: grace + 2 * settings.sweep.interval,
  });
}
