/**
 * `node bench/kills.ts [KILLS] [SEED]`: the program as a process of its own, killed with SIGKILL again and again while it acts, on a
 * store on disk. Afterwards its record is compared with what the platform saw, and what a webhook was told with the record. Takes some
 * five seconds for each kill. Not run by the test runner.
 */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { sso } from '../test/blackbox/cast.ts';
import { Hook } from '../test/blackbox/hook.ts';
import { play, untilAllGone } from '../test/blackbox/judge.ts';
import { killAndRestart } from '../test/blackbox/mishaps.ts';
import type { Write } from '../test/blackbox/people.ts';

const MINUTE = 60_000;
/** `Date` has whole seconds, so that the program's time of the platform may be behind by so much. */
const STAMPS = 1_100;
/** So far apart that each effect can be told to belong to one intention. */
const RETURNS = `returns:
  window: 10s
  grace: 0s
  ladder:
    - { wait: 3s, actions: [off_queue, offline] }
    - { wait: 3s, actions: [off_queue, offline, revoke_tokens, notify] }
    - { wait: 4s, actions: [off_queue, offline, revoke_tokens] }
  repeat: 6s`;
const ACTIONS = {
  offline: 'offline',
  off_queue: 'off_queue',
  revoke: 'revoke_tokens',
  presence: '',
} as const;

interface Event {
  readonly kind: string;
  readonly at: number;
  readonly agent_id: string | null;
  readonly agent_name: string | null;
  readonly actions: string | null;
  readonly reason: string | null;
  readonly intent_id: string | null;
}

/** What is wrong with one intention and what followed it. */
function faultsOf(intent: Event, events: readonly Event[], done: readonly Write[]): readonly string[] {
  const who = `${intent.agent_name} at ${new Date(intent.at).toISOString()}`;
  const outcomes = events.filter((one) => one.intent_id === intent.intent_id && one.kind !== 'intent');
  const [outcome] = outcomes;
  if (outcome === undefined || outcomes.length > 1) return [`${who}: ${outcomes.length} outcomes`];
  const sent = done.map(({ operation }) => ACTIONS[operation]).filter((action) => action !== '');
  const said = (outcome.actions ?? '').split(/[^a-z_]+/).filter((action) => action !== '');
  const open = /not known to be done: (.*)$/.exec(outcome.reason ?? '')?.[1]?.split(', ') ?? [];
  const once = ['revoke_tokens', 'off_queue'].filter((what) => sent.filter((one) => one === what).length > 1);
  return [
    ...said.filter((what) => !sent.some((one) => one === what)).map((what) => `says ${what}, not done`),
    ...sent
      .filter((what) => !said.includes(what) && !open.includes(what))
      .map((what) => `says nothing of ${what}, done`),
    ...once.map((what) => `${what} twice`),
  ].map((fault) => `${who} (${outcome.kind}, ${outcome.reason ?? ''}): ${fault}`);
}

function account(events: readonly Event[], writes: readonly Write[]): readonly string[] {
  const intents = events.filter(({ kind }) => kind === 'intent');
  const byIntent = new Map<Event, Write[]>(intents.map((intent) => [intent, []]));
  const faults: string[] = [];
  for (const write of writes) {
    const before = intents.filter((one) => one.agent_id === write.person.id && one.at <= write.at + STAMPS);
    const mine = before.at(-1);
    if (mine === undefined) faults.push(`${write.operation} ${write.person.name}: no intention`);
    else byIntent.get(mine)?.push(write);
  }
  for (const [intent, done] of byIntent) faults.push(...faultsOf(intent, events, done));
  return faults;
}

/** Lines of the record that tell the same twice. */
function doubled(events: readonly Event[]): readonly string[] {
  const told = events
    .filter(({ kind }) => kind === 'return' || kind === 'held')
    .map(({ kind, agent_name: name, at }) => `${kind} ${name ?? ''} ${kind === 'return' ? at : ''}`);
  return told.filter((line, i) => told.indexOf(line) !== i);
}

async function kills(times: number, seed: number): Promise<object> {
  const hook = new Hook();
  const more = await hook.open(['return', 'held', 'breaker', 'forbidden', 'blind', 'store']);
  try {
    const { judgement, stage } = await play({ returns: RETURNS, more }, seed, async (scene) => {
      const { cast, org, trial } = scene;
      cast.hirePresent(1);
      cast.hireAbsent(1);
      cast.hireReturning(1);
      for (let n = 1; n <= 4; n += 1) {
        const tireless = { ...sso(400 * n, 'former', n % 2 === 0), reasserts: true, times: 3 * times };
        cast.gone(`Tireless ${n}`, 6_000, { presence: n % 2 === 0 ? 'Away' : 'Busy', sso: tireless });
      }
      const { run } = await killAndRestart(org, trial, seed, times);
      for (const person of cast.absent) person.sso = undefined;
      await untilAllGone(scene, 10_000, MINUTE);
      await sleep(3_000);
      return run;
    });
    const events = judgement.record as unknown as readonly Event[];
    const count = (kind: string): number => events.filter((one) => one.kind === kind).length;
    const { disturbed, missed, unrecorded, secrets, end } = judgement;
    const faults = account(events, stage.org.people.writes);
    const interrupted = events.filter(({ reason }) => reason?.includes('interruption') === true).length;
    const came = [...stage.org.people.all.values()].reduce((sum, { cameAt }) => sum + cameAt.length, 0);
    const seen = { intents: count('intent'), returns: count('return'), came, held: count('held') };
    const told = Object.fromEntries(
      [...Map.groupBy(hook.told, (kind) => kind)].map(([kind, all]) => [kind, all.length]),
    );
    return {
      ...seen,
      interrupted,
      told,
      disturbed,
      missed,
      unrecorded,
      secrets,
      end,
      faults,
      doubled: doubled(events),
    };
  } finally {
    await hook.close();
  }
}

const [times = '100', seed = '1'] = process.argv.slice(2);
const result = await kills(Number(times), Number(seed));
process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
