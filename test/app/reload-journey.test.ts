/** The whole worker against the sandbox: its policy and its secret change while it runs, and people are told. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MINUTE } from '../../src/domain/time/time.ts';
import { watchPolicy, type PolicyChange, type PolicyWatch } from '../../src/policy-file/watch.ts';
import { policyText, SECRET, Shift, type ShiftOptions } from '../journeys/shift.ts';
import { Receiver } from '../notify/parts.ts';
import { checking, Folder, Timers } from './reload-parts.ts';

let receiver: Receiver;
let folder: Folder;
let shift: Shift | undefined;
let watch: PolicyWatch | undefined;
const taking: Promise<void>[] = [];
const timers = new Timers();

beforeEach(async () => {
  receiver = await Receiver.open();
  folder = new Folder();
});
afterEach(async () => {
  watch?.close();
  await shift?.end();
  await receiver.close();
  folder.remove();
  [shift, watch] = [undefined, undefined];
});

function gone(rule: string): string {
  return `\n      - { id: gone, when: { presence: [available, away, break, busy, idle, meal], routing: [off_queue] }, ${rule} }`;
}

/** Everyone told of everything, and agents reached by a hook. */
function channels(): string {
  const alarms = 'held, breaker, policy_refused, blind, forbidden, return, engaged_too_long';
  return `notify:
  - { name: ops, type: webhook, url: "${receiver.url}/ops", on: [${alarms}] }
  - { name: agents, type: webhook, url: "${receiver.url}/agents", on: [warning] }
`;
}

/** A worker whose policy stands in a file that is watched, as `run` does it. */
async function begin(policy: string, options: ShiftOptions = {}): Promise<Shift> {
  shift = await Shift.begin({ agents: 4, cast: ['went-home'], shiftMs: 30 * MINUTE, policy, ...options });
  save(policy);
  const { reload } = shift.assembly;
  const take = (change: PolicyChange): void => {
    taking.push(reload.changed(change));
  };
  watch = watchPolicy(folder.policy, take, {
    ...checking(folder.policy),
    after: timers.after,
    events: false,
  });
  return shift;
}

/** Writes the policy file with what only the shift knows filled in. */
function save(text: string): void {
  const { genesys, store } = shift!.load().settings;
  const filled = text
    .replaceAll('{API}', genesys.apiUrl ?? '')
    .replaceAll('{LOGIN}', genesys.apiUrl ?? '')
    .replaceAll('{DB}', store.sqlite);
  folder.rename('policy.yaml', filled);
}

/** The watch looks, and what it found is taken up. */
async function look(): Promise<void> {
  await timers.wind(10_000);
  expect(taking).toHaveLength(1);
  await taking.pop();
}

describe('a policy that changes while the worker runs', () => {
  test('comes into force, settles, and warns everyone before it logs anyone off', async () => {
    const began = await begin(policyText({ rules: gone('limit: 8h') }) + channels());
    await began.until(50);
    expect(await began.events('intent')).toEqual([]);
    const present = began.reports.at(-1)?.online;
    save(policyText({ rules: gone('limit: 20m, warn: 5m') }) + channels());
    await look();
    const said = began.log.find(({ msg }) => msg === 'the changed policy is in force');
    expect(said?.['changes']).toEqual(['rule gone: limit 8h → 20m', 'rule gone: warn none → 5m']);
    await began.until(65);
    expect(began.reports.slice(-15, -12).map(({ hold }) => hold)).toEqual([
      'settling',
      'settling',
      undefined,
    ]);
    expect((await began.events('policy')).map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^[0-9a-f]{12} → [0-9a-f]{12}$/),
    ]);
    const warned = receiver.bodies('/agents');
    expect(warned).toHaveLength(present!);
    expect(warned[0]?.['items']).toEqual([
      {
        agentId: expect.any(String) as unknown,
        at: '2026-03-02 14:57 UTC',
        dueAt: '2026-03-02T14:57:00.000Z',
        agent: expect.any(String) as unknown,
        email: expect.stringContaining('@') as unknown,
        rule: 'gone',
        limit_seconds: 1_200,
        due_in_seconds: 300,
      },
    ]);
    const intents = await began.events('intent');
    expect(intents.length).toBe(present);
    for (const { agentId, at } of intents) {
      const told = warned.find(({ items }) => JSON.stringify(items).includes(String(agentId)));
      expect(at - Date.parse(String(told?.['at']))).toBeGreaterThanOrEqual(5 * MINUTE);
    }
    expect(began.truth().disturbed).toEqual([]);
  });

  test('warns by a receiver that is down until it is back, and logs no agent off meanwhile', async () => {
    receiver.answer = { status: 503 };
    const began = await begin(policyText({ rules: gone('limit: 20m, warn: 5m') }) + channels());
    await began.until(50);
    expect(receiver.bodies('/agents').length).toBeGreaterThan(20);
    expect(await began.events('intent')).toEqual([]);
    receiver.answer = { status: 200 };
    await began.until(60);
    expect((await began.events('intent')).length).toBe(began.reports[45]?.online);
  });

  test('with a fault in it is refused: the old one goes on, and people are told where the fault is', async () => {
    const began = await begin(policyText({ rules: gone('limit: 20m') }) + channels());
    await began.until(5);
    save(policyText({ rules: gone('limit: soon') }) + channels());
    await look();
    while (receiver.bodies('/ops').length === 0) await new Promise(setImmediate);
    expect(receiver.bodies('/ops')[0]).toMatchObject({
      kind: 'policy_refused',
      items: [{ faults: [expect.stringMatching(/policy\.yaml:\d+:\d+: .*"soon" is not a duration/)] }],
    });
    expect(began.alarms).toEqual(['policy_refused']);
    expect(await began.metrics.registry.metrics()).toContain(
      'idle_enforcer_policy_refused{organisation="default"} 1',
    );
    await began.until(60);
    expect((await began.events('verified')).length).toBeGreaterThan(0);
  });

  test('to naming no agents names none to receivers either', async () => {
    const log = '{ level: info, identities: hash }';
    const rules = gone('limit: 20m, warn: 5m');
    const returns = `
  window: 2m
  grace: 10m
  ladder: [{ wait: 1m, actions: [off_queue, offline] }]
  repeat: never`;
    const began = await begin(policyText({ rules, returns }) + channels(), {
      cast: ['sso-reasserts'],
      agents: 3,
    });
    save(policyText({ rules, returns, log }) + channels());
    await look();
    await began.until(75);
    await began.assembly.notifier.flush();
    const told = receiver.received.map(({ body }) => body).join('\n');
    expect(told).toContain('"kind":"held"');
    expect(told).toContain('"kind":"warning"');
    const named = (await began.store.agents()).filter(
      ({ name, email }) => told.includes(name) || told.includes(email),
    );
    expect(named).toEqual([]);
    const [held] = receiver.bodies('/ops').filter(({ kind }) => kind === 'held');
    expect((held?.['items'] as object[])[0]).toMatchObject({
      agent: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown,
      rule: 'gone',
      measured_seconds: expect.any(Number) as unknown,
      limit_seconds: 1_200,
    });
  });
});

test('a receiver that hangs holds up no sweep', async () => {
  const hanging = `notify: [{ name: ops, type: webhook, url: "${receiver.url}/hang", on: [held, return] }]\n`;
  const began = await begin(policyText({ rules: gone('limit: 20m') }) + hanging, { cast: ['sso-reasserts'] });
  await began.until(100);
  expect(receiver.received.length).toBeGreaterThan(0);
  expect(began.alarms.length).toBeGreaterThan(1);
  expect((await began.events('verified')).length).toBeGreaterThan(8);
});

/** A login service before the sandbox's own: it takes the one secret that is good now. */
class Gatekeeper {
  secret = 'first-s3cr3t';
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const pair = Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64').toString();
      request.resume();
      if (!pair.endsWith(`:${this.secret}`)) {
        response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}');
        return;
      }
      void fetch((request.url ?? '').slice(1), {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`shift-client:${SECRET}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      }).then(async (answer) => {
        const date = answer.headers.get('date') ?? '';
        response
          .writeHead(answer.status, { 'content-type': 'application/json', date })
          .end(await answer.text());
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

test('a client secret that is renewed in its file is used without a restart, and nothing settles anew', async () => {
  const gatekeeper = new Gatekeeper();
  try {
    const path = join(folder.path, 'secret');
    writeFileSync(path, gatekeeper.secret);
    const policy = policyText({ rules: gone('limit: 8h') })
      .replace(`client_secret: ${SECRET}`, `client_secret: "\${file:${path}}"`)
      .replace('"{LOGIN}"', `"${await gatekeeper.listen()}/{LOGIN}"`);
    const began = await begin(policy, { tokenSeconds: 600 });
    await began.until(5);
    gatekeeper.secret = 'second-s3cr3t';
    // The old token is still good for a while, and then nothing can be read any more.
    await began.until(20);
    expect(began.reports.at(-1)?.complete).toBe(false);
    folder.rename('secret', gatekeeper.secret);
    await look();
    await began.until(22);
    expect(began.reports.slice(-2).map(({ complete }) => complete)).toEqual([true, true]);
    expect(await began.events('policy')).toEqual([]);
    expect(began.lines.join('')).not.toMatch(/(first|second)-s3cr3t/);
    expect(readFileSync(folder.policy, 'utf8')).not.toContain('s3cr3t');
  } finally {
    gatekeeper.close();
  }
});
