/** The page of a warning in a real browser: an agent on a telephone or at a desk, with a script and without, and until when they are left alone. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { stayAtDesk } from '../../src/commands/run/page-stay.ts';
import { MINUTE } from '../../src/domain/time/time.ts';
import { StayLinks } from '../../src/server/page/stay-link.ts';
import type { RunningServer } from '../../src/server/server.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { stateOf } from '../store/examples.ts';
import { NOON, PlayedSource, served } from '../server/page/centre.ts';
import { freePort } from '../server/page/identity-provider.ts';
import { CHROMIUM, launch, SKIPPED } from './chromium.ts';
import { FAINT, OVERFLOWING } from './page-checks.ts';

const describeInBrowser = CHROMIUM === undefined ? describe.skip : describe;
if (CHROMIUM === undefined) process.stderr.write(`${SKIPPED}\n`);

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const VIOLATIONS = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`;
const SECRET = 'a secret of the page that is long enough';

describeInBrowser('an agent who was warned', () => {
  let browser: Browser;
  let server: RunningServer;
  let links: StayLinks;
  let page: Page | undefined;
  const store = new MemoryStore({ now: () => NOON });
  /** Each test has an agent of its own. */
  let agent = 0;

  beforeAll(async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/tools`;
    const stay = { url, secret: SECRET };
    links = new StayLinks(stay);
    const source = new PlayedSource();
    source.stay = (ticket, deed) =>
      stayAtDesk({ loaded: () => undefined, now: () => NOON }, store, ticket, deed);
    ({ server } = await served([source], { url, stay }, port));
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

  /** Opens the link of a new warning. */
  async function warned(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    agent += 1;
    const agentId = `agent-${agent}`;
    const state = stateOf(agentId, NOON);
    await store.saveStep([state], []);
    const { sinceSign } = state.episode.clocks;
    const times = { sinceSign, sentAt: NOON - MINUTE, dueAt: NOON + 4 * MINUTE, length: 30 * MINUTE };
    const link = links.linkFor({ organisation: 'North Sea Insurance', agentId, ruleId: 'gone', ...times });
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    page = await context.newPage();
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.goto(link);
    return page;
  }

  const looked = (on: Page, check: string, ...given: readonly number[]): Promise<unknown> =>
    on.evaluate(`(${check})(${given.join(', ')})`);

  async function isSound(shown: Page, width: number): Promise<void> {
    expect(await looked(shown, OVERFLOWING, width)).toEqual([]);
    expect(await looked(shown, FAINT)).toEqual([]);
    await shown.evaluate(AXE);
    expect(await shown.evaluate(VIOLATIONS)).toEqual([]);
  }

  test.each([
    [390, 'light'],
    [390, 'dark'],
    [1920, 'light'],
    [1920, 'dark'],
  ] as const)(
    'on %i pixels in %s reads when and why, says that they are there, and reads until when they are left alone',
    async (width, colorScheme) => {
      const shown = await warned({
        viewport: { width, height: 844 },
        colorScheme,
        timezoneId: 'Europe/Vienna',
      });
      const text = (): Promise<string> => shown.locator('body').innerText();
      // The log-off is at 12:04 in Chicago.
      expect(await text()).toMatch(/logged off Genesys Cloud at (2026-03-02 )?19:04/);
      await isSound(shown, width);
      await shown.getByRole('button', { name: 'I am here' }).click();
      await shown.getByRole('heading', { name: 'Thank you' }).waitFor();
      // The page is readable before its script has put the times into the browser's zone.
      await shown.getByText('your own zone, Europe/Vienna (UTC+01:00)').waitFor();
      expect(await text()).toMatch(/left alone until (2026-03-02 )?19:30/);
      await isSound(shown, width);
      await shown.reload();
      await shown.getByRole('heading', { name: 'Thank you' }).waitFor();
      expect(await store.events({ kinds: ['stay'], agentId: `agent-${agent}` })).toHaveLength(1);
    },
  );

  test('needs no script', async () => {
    const shown = await warned({ javaScriptEnabled: false });
    await shown.getByRole('button', { name: 'I am here' }).press('Enter');
    const text = await shown.locator('body').innerText();
    expect(text).toContain('You are left alone until');
    expect(text).toContain('Times in UTC.');
  });

  test('is told kindly where the link is no good', async () => {
    const shown = await warned({ viewport: { width: 390, height: 844 } });
    await shown.goto(`${shown.url()}x`);
    await shown.getByRole('heading', { name: 'This link cannot be used' }).waitFor();
    await isSound(shown, 390);
  });
});
