/** What is said of a trial when it is over, from the organisation's side and from what the program left behind. */
import { Buffer } from 'node:buffer';
import { Cast } from './cast.ts';
import { CLIENT_ID, CLIENT_SECRET, Organisation } from './organisation.ts';
import type { Person } from './people.ts';
import { Trial, until, type PolicyParts, type Run } from './program.ts';

/** One organisation, its people, and the program that looks after it. */
export interface Stage {
  readonly org: Organisation;
  readonly cast: Cast;
  readonly trial: Trial;
  readonly url: string;
}

/** One line of the program's record. */
export interface Line {
  readonly kind: string;
  readonly agent_name: string;
  readonly rung: number | null;
  readonly reason: string | null;
  readonly intent_id: string | null;
  readonly measured: number | null;
  readonly limit_ms: number | null;
  readonly at: number;
}

export interface Judgement {
  readonly disturbed: readonly string[];
  /** Absent people who are not Offline at the end. */
  readonly missed: readonly string[];
  readonly unknownRequests: readonly string[];
  readonly tooMany: number;
  /** How many secrets were found in output, store or metrics. */
  readonly secrets: number;
  /** Whose presence or session was touched without an intention on record, and intentions without an outcome. */
  readonly unrecorded: readonly string[];
  /** How the program ended on SIGTERM. */
  readonly end: { readonly code: number; readonly took: number };
  readonly record: readonly Line[];
}

/** Plays one trial to its end. The story answers the run that is then told to stop. */
export async function play(
  parts: PolicyParts,
  seed: number,
  story: (stage: Stage) => Promise<Run>,
): Promise<{ readonly judgement: Judgement; readonly stage: Stage; readonly run: Run }> {
  const org = new Organisation();
  const url = await org.open();
  const cast = new Cast(org.people, seed);
  const trial = new Trial();
  const stage = { org, cast, trial, url };
  try {
    trial.write(url, parts);
    const run = await story(stage);
    const metrics = run.ended ? '' : await run.get('/metrics').catch(() => '');
    const status = run.ended ? '' : await run.get('/status').catch(() => '');
    const missed = cast.absent.filter(({ presence }) => presence !== 'Offline').map(({ name }) => name);
    const end = await run.terminate();
    cast.stop();
    return { judgement: judge(stage, missed, end, metrics + status), stage, run };
  } finally {
    cast.stop();
    await trial.close();
    await org.close();
  }
}

/** Waits until everyone who left has been Offline for `calm` ms; false when that did not come within `atMost`. */
export async function untilAllGone({ cast }: Stage, calm: number, atMost: number): Promise<boolean> {
  let since: number | undefined;
  return until(() => {
    const all = cast.absent.every(isGone);
    since = all ? (since ?? Date.now()) : undefined;
    return since !== undefined && Date.now() - since >= calm;
  }, atMost);
}

function isGone({ presence }: Person): boolean {
  return presence === 'Offline';
}

function judge(
  { org, trial }: Stage,
  missed: readonly string[],
  end: Judgement['end'],
  served: string,
): Judgement {
  const everything = trial.everything() + served;
  const rows: readonly unknown[] = trial.rows('SELECT * FROM event ORDER BY seq');
  const record = rows as readonly Line[];
  return {
    disturbed: org.people.disturbed,
    missed,
    unknownRequests: [...org.api.unknown, ...org.api.notifications.unknown],
    tooMany: org.tooMany,
    secrets: [...org.tokens, ...SECRETS].filter((secret) => everything.includes(secret)).length,
    unrecorded: unrecorded(org, record),
    end,
    record,
  };
}

const SECRETS = [
  CLIENT_SECRET,
  encodeURIComponent(CLIENT_SECRET),
  Buffer.from(CLIENT_SECRET).toString('base64'),
  Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64'),
];

function unrecorded({ people }: Organisation, record: readonly Line[]): readonly string[] {
  const intents = record.filter(({ kind }) => kind === 'intent');
  const intended = new Set(intents.map(({ agent_name: name }) => name));
  const ended = new Set(
    record.flatMap(({ kind, intent_id: id }) => (kind === 'intent' || id === null ? [] : [id])),
  );
  const touched = people.writes.filter(({ person }) => !intended.has(person.name));
  const open = intents.filter(({ intent_id: id }) => id === null || !ended.has(id));
  return [
    ...touched.map(({ person, operation }) => `${operation} ${person.name}`),
    ...open.map(({ agent_name: name }) => `no outcome: ${name}`),
  ];
}
