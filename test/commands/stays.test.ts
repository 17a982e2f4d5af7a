/** An answer to a warning, as every command and the page tell of it. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Floor } from '../../src/app/floor.ts';
import { explainStored } from '../../src/commands/explain/command.ts';
import { linesOf } from '../../src/commands/explain/view.ts';
import { list } from '../../src/commands/list/command.ts';
import { report } from '../../src/commands/report/command.ts';
import { pageSourceOf } from '../../src/commands/run/page-facts.ts';
import { outputTo } from '../../src/commands/shared/output.ts';
import { timesIn } from '../../src/commands/shared/times.ts';
import { loadPolicyFile } from '../../src/policy-file/load.ts';
import type { Store } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/open.ts';
import { textTable } from '../../src/texts/table.ts';
import { clockTime } from '../domain/build.ts';
import type { Story } from '../domain/story.ts';
import { agentOf, StoredCentre } from './stored.ts';

const NOW = clockTime('10:00:20');
const ENV = { NOT_SET_HERE: 'b-secret' };
let centre: StoredCentre;
let store: Store;
let told: Story;
beforeEach(async () => {
  const limit = 30 * 60_000;
  const events = [{ kind: 'stay', at: clockTime('09:50'), agentId: 'ana', rule: 'gone', limit } as const];
  centre = await new StoredCentre({ events })
    .agent('ana', (story) => (told = story.until('09:49').stays('09:50').until('10:00')))
    .save();
  store = await openStore({ sqlite: centre.sqlite }, { now: () => NOW });
});
afterEach(async () => {
  await store.close();
  centre.remove();
});

test('explain says when it was given, how long it protects, and what the record has of it', async () => {
  const { id, name, email } = agentOf('ana');
  const loaded = loadPolicyFile(centre.config, ENV);
  const explanation = await explainStored(store, loaded, { id, name, email, profile: 'agents' }, NOW);
  const lines = linesOf(explanation, timesIn('UTC', NOW), textTable).join('\n');
  expect(lines).toContain('The last sign of a person was the answer to a warning, "I am here" at 09:50:00.');
  expect(lines).toContain(
    'The agent answered a warning at 09:50:00, "I am here": no rule is due before 10:20:00, whatever its clock shows.',
  );
  expect(lines).toContain('answered a warning: "I am here"; no rule is due for 30m');
});

test('the list and the page say that it protects, and for how long', async () => {
  let text = '';
  const output = outputTo((piece) => (text += piece));
  await list({ config: centre.config }, output, { now: () => NOW });
  expect(text).toContain('said “I am here”: left alone for another 20m');
  const floor = new Floor();
  const agent = agentOf('ana');
  floor.observed(agent, { state: told.state(), verdict: told.verdict(), changed: true, events: [] });
  const loaded = loadPolicyFile(centre.config, ENV);
  const source = pageSourceOf(() => 'default', {
    ...{ loaded: () => loaded, store: () => store, lastReport: () => undefined },
    ...{ ready: () => ({ ok: true, why: '' }), floor: () => floor, now: () => NOW },
  });
  const facts = await source.facts();
  expect(facts.today.stays).toBe(1);
  expect(facts.people?.next[0]?.protects).toBe('said “I am here”: left alone for another 20m');
});

test('the report counts it', async () => {
  let text = '';
  const output = outputTo((piece) => (text += piece));
  await report({ config: centre.config, from: '2026-03-02', to: '2026-03-03' }, output);
  expect(text).toMatch(/Warnings answered with “I am here”\s+1/);
});
