/**
 * One worker on a real database that fills up, only reads, has no connection left, is started anew and fails over: it watches on, does
 * nothing to anybody, says once what is wrong, and goes on by itself.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OwnServer } from '../postgres/own-server.ts';
import { asked, BINARIES, NO_POSTGRES, PASSWORD } from '../postgres/server.ts';
import { Way } from '../postgres/way.ts';
import type { StoredEvent } from '../../src/domain/record.ts';
import { actedOn, endings, intendedTwice, tornIntents } from '../journeys/record.ts';
import { Cast } from './cast.ts';
import { Organisation } from './organisation.ts';
import { Trial, until, type Run } from './program.ts';

/** A machine that has much else to do may take so long. */
const AT_MOST = 60_000;
const RULES = `      - { id: gone, when: { presence: [available, away, busy], routing: [off_queue] }, limit: 3s }`;
/** More sweeps, one each second, than an agent has to be gone for. */
const ENOUGH_SWEEPS = 6;

/** What was seen of one trouble. */
interface Seen {
  /** What the alarms said of it that were raised meanwhile. */
  readonly said: readonly string[];
  readonly over: number;
  readonly touched: boolean;
  readonly watched: boolean;
  readonly offline: boolean;
}

/** The whole server says so, as one whose disk is full does: whatever is written finds no room. */
const FULL = `
  CREATE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
  DO $$ DECLARE t text; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'idle_enforcer' LOOP
      EXECUTE format('CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON idle_enforcer.%I FOR EACH STATEMENT EXECUTE FUNCTION public.no_room()', t);
    END LOOP; END $$`;
/** Where the worker waits for a table that is changed already, and has one that is changed next, nothing is changed. */
const DEADLOCK = '40P01';
/** Intentions that came to nothing, before the platform was asked for anything. */
const DONE_NOTHING =
  /^(?:dropped: stopped|unverified: told after an interruption; not known to be done: offline, revoke_tokens)$/;
/** Whoever is connected is let go, and comes back with what holds by then; in the middle of a question that is what is told first. */
const PARTED = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'worker'`;
const LET_GO = 'cannot be reached(?: \\(57P01\\))?\\.';

class Scene {
  readonly org = new Organisation();
  readonly cast = new Cast(this.org.people);
  readonly trial = new Trial();
  server: OwnServer | undefined;
  standby: OwnServer | undefined;
  way: Way | undefined;
  run: Run | undefined;

  /** A worker that sweeps, as an ordinary user of the database. */
  async begin(): Promise<void> {
    this.server = await OwnServer.start();
    await this.admin(`CREATE ROLE worker LOGIN PASSWORD '${PASSWORD}'`, 'CREATE DATABASE idle OWNER worker');
    this.way = await Way.to(this.server.url);
    const parts = { store: `{ postgres: "${this.#urlOn(this.way.url)}" }`, rules: RULES };
    this.trial.write(await this.org.open(), parts);
    this.run = this.trial.start();
    expect(await until(() => this.sweeps('none') > 2, AT_MOST)).toBe(true);
  }

  async admin(...statements: readonly string[]): Promise<void> {
    const { url } = this.standby ?? this.server!;
    for (const statement of statements) await asked(url, statement);
  }

  async inStore(sql: string): Promise<readonly object[]> {
    const url = new URL((this.standby ?? this.server!).url);
    url.pathname = '/idle';
    try {
      return await asked(url.href, sql);
    } catch (error) {
      if ((error as { code?: string }).code !== DEADLOCK) throw error;
      return await this.inStore(sql);
    }
  }

  /** What the record says of log-offs. */
  async record(): Promise<readonly StoredEvent[]> {
    const rows = await this.inStore(
      `SELECT seq::int, kind, agent_id AS "agentId", agent_name AS "agentName", intent_id AS "intentId", actions::json, reason
       FROM idle_enforcer.event WHERE intent_id IS NOT NULL ORDER BY seq`,
    );
    return rows as StoredEvent[];
  }

  /** Sweeps so far, those that the store held back or the others. */
  sweeps(hold: 'store' | 'none'): number {
    const done = this.run!.lines('sweep done');
    return done.filter((line) => (line['hold'] === 'store') === (hold === 'store')).length;
  }

  /** What a command says that asks the database on this server. */
  async askedOf(server: OwnServer, ...args: readonly string[]): Promise<string> {
    const run = this.trial.start([...args, '--store', this.#urlOn(server.url)]);
    await run.wait();
    return run.output;
  }

  #urlOn(server: string): string {
    const url = new URL(server);
    [url.username, url.pathname] = ['worker', '/idle'];
    return url.href;
  }

  /** An agent goes while the trouble lasts. */
  async trouble(name: string, cause: () => Promise<unknown>, cure: () => Promise<unknown>): Promise<Seen> {
    const run = this.run!;
    const [alarms, held] = [run.alarms('store'), this.sweeps('store')];
    await cause();
    expect(await until(() => run.alarms('store').begun.length > alarms.begun.length, AT_MOST)).toBe(true);
    const agent = this.cast.gone(name, 3_000);
    const watched = await until(() => this.sweeps('store') >= held + ENOUGH_SWEEPS, AT_MOST);
    const touched = agent.presence === 'Offline';
    await cure();
    const offline = await until(() => agent.presence === 'Offline', AT_MOST);
    expect(await until(() => run.alarms('store').over > alarms.over, AT_MOST)).toBe(true);
    const { begun, over } = run.alarms('store');
    const said = begun.slice(alarms.begun.length).map(({ detail }) => String(detail));
    return { said, over: over - alarms.over, touched, watched, offline };
  }

  async close(): Promise<void> {
    this.cast.stop();
    await this.trial.close();
    await this.org.close();
    await this.way?.cut();
    await this.standby?.close();
    await this.server?.close();
  }
}

const MISSING =
  BINARIES === undefined
    ? (NO_POSTGRES ?? 'trials on a database in trouble skipped: a server of their own cannot be started')
    : undefined;
const here = MISSING === undefined ? describe : describe.skip;

function isRevoke({ operation }: Organisation['people']['writes'][number]): boolean {
  return operation === 'revoke';
}

here('a worker whose database', () => {
  const scene = new Scene();
  const seen = new Map<string, Seen>();
  let events: readonly StoredEvent[] = [];
  let fromStandby = '';

  beforeAll(async () => {
    await scene.begin();
    const trouble = async (...words: Parameters<Scene['trouble']>): Promise<void> => {
      seen.set(words[0], await scene.trouble(...words));
    };
    await trouble(
      'Full',
      () => scene.inStore(FULL),
      () => scene.inStore('DROP FUNCTION public.no_room() CASCADE'),
    );
    await trouble(
      'Reading',
      () => scene.admin('ALTER DATABASE idle SET default_transaction_read_only = on', PARTED),
      () => scene.admin('ALTER DATABASE idle RESET default_transaction_read_only', PARTED),
    );
    await trouble(
      'Crowded',
      () => scene.admin('ALTER ROLE worker CONNECTION LIMIT 0', PARTED),
      () => scene.admin('ALTER ROLE worker CONNECTION LIMIT -1'),
    );
    await trouble(
      'Restarted',
      () => scene.server!.end(),
      () => scene.server!.begin(),
    );
    scene.standby = await scene.server!.standby();
    fromStandby = await scene.askedOf(scene.standby, 'status');
    await trouble(
      'Failed Over',
      () => scene.server!.end('at once'),
      async () => {
        await scene.standby!.promote();
        scene.way!.leadTo(scene.standby!.url);
      },
    );
    const revoked = (): number => scene.org.people.writes.filter(isRevoke).length;
    expect(await until(() => revoked() >= seen.size, AT_MOST)).toBe(true);
    // A sweep that is done has written its outcomes.
    const swept = scene.sweeps('none');
    expect(await until(() => scene.sweeps('none') > swept + 1, AT_MOST)).toBe(true);
    events = await scene.record();
  }, 10 * AT_MOST);
  afterAll(() => scene.close());

  test.each([
    ['is full', 'Full', /^No space is left for the database .* \(53100\)\. Free space on its volume/],
    [
      'only reads',
      'Reading',
      new RegExp(`^The database .* (?:only reads \\(25006\\)\\. It is a standby|${LET_GO})`),
    ],
    [
      'has no connection left',
      'Crowded',
      new RegExp(`^The database .* (?:is too busy \\(53300\\)|${LET_GO})`),
    ],
    ['is started anew', 'Restarted', /^The database .* cannot be reached.* Check the server/],
    ['fails over to its standby', 'Failed Over', /^The database .* cannot be reached.* Check the server/],
  ])('%s watches on, touches no agent meanwhile, says it once, and goes on by itself', (_, name, words) => {
    const { said, ...others } = seen.get(name)!;
    expect(others).toEqual({ over: 1, touched: false, watched: true, offline: true });
    expect(said).toEqual([expect.stringMatching(words)]);
  });

  test('has a standby is told of by commands that ask that one', () => {
    expect(fromStandby).toMatch(/^Worker: run on host[^]*\nLease: held by that worker/);
  });

  test('was in all these troubles is the same process still, and has acted once on each agent', () => {
    expect(scene.run?.ended).toBe(false);
    const revoked = scene.org.people.writes.filter(isRevoke);
    expect(revoked.map(({ person }) => person.name)).toEqual([...seen.keys()]);
    // A sweep of a second may be over before its intention is written. That one is dropped with nothing done, and the next sweep intends anew.
    expect([tornIntents(events), intendedTwice(events)]).toEqual([[], []]);
    expect(actedOn(events)).toEqual([...seen.keys()]);
    const others = endings(events).filter((ending) => !ending.startsWith('verified'));
    expect(others.filter((ending) => !DONE_NOTHING.test(ending))).toEqual([]);
  });

  test('is called by no password, in no log and no event', async () => {
    const record = JSON.stringify(await scene.inStore('SELECT * FROM idle_enforcer.event'));
    expect(scene.trial.everything() + record).not.toContain(PASSWORD);
  });
});

if (MISSING !== undefined) test.skip(MISSING, () => undefined);
