/** What users who are signed in send and ask for, in shapes that no browser of ours would: pause, resume, agents, several organisations. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SECOND } from '../../../src/domain/time/time.ts';
import { factsAt, NOON, PEOPLE, PlayedSource } from './centre.ts';
import { eventsOf, SignInPage } from './signed-in.ts';

let page: SignInPage;
let source: PlayedSource;
beforeEach(() => {
  page = new SignInPage();
  source = new PlayedSource(factsAt(NOON, { people: PEOPLE }));
});
afterEach(async () => {
  await page.close();
});

describe('a reason', () => {
  const pause = async (reason: string): Promise<number> => {
    const { url } = await page.open([source]);
    const { visitor, token } = await page.signIn('Ops leads');
    return (await visitor.post(`${url}/pause`, { reason, minutes: '30', token })).status;
  };

  test.each([
    ['of 100 kB', 'x'.repeat(100_000), 413],
    ['that is longer than a screen', 'x'.repeat(201), 400],
    ['of blanks', ' \t ', 400],
  ])('%s is refused, and nothing is paused', async (_, reason, status) => {
    expect([await pause(reason), source.told]).toEqual([status, []]);
  });

  test.each([
    ['markup', '<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['lines of its own', 'storm\r\nresume by nobody: over', 'storm\\r\\nresume by nobody: over'],
    ['signs that turn a line round', 'storm\u202egnp.exe', 'storm\\u202egnp.exe'],
    ['control characters', 'a\u0000b\u001b[2Jc', 'a\\u0000b\\u001b[2Jc'],
  ])('with %s goes on record as it can be seen', async (_, reason, told) => {
    expect(await pause(reason)).toBe(303);
    expect(source.told).toHaveLength(1);
    expect(source.told[0]?.endsWith(`by vera: ${told}`)).toBe(true);
  });

  test('that is sent twice pauses, and is on record twice', async () => {
    const { url } = await page.open([source]);
    const { visitor, token } = await page.signIn('Ops leads');
    const form = { reason: 'storm', minutes: '30', token };
    const both = await Promise.all([1, 2].map(() => visitor.post(`${url}/pause`, form)));
    expect(both.map(({ status }) => status)).toEqual([303, 303]);
    expect(new Set(source.told).size).toBe(1);
    expect((await visitor.get(url)).text).toContain('<strong>Paused</strong>');
  });
});

describe('an agent', () => {
  const odd = `<b onclick="x">\u202eJane</b> 👩‍💻 ${'x'.repeat(300)} 'Doe' & Sons`;

  test('whose name is markup, turned round, or of 300 characters is shown as it is written, by whatever page', async () => {
    source.current = factsAt(NOON, {
      people: {
        ...PEOPLE,
        next: PEOPLE.next.map((row) => ({ ...row, agent: { called: odd, id: 'jane-id' } })),
        returning: [{ agent: { called: odd, id: 'a/../b?c=<d>&e' }, times: 2, lastAt: NOON }],
        stuck: [],
      },
    });
    source.desk.find = () => Promise.resolve([{ called: odd, id: 'a/../b?c=<d>&e' }]);
    source.desk.explain = () => Promise.resolve({ called: odd, lines: [`${odd} is due.`] });
    const { url } = await page.open([source]);
    const { visitor, html, token } = await page.signIn('Supervisors');
    const found = await visitor.post(`${url}/find`, { name: odd.slice(0, 100), token });
    const shown = await visitor.get(`${url}/agent?id=jane-id`);
    expect([found.status, shown.status]).toEqual([200, 200]);
    for (const text of [html, found.text, shown.text]) {
      expect(text).toContain('&lt;b onclick=&quot;x&quot;&gt;\\u202eJane&lt;/b&gt;');
      expect(text).not.toMatch(/<b |\u202e/);
    }
    // Whatever an id is, it is one value of the address, and leads to this site.
    expect(found.text).toContain('href="/agent?id=a%2F..%2Fb%3Fc%3D%3Cd%3E%26e"');
  });

  test.each([
    '',
    '?id=',
    '?id=../../etc',
    '?id=%2e%2e%2f',
    '?id=a&id=b',
    `?id=${'x'.repeat(101)}`,
    '?id=%00',
    '/jane-id',
    '/%2e%2e/jane-id',
  ])('is none at /agent%s', async (rest) => {
    const { url } = await page.open([source]);
    const { visitor } = await page.signIn('Supervisors');
    expect((await visitor.once(`${url}/agent${rest}`)).status).toBe(404);
  });

  test('is explained in sentences, under titles, and with tables whose cells are texts', async () => {
    const table = { head: ['rule', 'limit'], rows: [['<b>gone</b>', '1h']] };
    source.desk.explain = () =>
      Promise.resolve({
        called: 'Jane Doe',
        lines: [
          'Jane Doe is due.',
          '',
          'Rules of profile agents',
          table,
          '',
          'Learnt',
          '  Little.',
          '',
          'Alone',
        ],
      });
    const { url } = await page.open([source]);
    const { visitor } = await page.signIn('Supervisors');
    const { text } = await visitor.get(`${url}/agent?id=jane-id`);
    for (const part of [
      '<p>Jane Doe is due.</p>',
      '<caption>Rules of profile agents</caption>',
      '<tr><th scope="row">&lt;b&gt;gone&lt;/b&gt;</th><td>1h</td></tr>',
      '<h3>Learnt</h3>\n<p>Little.</p>',
      '<p>Alone</p>',
    ])
      expect(text).toContain(part);
  });

  test('who is one of more than fit on the page is told to be so', async () => {
    const many = Array.from({ length: 21 }, (_, n) => ({ called: `Jane ${n}`, id: `jane-${n}` }));
    const { url } = await page.open([source]);
    const { visitor, token } = await page.signIn('Supervisors');
    const told: string[] = [];
    for (const found of [many, many.slice(1)]) {
      source.desk.find = () => Promise.resolve(found);
      told.push((await visitor.post(`${url}/find`, { name: 'jane', token })).text);
    }
    expect(told.map((html) => [html.match(/<li>/g)?.length, html.includes('More agents fit')])).toEqual([
      [20, true],
      [20, false],
    ]);
  });

  test('who is found, but may only be called by a hash, is said to be so', async () => {
    source.desk.find = () => Promise.resolve([{ called: '0a1b2c3d4e5f', id: undefined }]);
    const { url } = await page.open([source]);
    const { visitor, token } = await page.signIn('Supervisors');
    const { text } = await visitor.post(`${url}/find`, { name: 'jane', token });
    expect(text).toContain('log.identities is hash');
    expect(text).not.toContain('No agent');
  });

  test('who is looked at stands in the log as the policy calls them', async () => {
    const { url } = await page.open([source]);
    const { visitor } = await page.signIn('Supervisors');
    await visitor.get(`${url}/agent?id=jane-id`);
    expect(page.log.join('')).toContain('"agent":"<jane-id>"');
    expect(page.log.join('')).not.toContain('"jane-id"');
  });
});

test('one viewer may look at 60 agents in a minute, for each look may go through all of them, and keeps no other from looking', async () => {
  const { url } = await page.open([source]);
  const { visitor } = await page.signIn('Supervisors');
  const statuses: number[] = [];
  for (let n = 0; n < 62; n += 1) statuses.push((await visitor.once(`${url}/agent?id=missing-${n}`)).status);
  expect(statuses.slice(58)).toEqual([404, 404, 429, 429]);
  const { visitor: other } = await page.signIn('Supervisors');
  expect((await other.once(`${url}/agent?id=jane-id`)).status).toBe(200);
});

describe('of several organisations, one whose store fails', () => {
  const harbour = (): PlayedSource => new PlayedSource(factsAt(NOON, { organisation: 'Harbour' }));

  test('keeps no reader of the others from what is new, and no operator from an answer', async () => {
    const broken = harbour();
    const { url } = await page.open([broken, source], { bounds: { tick: 10 } });
    const { visitor, token } = await page.signIn('Ops leads');
    const [there, here] = ['Harbour', 'North+Sea+Insurance'].map((name) =>
      eventsOf(`${url}/events?organisation=${name}`, visitor),
    );
    for (const events of [there, here]) await events?.next();
    broken.isBroken = true;
    page.now += 3 * SECOND;
    const form = { reason: 'storm', minutes: '30', organisation: 'North Sea Insurance', token };
    expect((await visitor.post(`${url}/pause`, form)).status).toBe(303);
    expect((await here?.next())?.value).toContain('<strong>Paused</strong>');
  });

  test('that leaves the fleet ends the pages that show it', async () => {
    const sources = [source, harbour()];
    const { url } = await page.open([], { sources: () => sources, bounds: { tick: 10 } });
    const { visitor } = await page.signIn();
    const events = eventsOf(`${url}/events?organisation=Harbour`, visitor);
    await events.next();
    sources.pop();
    expect((await events.next()).done).toBe(true);
  });
});
