/** A handful of agents on a platform whose groups, queues and labels change while the whole worker runs. */
import { MINUTE } from '../../src/domain/time/time.ts';
import { createLog } from '../../src/app/logging.ts';
import type { LoadedPolicy } from '../../src/policy-file/draft.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { Metrics } from '../../src/server/metrics.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Tracer } from '../../src/ports/tracer.ts';
import { InterposedStore } from './interposed.ts';
import { assemble, openStoreOf, type Assembly, type Surroundings } from '../../src/app/compose.ts';
import {
  fakePlatform,
  T0,
  user,
  type FakePlatform,
  type Reply,
  type Seen,
} from '../genesys/fake-platform.ts';

export interface Thing {
  readonly id: string;
  readonly name: string;
}

export interface Label extends Thing {
  readonly system: string;
}

/** An agent as the platform has them; `presence` is the id of a label. */
export interface Person {
  id: string;
  name: string;
  email: string;
  groups: string[];
  roles: string[];
  division: string;
  presence: string;
  offlineSince?: number;
  /** When the presence last changed otherwise; an hour before the first sweep unless given. */
  since?: number;
}

const SYSTEM: readonly Label[] = [
  { id: 'def-available', name: 'Available', system: 'Available' },
  { id: 'def-offline', name: 'Offline', system: 'Offline' },
  { id: 'def-busy', name: 'Busy', system: 'Busy' },
];

/** Makes an agent who has been Available, off queue, since an hour before the first sweep. */
export function person(n: number, more: Partial<Person> = {}): Person {
  const { id, name, email } = user(n) as { id: string; name: string; email: string };
  return { id, name, email, groups: [], roles: [], division: 'd-home', presence: 'def-available', ...more };
}

/** The organisation, and the worker that watches it. */
export class SmallOrganisation {
  groups: Thing[] = [];
  roles: Thing[] = [];
  queues: (Thing & { readonly members: string[] })[] = [];
  teams: (Thing & { readonly members: string[] })[] = [];
  labels: Label[] = [];
  people: Person[] = [];
  /** Paths that are refused, with this status. */
  broken = new Map<string, number>();
  /** Ids of agents whose tokens were revoked, in order. */
  readonly loggedOff: string[] = [];
  readonly lines: string[] = [];
  /** By how much the clock of the worker's machine is ahead of the platform's. */
  ahead = 0;
  /** Of the workers that are opened from now on. */
  tracer: Tracer | undefined;
  fake!: FakePlatform;
  store!: InterposedStore;
  assembly!: Assembly;
  #minute = 0;
  #policy = '';

  /** Starts the platform and a worker. `policy` is what stands beside version, platform, mode and store. */
  async begin(policy: string): Promise<this> {
    this.fake = await fakePlatform((seen) => this.#answer(seen));
    this.#policy = policy;
    const loaded = this.#load();
    this.store = new InterposedStore(await openStoreOf(loaded.settings, this.#around()));
    await this.#open();
    return this;
  }

  /** The whole policy file. */
  get text(): string {
    const { url } = this.fake;
    return `version: 1
mode: enforce
genesys: { region: eu-west-1, client_id: a, client_secret: some-secret, api_url: "${url}", login_url: "${url}" }
store: { sqlite: ":memory:" }
${this.#policy}`;
  }

  #load(): LoadedPolicy {
    return loadPolicyText(this.text, 'p.yaml', {});
  }

  #around(): Surroundings {
    const log = createLog('info', { write: (line: string) => void this.lines.push(line) });
    const { signal } = new AbortController();
    const { clock: truth } = this.fake;
    const clock: Clock = { now: () => truth.now() + this.ahead, sleep: truth.sleep.bind(truth) };
    const around = { clock, log, metrics: new Metrics(), signal };
    return this.tracer === undefined ? around : { ...around, tracer: this.tracer };
  }

  async #open(): Promise<void> {
    this.assembly = await assemble(this.#load(), this.store, this.#around());
  }

  /** The worker stops and another one starts on the same store; with another policy if one is given. */
  async restart(policy = this.#policy): Promise<void> {
    await this.assembly.worker.drain(0);
    await this.assembly.release(0);
    this.#policy = policy;
    await this.#open();
  }

  /** The policy file changes while the worker runs. */
  async reload(policy: string): Promise<void> {
    this.#policy = policy;
    await this.assembly.reload.changed({ kind: 'valid', loaded: this.#load() });
  }

  /** Sweeps once a minute, so many times; `each` happens before the sweep of that minute. */
  async sweep(times = 1): Promise<void> {
    for (let i = 0; i < times; i += 1) {
      this.fake.clock.time = Math.max(this.fake.clock.time, T0 + this.#minute * MINUTE);
      this.#minute += 1;
      await this.assembly.worker.tick(this.fake.clock.time + this.ahead + MINUTE);
    }
  }

  /** The agent logs in again. */
  comesBack(id: string): void {
    const agent = this.people.find((one) => one.id === id);
    if (agent === undefined) throw new Error(`there is no agent ${id}`);
    delete agent.offlineSince;
    agent.since = this.fake.clock.time;
  }

  /** How often a path was asked for. */
  asked(path: string): number {
    return this.fake.of(path).length;
  }

  /** Sentences of the log at warning and above. */
  get warned(): string[] {
    return this.lines
      .map((line) => JSON.parse(line) as { level: string; msg: string; warning?: string })
      .filter(({ level }) => level === 'warn' || level === 'error')
      .map(({ msg, warning }) => warning ?? msg);
  }

  async end(): Promise<void> {
    await this.assembly.release(0);
    await this.store.close();
    await this.fake.close();
  }

  #answer({ method, path, query }: Seen): Reply | undefined {
    const status = this.broken.get(path);
    if (status !== undefined) return { status, json: { status, code: 'broken' } };
    if (method !== 'GET' || path === '/oauth/token') return this.#change(method, path);
    const list = this.#lists().get(path);
    if (list !== undefined)
      return { json: { entities: list, pageSize: 100, pageNumber: 1, pageCount: 1, total: list.length } };
    if (path === '/api/v2/users/query')
      return { json: { entities: this.people.map((one) => this.#shown(one)) } };
    if (path !== '/api/v2/users') return undefined;
    const wanted = query.getAll('id').flatMap((ids) => ids.split(','));
    const listed = wanted.length === 0 ? this.people : this.people.filter(({ id }) => wanted.includes(id));
    return { json: { entities: listed.map((one) => this.#shown(one)), total: listed.length } };
  }

  #lists(): ReadonlyMap<string, readonly object[]> {
    const labels = [...SYSTEM, ...this.labels].map(({ id, name, system }) => ({
      id,
      type: SYSTEM.some((one) => one.id === id) ? 'System' : 'User',
      systemPresence: system,
      languageLabels: { en_US: name },
    }));
    const members = [
      ...this.queues.map((each) => ['routing/queues', each] as const),
      ...this.teams.map((each) => ['teams', each] as const),
    ];
    return new Map<string, readonly object[]>([
      ['/api/v2/groups', this.groups],
      ['/api/v2/authorization/roles', this.roles],
      ['/api/v2/authorization/divisions', [{ id: 'd-home', name: 'Home' }]],
      ['/api/v2/routing/queues', this.queues],
      ['/api/v2/teams', this.teams],
      ['/api/v2/presence/definitions', labels],
      ...members.map(([kind, { id, members: ids }]): [string, readonly object[]] => [
        `/api/v2/${kind}/${id}/members`,
        ids.map((one) => ({ id: one })),
      ]),
    ]);
  }

  #shown({ id, name, email, groups, roles, division, presence, offlineSince, since }: Person): object {
    const label = [...SYSTEM, ...this.labels].find(
      (each) => each.id === (offlineSince === undefined ? presence : 'def-offline'),
    );
    return user(0, {
      id,
      name,
      email,
      username: email,
      division: { id: division },
      groups: groups.map((each) => ({ id: each })),
      authorization: { roles: roles.map((each) => ({ id: each })) },
      presence: {
        presenceDefinition: { id: label?.id ?? presence, systemPresence: label?.system ?? 'Busy' },
        modifiedDate: new Date(offlineSince ?? since ?? T0 - 60 * MINUTE).toISOString(),
      },
    });
  }

  #change(method: string, path: string): Reply | undefined {
    const [, id] = /^\/api\/v2\/(?:users|tokens)\/([^/]+)/.exec(path) ?? [];
    const agent = this.people.find((one) => one.id === id);
    if (agent === undefined) return undefined;
    if (method === 'DELETE') this.loggedOff.push(agent.id);
    else if (path.includes('/presences/')) agent.offlineSince ??= this.fake.clock.time;
    return { json: {} };
  }
}
