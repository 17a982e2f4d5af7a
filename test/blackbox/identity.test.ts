/**
 * The session at the identity provider, ended by the program as a process of its own: which requests come when, what a kill
 * in between leaves behind, and who keeps their session. Hours are seconds here; all trials run at the same time.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { play, type Judgement, type Line, type Stage } from './judge.ts';
import type { Person, Write } from './people.ts';
import { until, type PolicyParts, type Run } from './program.ts';
import { Realm } from './realm.ts';

/** Everything is over long before; a machine that has much else to do may take so long. */
const AT_MOST = 80_000;
/** From the end of the session to the rest of the rung. */
const DELAY = 3_000;

const RETURNS = `returns:
  window: 10s
  grace: 0s
  ladder:
    - { wait: 1s, actions: [off_queue, offline] }
    - { wait: 2s, actions: [end_sso_session, off_queue, offline, revoke_tokens] }
  repeat: 10m`;

/** What a trial left behind. */
interface Told {
  readonly judgement: Judgement;
  readonly realm: Realm;
  readonly writes: readonly Write[];
}

interface Scene extends Stage {
  readonly realm: Realm;
  /** Left, and the browser keeps coming back, with the presence. */
  readonly person: Person;
}

async function trial(parts: PolicyParts, story: (scene: Scene) => Promise<Run>): Promise<Told> {
  const open: Realm[] = [];
  try {
    const { judgement, stage } = await play(parts, 1, async (stage) => {
      const realm = new Realm(stage.org);
      open.push(realm);
      stage.trial.write(stage.url, {
        returns: RETURNS,
        ...parts,
        more: realm.policy(await realm.open(), `${DELAY / 1_000}s`),
      });
      stage.cast.hirePresent(1);
      const sso = { after: 300, as: 'former', movesToken: true, reasserts: true } as const;
      const person = stage.cast.gone('Again And Again', 6_000, { presence: 'Away', sso });
      return story({ ...stage, realm, person });
    });
    return { judgement, realm: open[0]!, writes: stage.org.people.writes };
  } finally {
    for (const realm of open) await realm.close();
  }
}

function recorded({ trial }: Scene, kind: string): readonly Record<string, unknown>[] {
  return trial.rows(`SELECT * FROM event WHERE kind = '${kind}'`);
}

const TRIALS = {
  'that goes well': () =>
    trial({}, async (scene) => {
      const run = scene.trial.start();
      await until(() => revocations(scene.org.people.writes, scene.person).length > 1, AT_MOST);
      await until(() => outcomes(scene) === 4, AT_MOST / 4);
      return run;
    }),
  'in which the worker is killed while the provider is asked': () =>
    trial({}, async (scene) => {
      const first = scene.trial.start();
      scene.realm.onEnd = () => first.kill();
      await until(() => first.ended, AT_MOST);
      const run = scene.trial.start();
      await until(() => outcomes(scene) === 3, AT_MOST / 2);
      const { requests } = scene.org;
      await until(() => scene.org.requests > requests + 5, AT_MOST / 4);
      return run;
    }),
  'in which the worker is killed between the session and the tokens': () =>
    trial({}, async (scene) => {
      const first = scene.trial.start();
      await untilEnded(scene);
      await first.kill();
      const run = scene.trial.start();
      await until(() => outcomes(scene) === 4, AT_MOST / 2);
      return run;
    }),
  'in which the agent sits down and clicks before it takes hold': () =>
    trial({}, async (scene) => {
      const run = scene.trial.start();
      await untilEnded(scene);
      scene.cast.absent.splice(0);
      scene.org.people.sitDown(scene.person, 'Busy');
      const { requests } = scene.org;
      // One listing a second: well beyond the delay, and not yet at the limit of the rule again.
      await until(() => scene.org.requests > requests + 5, AT_MOST / 4);
      return run;
    }),
  'that is only imagined in observe': () =>
    trial({ mode: 'observe' }, async (scene) => {
      const run = scene.trial.start();
      await until(() => scene.org.requests > 8, AT_MOST);
      await until(() => recorded(scene, 'observed').length > 0, AT_MOST / 2);
      const { requests } = scene.org;
      await until(() => scene.org.requests > requests + 5, AT_MOST / 4);
      scene.cast.absent.splice(0);
      return run;
    }),
} as const;
type Name = keyof typeof TRIALS;

async function untilEnded(scene: Scene): Promise<void> {
  await until(() => scene.realm.ended.length > 0, AT_MOST);
  await until(() => recorded(scene, 'sso_ended').length > 0, AT_MOST / 4);
}

function outcomes({ trial }: Scene): number {
  return trial.rows(`SELECT DISTINCT intent_id FROM event WHERE kind <> 'intent' AND intent_id IS NOT NULL`)
    .length;
}

function revocations(writes: readonly Write[], person: Person): readonly Write[] {
  return writes.filter((write) => write.operation === 'revoke' && write.person === person);
}

const told = new Map<Name, Told>();

beforeAll(async () => {
  const names = Object.keys(TRIALS) as Name[];
  const played = await Promise.all(names.map((name) => TRIALS[name]()));
  names.forEach((name, i) => told.set(name, played[i]!));
}, 2 * AT_MOST);

/** The record of an agent's second rung, each line as `kind rung`. */
function story(name: Name): readonly string[] {
  const kinds = ({ kind, rung }: Line): string => `${kind} ${rung ?? '-'}`;
  return told
    .get(name)!
    .judgement.record.filter(({ intent_id: id }) => id !== null)
    .map(kinds);
}

const WHOLE = [
  'intent -',
  'verified -',
  'intent 0',
  'verified 0',
  'intent 1',
  'sso_ended 1',
  'intent 1',
  'verified 1',
];

describe.each(Object.keys(TRIALS) as Name[])('an end %s', (name) => {
  test('disturbs no agent, misses none, and leaves no secret and no intention without an outcome', () => {
    const { disturbed, missed, secrets, unrecorded } = told.get(name)!.judgement;
    // Killed while asking: the session may have been ended or not, and the longest delay there is has to pass first.
    const later = name.includes('while the provider is asked') ? ['Again And Again'] : [];
    expect({ disturbed, missed, secrets, unrecorded }).toEqual({
      disturbed: [],
      missed: later,
      secrets: 0,
      unrecorded: [],
    });
  });
});

test('the provider comes first, then its delay, then the tokens, and the login page stands', () => {
  const { realm, writes } = told.get('that goes well')!;
  expect(story('that goes well')).toEqual(WHOLE);
  expect(realm.asked.map((line) => line.split('/').at(-1))).toEqual(['token', 'users', 'logout']);
  const [ended] = realm.ended;
  const rest = writes.filter(({ at, person }) => person === ended!.person && at > ended!.at);
  expect(rest.map(({ operation }) => operation)).toEqual(['offline', 'revoke']);
  expect(rest[0]!.at - ended!.at).toBeGreaterThanOrEqual(DELAY);
});

test('a kill while the provider is asked: it is not asked again, and what became of it is called unverified', () => {
  const name = 'in which the worker is killed while the provider is asked';
  expect(story(name)).toEqual([...WHOLE.slice(0, 5), 'unverified 1']);
  expect(told.get(name)!.realm.ended).toHaveLength(1);
});

test('a kill between the session and the tokens: the rest follows, no sooner, and the provider is not asked again', () => {
  const name = 'in which the worker is killed between the session and the tokens';
  const { realm, writes } = told.get(name)!;
  expect(story(name)).toEqual(WHOLE);
  expect(realm.ended).toHaveLength(1);
  const [{ at, person }] = realm.ended as [{ at: number; person: Person }];
  expect(revocations(writes, person).at(-1)!.at - at).toBeGreaterThanOrEqual(DELAY);
});

test('a person who clicks in between keeps the session they work in', () => {
  const name = 'in which the agent sits down and clicks before it takes hold';
  expect(story(name)).toEqual(WHOLE.slice(0, 6));
  const { realm, writes } = told.get(name)!;
  expect(revocations(writes, realm.ended[0]!.person)).toHaveLength(1);
});

test('in observe no provider is ever asked for anything', () => {
  const { realm, writes } = told.get('that is only imagined in observe')!;
  expect([realm.asked, writes]).toEqual([[], []]);
});
