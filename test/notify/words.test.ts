/** What messages say, and what becomes of an operator's own words. */
import { describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import type { Template, Topic } from '../../src/notify/message.ts';
import { letterOf, type Letter } from '../../src/notify/words.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { PolicyRefused } from '../../src/policy-file/faults.ts';
import { TOPICS } from '../../src/notify/channels/topics.ts';
import { message } from './parts.ts';

const ITEM = { agent: 'Ana', rule: 'gone', measured: 62 * MINUTE, limit: HOUR, rung: 2, sweepId: 's1' };

function letter(template?: Template, more: Parameters<typeof message>[0] = {}): Letter {
  return letterOf(message({ items: [ITEM], ...more }), { templates: template && { held: template } });
}

describe('without anything of the operator’s own', () => {
  test.each(TOPICS)('news of kind %s have a headline and say what to do', (kind: Topic) => {
    const { title, advice } = letter(undefined, { kind });
    expect(title.length).toBeGreaterThan(10);
    expect(advice).toMatch(/\.$/);
  });

  test('an agent’s line says who, by which rule, what was measured, and the limit', () => {
    expect(letter().lines).toEqual(['agent Ana · rule gone · measured 1h2m · limit 1h · rung 3 · sweep s1']);
    expect(letter().text).toBe('2026-03-02T09:00:00.000Z: an agent is held.');
  });

  test('several are counted, and those that are not named are counted too', () => {
    const { title, lines } = letter(undefined, { count: 40 });
    expect(title).toBe('Idle agents are held after the last rung (40)');
    expect(lines.at(-1)).toBe('… and 39 more');
  });

  test('the conversations of an agent who is engaged for too long stand in the line, where they are known', () => {
    const item = { agent: 'Ana', length: 5 * HOUR, conversations: ['c1', 'c2'] };
    const lines = (one: object): readonly string[] =>
      letter(undefined, { kind: 'engaged_too_long', items: [{ ...one }] }).lines;
    expect(lines(item)).toEqual(['agent Ana · for 5h · conversation c1; c2']);
    expect(lines({ ...item, conversations: undefined })).toEqual(['agent Ana · for 5h']);
    const own = letter({ line: '{agent}: {conversations}' }, { items: [item] });
    expect(own.lines).toEqual(['Ana: c1; c2']);
  });

  test('a share is told as everywhere else', () => {
    const { lines } = letter(undefined, { kind: 'unknown_share', items: [{ share: 0.2 }] });
    expect(lines).toEqual(['share 20 %']);
  });

  test('a line break in a name makes no new line, and a long line is cut between characters', () => {
    const [line] = letter(undefined, {
      items: [{ agent: `Ana\n- agent Ben\u2028${'😀'.repeat(400)}` }],
    }).lines;
    expect(line).toMatch(/^agent Ana\\n- agent Ben\\u2028😀+…$/u);
    expect(Array.from(line!)).toHaveLength(300);
  });
});

describe('an operator’s own words', () => {
  const OWN = {
    title: 'Atención: {count} en espera',
    text: '{message} a las {time}',
    line: '{agent}: {rule}, {measured} de {limit}',
    advice: 'Cierre el navegador de {agent}.',
  };

  test('take the place of ours, with the facts filled in', () => {
    expect(letter(OWN)).toEqual({
      title: 'Atención: 1 en espera',
      text: 'an agent is held a las 2026-03-02T09:00:00.000Z',
      lines: ['Ana: gone, 1h2m de 1h'],
      advice: 'Cierre el navegador de Ana.',
      // Runbooks are searched by it.
      about: 'Alarm held · organisation default · runbook: IdleEnforcerHeld in docs/operations.md',
    });
  });

  test('leave the rest as it is', () => {
    const { title, lines } = letter({ line: '{agent}' });
    expect(title).toBe('Idle agents are held after the last rung');
    expect(lines).toEqual(['Ana']);
  });

  test('are not filled in twice: a name that looks like a fact stays a name', () => {
    expect(letter(OWN, { items: [{ ...ITEM, agent: '{rule}' }] }).lines).toEqual([
      '{rule}: gone, 1h2m de 1h',
    ]);
  });

  test('do not say of all what is true of one', () => {
    expect(letter(OWN, { count: 2, items: [ITEM, ITEM] }).advice).toBe('Cierre el navegador de .');
  });
});

const POLICY = (channel: string): string => `version: 1
genesys: { region: eu-west-1, client_id: a, client_secret: b }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h, warn: 5m }] }]
notify: [${channel}]`;

function faults(channel: string): readonly string[] {
  try {
    loadPolicyText(POLICY(channel), 'p.yaml', {});
    return [];
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    return error.faults.map(({ path, message: text }) => `${path}: ${text}`);
  }
}

describe('in the policy file', () => {
  test('own words are taken for topics and facts that exist', () => {
    const good = `{ name: m, type: email, url: "smtp://h", from: a@b, on: [warning], templates: { warning: { title: "En {in}" } } }`;
    const { settings } = loadPolicyText(POLICY(good), 'p.yaml', {});
    expect(settings.notify[0]?.templates).toEqual({ warning: { title: 'En {in}' } });
    expect(faults(good)).toEqual([]);
  });

  test.each([
    [
      'a fact that does not exist',
      `{ name: m, type: webhook, url: "http://h", on: [warning], templates: { warning: { title: "{agnet}" } } }`,
      'notify[0].templates.warning.title',
    ],
    [
      'a topic that does not exist',
      `{ name: m, type: webhook, url: "http://h", on: [warning], templates: { warnings: { title: "a" } } }`,
      'notify[0].templates',
    ],
    [
      'warnings by a channel that cannot reach the agent',
      `{ name: m, type: slack, url: "http://h", on: [warning] }`,
      'profiles[0].rules[0].warn',
    ],
    [
      'alarms by mail without a receiver',
      `{ name: m, type: email, url: "smtp://h", from: a@b, on: [warning, held] }`,
      'notify[0].to',
    ],
  ])('%s is refused', (_, text, place) => {
    expect(faults(text).join('\n')).toContain(place);
  });
});
