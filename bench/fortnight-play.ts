/** Worlds played to their end, one after the other: the whole worker over real HTTP, under a clock that is wound. Run by `fortnight.ts`. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { json } from 'node:stream/consumers';
import { WoundClock } from '../src/app/clock.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../src/domain/time/time.ts';
import { createLog } from '../src/app/logging.ts';
import { loadPolicyText } from '../src/policy-file/load.ts';
import { createSandbox, HOSTILE_MIX, type Faults, type Sandbox, type Truth } from '../src/sandbox/index.ts';
import { Metrics } from '../src/server/metrics.ts';
import { assemble, openStoreOf } from '../src/app/compose.ts';
import type { Mix } from './fortnight-mixes.ts';

/** What a child process is asked for. */
export interface Wanted {
  readonly mix: Mix;
  readonly seed: number;
  readonly agents: number;
  readonly days: number;
  /** Whether `returns` is set as docs/sso.md advises where browsers keep coming back, with a connector. */
  readonly tuned: boolean;
  /** The kinds of agents, one after the other; else as many of each as there are in a contact centre. */
  readonly cast: readonly string[] | undefined;
  /** How long from sweep to sweep, s. A divisor of 60. */
  readonly interval: number;
  /** Which sources of evidence are asked, as the policy writes it. */
  readonly evidence: string;
  /** Whether answers are carried out between sweeps as well. */
  readonly early: boolean;
  /** What the sources get wrong. */
  readonly faults: Partial<Faults>;
}

const FROM = Date.parse('2026-03-02T14:00:00Z');
/** How long each kind of absence may last by the policy below; an hour where nothing is said. */
const LIMITS: Readonly<Record<string, number>> = {
  'overran-meal': 90 * MINUTE,
  'watching-supervisor': 12 * HOUR,
  'presence-flipper': 4 * HOUR,
};

const NAMED_BY = ['address', 'actor', 'target'] as const;

async function play(wanted: Wanted): Promise<Truth> {
  const { mix, seed, agents, days, tuned, evidence, early, faults } = wanted;
  const interval = wanted.interval * SECOND;
  const clock = new WoundClock(FROM);
  const now = (): number => clock.now();
  const cast = wanted.cast ?? HOSTILE_MIX;
  // No question of its own among the mixes: the answer must change nothing.
  const switches = { ...mix, auditsNameUsersBy: NAMED_BY[seed % NAMED_BY.length] ?? 'address' };
  const sandbox = createSandbox({ seed, agents, cast, switches, faults, startsAt: FROM, now });
  const { apiUrl } = await sandbox.listen();
  const provider = await identityProvider(sandbox);
  const text =
    `${policy(apiUrl, wanted.interval)}evidence: ${evidence}\n` + (tuned ? tunedReturns(provider.url) : '');
  const loaded = loadPolicyText(text, 'fortnight.yaml', {});
  const { signal } = new AbortController();
  const around = { clock, log: createLog('silent', 'stderr'), metrics: new Metrics(), signal };
  const store = await openStoreOf(loaded.settings, around);
  const { worker, close } = await assemble(loaded, store, around);
  for (let at = FROM; at < FROM + days * DAY; at += interval) {
    await clock.goOnTo(at);
    await worker.tick(at + interval);
    for (const share of early ? [0.25, 0.5, 0.75] : []) {
      await clock.goOnTo(at + share * interval);
      await worker.lookEarly(at + interval);
    }
  }
  const truth = sandbox.truth({ limitFor: (archetype) => LIMITS[archetype] ?? HOUR, slackMs: 12 * MINUTE });
  await close();
  await sandbox.close();
  provider.close();
  return truth;
}

/** A service that ends the session of any user at once. */
async function identityProvider(sandbox: Sandbox): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const { agent } = body as { readonly agent: { readonly id: string } };
      const person = sandbox.world.find(agent.id);
      if (person !== undefined) sandbox.world.endSignOn(person);
      response.writeHead(person === undefined ? 404 : 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/end`, close: () => server.close() };
}

function policy(url: string, interval: number): string {
  return `version: 1
mode: enforce
genesys: { region: eu-west-1, api_url: "${url}", login_url: "${url}", client_id: sandbox-client, client_secret: sandbox-secret }
exempt: [{ users: ["wallboard*@example.com"] }]
profiles:
  - name: supervisors
    match: { groups: [Supervisors] }
    rules: [{ id: sup-gone, when: { presence: [available, away, break, meal, busy, idle] }, limit: 12h }]
  - name: agents
    rules:
      - { id: not-responding, when: { routing: [not_responding] }, clock: in_state, limit: 10m }
      - { id: screen-locked, when: { presence: [idle] }, clock: in_state, limit: 60m }
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: 60m }
      - { id: long-meal, when: { presence: [meal] }, limit: 90m }
      - { id: long-meeting, when: { presence: [meeting, training] }, limit: 4h }
      - { id: no-work, when: { presence: [away, break, meal] }, clock: since_work, limit: 4h }
sweep: { every: "${interval === 60 ? '0' : `*/${interval}`} * * * * *" }
store: { sqlite: ":memory:" }
`;
}

function tunedReturns(url: string): string {
  return `identity: { webhook: { url: "${url}", secret: a-secret-of-the-bench-alone }, subject: email, per_hour: 100 }
returns:
  window: 10m
  ladder:
    - { wait: 1m, actions: [off_queue, offline] }
    - { wait: 5m, actions: [off_queue, offline, revoke_tokens] }
    - { wait: 10m, actions: [end_sso_session, off_queue, offline, revoke_tokens] }
`;
}

process.on('message', (wanted: Wanted) => {
  void play(wanted).then((truth) => process.send?.(truth));
});
