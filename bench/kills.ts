/**
 * `node bench/kills.ts [KILLS] [SEED]`: the program as a process of its own, killed with SIGKILL again and again while it acts, on a
 * store on disk. Afterwards its record is compared with what the platform saw, and what a webhook was told with the record. Takes some
 * seven seconds for each kill. Not run by the test runner.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { argumentsOf, whole } from '../scripts/arguments.ts';
import { seeded, sso } from '../test/blackbox/cast.ts';
import { Hook } from '../test/blackbox/hook.ts';
import { play, untilAllGone } from '../test/blackbox/judge.ts';
import type { Organisation } from '../test/blackbox/organisation.ts';
import type { Write } from '../test/blackbox/people.ts';
import { until, type Run, type Trial } from '../test/blackbox/program.ts';

const MINUTE = 60_000;
/** `Date` has whole seconds, so that the program's time of the platform may be behind by so much. */
const STAMPS = 1_100;
/** So far apart that each effect can be told to belong to one intention. */
const RETURNS = `returns:
  window: 10s
  grace: 0s
  ladder:
    - { wait: 3s, actions: [off_queue, offline] }
    - { wait: 3s, actions: [end_sso_session, off_queue, offline, revoke_tokens, notify] }
    - { wait: 4s, actions: [off_queue, offline, revoke_tokens] }
  repeat: 6s`;
const ACTIONS = {
  offline: 'offline',
  off_queue: 'off_queue',
  revoke: 'revoke_tokens',
  presence: '',
} as const;

/** What the platform sees nothing of. */
const ELSEWHERE: ReadonlySet<string> = new Set(['', 'notify', 'end_sso_session']);

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
  const said = (outcome.actions ?? '').split(/[^a-z_]+/).filter((action) => !ELSEWHERE.has(action));
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

/** An identity provider behind a webhook: keeps when it was asked to end whose session. */
class Provider {
  readonly asked: string[] = [];
  onAsked: () => void = () => undefined;
  readonly #server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      if (request.method === 'POST') this.asked.push(text);
      this.onAsked();
      setTimeout(() => response.end('{}'), 40);
    });
  });

  /** Listens; answers the keys of a policy that name it. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return `identity: { webhook: { url: "http://127.0.0.1:${port}/end-the-session", secret: a-signing-key-0123 } }`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** No session is ended oftener than it was intended, and none is said to be that was not asked for. */
function sessions(events: readonly Event[], asked: number): readonly string[] {
  const meant = events.filter(
    ({ kind, actions }) => kind === 'intent' && actions?.includes('end_sso_session'),
  );
  const ids = new Set(meant.map(({ intent_id: id }) => id));
  const ended = events.filter(({ kind, intent_id: id }) => kind === 'sso_ended' && ids.has(id));
  const counts = `${meant.length} intended, ${asked} asked, ${ended.length} ended`;
  return asked > meant.length || ended.length > asked ? [`sessions: ${counts}`] : [];
}

/** Lines of the record that tell the same twice. */
function doubled(events: readonly Event[]): readonly string[] {
  const told = events
    .filter(({ kind }) => kind === 'return' || kind === 'held')
    .map(({ kind, agent_name: name, at }) => `${kind} ${name ?? ''} ${kind === 'return' ? at : ''}`);
  return told.filter((line, i) => told.indexOf(line) !== i);
}

/** Lives of some seconds, each ended by the clock, at a write, or when the identity provider is asked. Answers the last run. */
async function killAgainAndAgain(
  { org, trial }: { readonly org: Organisation; readonly trial: Trial },
  provider: Provider,
  random: () => number,
  times: number,
): Promise<Run> {
  let run = trial.start();
  for (let n = 0; n < times; n += 1) {
    const begun = Date.now();
    const longest = 2_000 + random() * 9_000;
    const kind = random();
    let left = 1 + Math.floor(random() * 6);
    const kill = (): void => {
      left -= 1;
      if (left > 0) return;
      const after = Math.floor(random() * 60);
      if (random() < 0.5) run.child.kill('SIGKILL');
      else setTimeout(() => run.child.kill('SIGKILL'), after);
    };
    if (kind < 0.5) org.people.onWrite = kill;
    else if (kind < 0.8) {
      left = 1;
      provider.onAsked = kill;
    }
    await until(() => run.ended, longest);
    await run.kill();
    org.people.onWrite = () => undefined;
    provider.onAsked = () => undefined;
    process.stderr.write(`${n + 1}: ${Date.now() - begun} ms\n`);
    run = trial.start();
  }
  return run;
}

async function kills(times: number, seed: number): Promise<object> {
  const hook = new Hook();
  const provider = new Provider();
  const channel = await hook.open(['return', 'held', 'breaker', 'forbidden', 'blind', 'store']);
  const more = `${channel}\n${await provider.open()}`;
  try {
    const { judgement, stage } = await play({ returns: RETURNS, more }, seed, async (scene) => {
      const { cast, org, trial } = scene;
      cast.hirePresent(1);
      cast.hireAbsent(1);
      cast.hireReturning(1);
      for (let n = 1; n <= 4; n += 1) {
        const tireless = { ...sso(400 * n, 'former', n % 2 === 0), reasserts: true, times: 9 * times };
        cast.gone(`Tireless ${n}`, 6_000, { presence: n % 2 === 0 ? 'Away' : 'Busy', sso: tireless });
      }
      const run = await killAgainAndAgain({ org, trial }, provider, seeded(seed), times);
      for (const person of cast.absent) person.sso = undefined;
      // Where no answer of the provider was seen, its longest delay is waited for.
      await untilAllGone(scene, 10_000, 6 * MINUTE);
      await sleep(3_000);
      return run;
    });
    const rows: readonly unknown[] = judgement.record;
    const events = rows as readonly Event[];
    const count = (kind: string): number => events.filter((one) => one.kind === kind).length;
    const { disturbed, missed, unrecorded, secrets, end } = judgement;
    const faults = [...account(events, stage.org.people.writes), ...sessions(events, provider.asked.length)];
    const interrupted = events.filter(({ reason }) => reason?.includes('interruption') === true).length;
    const came = [...stage.org.people.all.values()].reduce((sum, { cameAt }) => sum + cameAt.length, 0);
    const seen = {
      intents: count('intent'),
      returns: count('return'),
      came,
      held: count('held'),
      asked: provider.asked.length,
    };
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
    await provider.close();
    await hook.close();
  }
}

const {
  words: [times = '100', seed = '1'],
} = argumentsOf({}, 2);
const result = await kills(whole('The number of kills', times, 1), whole('The seed', seed));
process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
