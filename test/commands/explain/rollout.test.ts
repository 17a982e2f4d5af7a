/** What `explain` and `list` say while a changed policy is brought out: each agent is judged by the policy that is in force for them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { explain, explainStored } from '../../../src/commands/explain/command.ts';
import type { Explanation } from '../../../src/commands/explain/explain.ts';
import { sentencesOf } from '../../../src/commands/explain/sentences.ts';
import { meaningOf } from '../../../src/commands/explain/words.ts';
import { list, type ListOptions } from '../../../src/commands/list/command.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { timesIn } from '../../../src/commands/shared/times.ts';
import { isInShare } from '../../../src/domain/rollout/share.ts';
import { loadPolicyFile } from '../../../src/policy-file/load.ts';
import { openStore } from '../../../src/store/open.ts';
import { rolloutNotes } from '../../../src/store/rollout-note.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';
import { fakePlatform, user } from '../../genesys/fake-platform.ts';
import { clockTime } from '../../domain/build.ts';
import { agentOf, RULES, StoredCentre, type StoreParts } from '../stored.ts';

const SHARE = 0.2;
const ids = Array.from({ length: 20 }, (_, n) => `agent${n}`);
const FIRST = ids.find((id) => isInShare(id, SHARE))!;
const OTHER = ids.find((id) => !isInShare(id, SHARE))!;
/** The former policy gave everyone four hours, by a rule and in a profile that the changed one has no more. */
const FORMER = RULES.replace('name: agents', 'name: everyone')
  .replace('id: gone', 'id: gone-home')
  .replace('limit: 1h', 'limit: 4h');
const BROUGHT_OUT = { formerRules: FORMER, share: SHARE };
const STEPS = 'rollout: { steps: [20%, 100%], every: 30m }\n';
const NOW = clockTime('10:00:20');

let centre: StoredCentre;
afterEach(() => {
  centre.remove();
});

/** Both have been available for an hour; the last sweep found each in the profile of the policy in force for them. */
async function begin(parts: StoreParts): Promise<void> {
  const profileOf = (isChanged: boolean): string => (isChanged ? 'agents' : 'everyone');
  const isForFirst = parts.rollout !== undefined && parts.rollout.stopped === undefined;
  centre = await new StoredCentre({ more: STEPS, ...parts })
    .agent(FIRST, (told) => told.until('10:00'), profileOf(isForFirst))
    .agent(OTHER, (told) => told.until('10:00'), profileOf(false))
    .save();
}

async function explained(id: string): Promise<Explanation> {
  const store = await openStore({ sqlite: centre.sqlite }, { now: () => NOW, readOnly: true });
  try {
    const [agent] = await store.findAgents(id);
    const loaded = loadPolicyFile(centre.config, { NOT_SET_HERE: 'secret' });
    return await explainStored(store, loaded, agent!, NOW);
  } finally {
    await store.close();
  }
}

async function told(id: string): Promise<readonly string[]> {
  return sentencesOf(await explained(id), timesIn('UTC', NOW));
}

describe('explain', () => {
  test('judges an agent to whom the change has come by the changed policy, and says so', async () => {
    await begin({ rollout: BROUGHT_OUT });
    const [answer, ...others] = await told(FIRST);
    expect(answer).toContain('is due to be logged off by rule gone: 1h');
    expect(others).toContain(
      `The changed policy ${centre.hash} is being brought out, and judges this agent already (20 % of the agents have it).`,
    );
    expect(await explained(FIRST)).toMatchObject({ rollout: { share: SHARE, inForce: true } });
  });

  test('judges an agent to whom it has not come by the policy before', async () => {
    await begin({ rollout: BROUGHT_OUT });
    const [answer, ...others] = await told(OTHER);
    expect(answer).toContain('would be logged off by the first sweep from 13:00:00 on, by rule gone-home');
    expect(others).toContain(
      `The changed policy ${centre.hash} is being brought out, and does not judge this agent yet (20 % of the agents have it): the former policy judges this agent.`,
    );
    const { profile, rollout, rules } = await explained(OTHER);
    expect({ profile, inForce: rollout?.inForce, rules: rules.map(({ id }) => id) }).toEqual({
      ...{ profile: 'everyone', inForce: false },
      rules: ['gone-home', 'reported', 'night'],
    });
  });

  test('judges all by the policy before after a stop, and says why', async () => {
    const stopped = { at: clockTime('09:50'), reason: '3 of 8 log-offs regretted' };
    await begin({ rollout: { ...BROUGHT_OUT, stopped } });
    const [answer, ...others] = await told(FIRST);
    expect(answer).toContain('from 13:00:00 on, by rule gone-home');
    expect(others).toContain(
      `The rollout of policy ${centre.hash} was stopped (3 of 8 log-offs regretted): the former policy judges this agent.`,
    );
  });

  test('judges all by the policy before from the moment in which an operator aborts the rollout', async () => {
    const formerRules = FORMER.replace('name: everyone', 'name: agents');
    await begin({ rollout: { ...BROUGHT_OUT, formerRules } });
    const store = await openStore({ sqlite: centre.sqlite }, { now: () => NOW });
    const notes = rolloutNotes(store);
    const { judges } = (await notes.read()).rollout.candidate!;
    await notes.order({ id: 'order', what: 'abort', judges, by: 'lead@floor' });
    await store.close();
    const [answer] = await told(FIRST);
    expect(answer).toContain('from 13:00:00 on, by rule gone-home');
  });

  test('says that an agent is left alone where the former policy is not known', async () => {
    await begin({ rollout: { ...BROUGHT_OUT, isFormerKept: false } });
    const [answer, ...others] = await told(OTHER);
    expect(answer).toContain('is left alone: no profile of the policy fits');
    expect(others.join()).toContain('the former one is not known here, and this agent is left alone.');
  });

  test('says nothing of a rollout where the policy in the file is in force for all', async () => {
    await begin({ rollout: BROUGHT_OUT });
    writeFileSync(centre.config, readFileSync(centre.config, 'utf8').replace(RULES, FORMER));
    expect((await told(OTHER))[0]).toContain('by rule gone-home');
    expect((await explained(FIRST)).rollout).toBeUndefined();
  });

  test('looks live with the names of both policies, and judges by the one in force for the agent', async () => {
    const entities = (path: string): readonly object[] | undefined =>
      new Map<string, readonly object[]>([
        ['/api/v2/presence/definitions', []],
        ['/api/v2/groups', [{ id: 'g1', name: 'Night' }]],
        ['/api/v2/users', [{ ...user(1), id: OTHER, groups: [{ id: 'g1' }] }]],
      ]).get(path);
    const fake = await fakePlatform(({ path }) => {
      const list = entities(path);
      return list && { json: { entities: list } };
    });
    try {
      const rules =
        'profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]\n';
      const formerRules = rules
        .replace('name: all', 'name: night, match: { groups: [Night] }')
        .replace('id: gone', 'id: gone-at-night');
      await begin({ rules, rollout: { formerRules, share: SHARE } });
      const keys = `api_url: "${fake.url}", login_url: "${fake.url}", client_id`;
      const text = readFileSync(centre.config, 'utf8').replace('client_id', keys);
      writeFileSync(centre.config, text.replace('${NOT_SET_HERE}', 'some-secret'));
      let printed = '';
      const output = outputTo((piece) => (printed += piece));
      expect(await explain(OTHER, { config: centre.config, live: true, json: true }, output)).toBe(0);
      expect(JSON.parse(printed)).toMatchObject({
        ...{ profile: 'night', rollout: { inForce: false } },
        rules: [{ id: 'gone-at-night' }],
      });
    } finally {
      await fake.close();
    }
  });

  test('judges all by the policy in the file where it has no steps any more', async () => {
    await begin({ more: '', rollout: BROUGHT_OUT });
    expect((await explained(OTHER)).rollout).toBeUndefined();
    expect((await told(FIRST))[0]).toContain('by rule gone:');
  });

  test('tells of the rollout on record, and of a log-off that was regretted', () => {
    const reason = 'rollout of 0a1b2c3d4e5f stopped: aborted';
    const event = { seq: 1, at: NOW } as const;
    expect(meaningOf({ ...event, kind: 'policy', reason, by: 'ada@ops' })).toBe(`${reason} by ada@ops`);
    expect(meaningOf({ ...event, kind: 'policy', reason: 'a → b' })).toBe(
      'another policy came into force (a → b)',
    );
    expect(meaningOf({ ...event, kind: 'regret', reason: 'presence', delay: 3 * MINUTE })).toBe(
      'the agent was there: a change of presence, 3m after the log-off',
    );
  });
});

describe('list', () => {
  async function printed(options: ListOptions = {}): Promise<string> {
    let text = '';
    const output = outputTo((piece) => (text += piece));
    await list({ config: centre.config, ...options }, output, { now: () => NOW });
    return text;
  }

  const name = (id: string): string => agentOf(id).name;

  test('judges each agent by the policy that is in force for them', async () => {
    await begin({ rollout: BROUGHT_OUT });
    const text = await printed();
    expect(text).toMatch(new RegExp(`${name(FIRST)} +agents +available, off queue +gone +1h of 1h +now`));
    expect(text).toMatch(
      new RegExp(`${name(OTHER)} +everyone +available, off queue +gone-home +1h of 4h +13:00`),
    );
    expect(text).toContain(
      `Policy ${centre.hash} is in force for 20 % of the agents so far: the others are judged by the former one.`,
    );
  });

  test('knows profiles and rules of both, and no others', async () => {
    await begin({ rollout: BROUGHT_OUT });
    expect(await printed({ profile: 'everyone' })).toContain(name(OTHER));
    expect(await printed({ rule: 'gone-home' })).not.toContain(name(FIRST));
    expect(await printed({ rule: 'gone' })).toContain(name(FIRST));
    await expect(printed({ rule: 'gon' })).rejects.toThrow('--rule: the policy has no "gon"');
  });

  test('judges all by the policy before after a stop', async () => {
    await begin({ rollout: { ...BROUGHT_OUT, stopped: { at: clockTime('09:50'), reason: 'aborted' } } });
    const text = await printed();
    expect(text).not.toContain('1h of 1h');
    expect(text).toContain(`Policy ${centre.hash} is stopped: agents are judged by the former one.`);
  });
});
