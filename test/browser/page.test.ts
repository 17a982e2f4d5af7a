/** The page in a real browser: by day and by night, on a telephone, a desk, a wall and paper, with a script and without. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import type { RunningServer } from '../../src/server/server.ts';
import { factsAt, NOON, PEOPLE, PlayedSource, served } from '../server/page/centre.ts';
import { SESSION_LASTS } from '../../src/server/page/access.ts';
import { SignInPage } from '../server/page/signed-in.ts';
import { CHROMIUM, launch, SKIPPED } from './chromium.ts';
import { FAINT, OVERFLOWING } from './page-checks.ts';

const describeInBrowser = CHROMIUM === undefined ? describe.skip : describe;
if (CHROMIUM === undefined) process.stderr.write(`${SKIPPED}\n`);

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const VIOLATIONS = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`;
/** What is left of a page of A4 between margins of 14 mm, in CSS pixels. */
const PAPER = Math.floor(((210 - 28) / 25.4) * 96);

describeInBrowser('the page', () => {
  const own = new PlayedSource();
  const paused = new PlayedSource(
    factsAt(NOON, {
      organisation: 'Harbour',
      pause: { since: NOON, until: undefined },
      warnings: ['3 agents due and held back: by the breaker, for many became due at once.'],
    }),
  );
  let browser: Browser;
  let server: RunningServer;
  let url = '';
  let page: Page | undefined;

  beforeAll(async () => {
    let now = NOON;
    // Each look is later than the one before.
    const more = { now: () => (now += 3_000), bounds: { tick: 50 } };
    ({ server, url } = await served([own, paused], more));
    browser = await launch(CHROMIUM ?? '');
  });
  afterEach(async () => {
    await page?.context().close();
    page = undefined;
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  /** What a page does not allow is an error of the test. */
  async function opened(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    page = await context.newPage();
    page.on('pageerror', (error) => {
      throw error;
    });
    page.on('console', (message) => {
      if (message.type() === 'error') throw new Error(message.text());
    });
    await page.goto(`${url}${path}`);
    return page;
  }

  const looked = (on: Page, check: string, ...given: readonly number[]): Promise<unknown> =>
    on.evaluate(`(${check})(${given.join(', ')})`);

  test.each([
    [390, 'light', '/'],
    [390, 'dark', '/?organisation=Harbour'],
    [768, 'light', '/?organisation=Harbour'],
    [1920, 'dark', '/?wall'],
  ] as const)(
    'fits %i pixels in %s: all can be read, nothing runs over, no fault of accessibility',
    async (width, colorScheme, path) => {
      const shown = await opened(path, { viewport: { width, height: 900 }, colorScheme });
      expect(await looked(shown, OVERFLOWING, width)).toEqual([]);
      expect(await looked(shown, FAINT)).toEqual([]);
      await shown.evaluate(AXE);
      expect(await shown.evaluate(VIOLATIONS)).toEqual([]);
    },
  );

  test.each([
    [1920, 1080, '/?wall'],
    [1920, 1080, '/?wall&organisation=Harbour'],
    [1366, 768, '/?wall&organisation=Harbour'],
    [3840, 2160, '/?wall'],
  ])('is whole on a screen of %i by %i on the wall, without scrolling: %s', async (width, height, path) => {
    const shown = await opened(path, { viewport: { width, height } });
    expect(await shown.evaluate('document.documentElement.scrollHeight')).toBe(height);
    expect(await looked(shown, OVERFLOWING, width)).toEqual([]);
    const drawn = `[...document.querySelectorAll('.plot svg')].map((each) => each.getBoundingClientRect().height)`;
    for (const tall of await shown.evaluate<readonly number[]>(drawn))
      expect(tall).toBeGreaterThan(height / 12);
  });

  test('prints on white from a dark screen, whole', async () => {
    const shown = await opened('/', { colorScheme: 'dark', viewport: { width: PAPER, height: 900 } });
    await shown.emulateMedia({ media: 'print' });
    expect(await looked(shown, OVERFLOWING, PAPER)).toEqual([]);
    expect(await looked(shown, FAINT)).toEqual([]);
    expect(await shown.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
      'rgb(255, 255, 255)',
    );
    expect((await shown.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('has the reader’s own time, and takes news without being loaded again', async () => {
    const shown = await opened('/', { timezoneId: 'Asia/Tokyo' });
    const text = (selector: string): Promise<unknown> =>
      shown.evaluate(`document.querySelector('${selector}').textContent`);
    expect(await text('#now .note')).toContain('As of 2026-03-03 02:59.');
    expect(await text('[data-zone]')).toBe('your own zone, Asia/Tokyo');
    await shown.getByText('Live.').waitFor();
    await shown.evaluate(`document.querySelector('#policy-words').open = true`);
    const { policy } = factsAt();
    own.change({ mode: 'observe', policy: { ...policy, lines: ['Another policy.'] } });
    await shown.getByText('Observe.').waitFor();
    expect(await text('#policy-words[open] pre')).toBe('Another policy.');
  });

  test('is whole without a script, in the zone of the organisation', async () => {
    const shown = await opened('/?organisation=Harbour', { javaScriptEnabled: false });
    const text = await shown.locator('body').innerText();
    for (const part of ['Paused since 12:00', '412', 'As of 11:59.', 'Times in America/Chicago.'])
      expect(text).toContain(part);
    await shown.getByText('The policy in plain words').click();
    expect(await shown.locator('pre').innerText()).toContain('Mode enforce');
  });
});

describeInBrowser('a user', () => {
  let browser: Browser;
  let site: SignInPage;
  let source: PlayedSource;
  beforeAll(async () => {
    browser = await launch(CHROMIUM ?? '');
  });
  beforeEach(async () => {
    source = new PlayedSource(factsAt(NOON, { people: PEOPLE }));
    site = await new SignInPage().open([source], { bounds: { tick: 50 } });
  });
  afterEach(async () => {
    await site.close();
  });
  afterAll(async () => {
    await browser.close();
  });

  /** Signed in at the provider, and led back. */
  async function signedIn(group: string): Promise<Page> {
    site.provider.account = { sub: 'vera', claims: { groups: [group] } };
    const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.goto(site.url);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByText('vera, ').waitFor();
    return page;
  }

  async function isSound(page: Page): Promise<void> {
    expect(await page.evaluate(`(${OVERFLOWING})(390)`)).toEqual([]);
    expect(await page.evaluate(`(${FAINT})()`)).toEqual([]);
    await page.evaluate(AXE);
    expect(await page.evaluate(VIOLATIONS)).toEqual([]);
  }

  async function hold(page: Page, deed: 'Pause' | 'Resume', reason: string): Promise<void> {
    await page.getByText('Pause and resume').click();
    await page.locator(`form[action="/${deed.toLowerCase()}"] input[name=reason]`).fill(reason);
    await page.getByRole('button', { name: deed, exact: true }).click();
  }

  test('who is an operator pauses from a telephone, resumes, reads of an agent, and signs out', async () => {
    const page = await signedIn('Ops leads');
    await page.getByText('vera, operator').waitFor();
    await hold(page, 'Pause', 'storm');
    await page.getByText('Paused since').waitFor();
    await isSound(page);
    await hold(page, 'Resume', 'over');
    await page.getByText('Agents who are due are logged off.').waitFor();
    expect(source.told.map((text) => text.replace(/ \S+Z/, ''))).toEqual([
      'pause by vera: storm',
      'resume by vera: over',
    ]);
    await page.getByRole('link', { name: 'Jane Doe' }).first().click();
    expect(page.url()).toBe(`${site.url}/agent?id=jane-id`);
    await page.getByText('They are due in 5m.').waitFor();
    expect(await page.getByRole('table').getByText('55m').count()).toBe(1);
    await isSound(page);
    await page.getByRole('button', { name: 'Sign out' }).click();
    // The provider asks once more, and leads back.
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    await page.close();
  });

  test('who is a viewer finds an agent, and nothing to pause; with no group there is no name', async () => {
    const page = await signedIn('Supervisors');
    await page.getByText('vera, viewer').waitFor();
    expect(await page.getByText('Pause and resume').count()).toBe(0);
    await page.getByLabel('Name, e-mail or id of an agent').fill('jane');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByRole('link', { name: 'Jane Doe' }).waitFor();
    await isSound(page);
    await page.close();
    const other = await (await browser.newContext()).newPage();
    site.provider.account = { sub: 'otto', claims: {} };
    await other.goto(`${site.url}/sign-in`);
    await other.getByText('otto, who may see no names').waitFor();
    expect(await other.getByText('Jane Doe').count()).toBe(0);
    await other.close();
  });

  test('whose session ends sees names go from the page that is open, and is asked to sign in', async () => {
    const page = await signedIn('Ops leads');
    await page.getByText('Live.').waitFor();
    await page.getByRole('link', { name: 'Jane Doe' }).first().waitFor();
    site.now += SESSION_LASTS + 1_000;
    await page.getByText('Jane Doe').first().waitFor({ state: 'detached' });
    expect(await page.getByText('Joe').count()).toBe(0);
    await hold(page, 'Pause', 'storm');
    await page.getByText('sign in, and load the page again').waitFor();
    expect(source.told).toEqual([]);
    await page.close();
  });
});
