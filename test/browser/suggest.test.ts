/** The HTML of `suggest` in a real browser: on a telephone, a desk and paper, by day and by night. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { suggestHtml } from '../../src/commands/suggest/html.ts';
import { suggest } from '../../src/commands/suggest/suggest.ts';
import { PLAIN_BILLING } from '../../src/domain/licence/billing.ts';
import { MINUTE } from '../../src/domain/time/time.ts';
import { KNOWN_POLICY, knownPast } from '../commands/suggest/known-past.ts';
import { CHROMIUM, launch, SKIPPED } from './chromium.ts';
import { FAINT, OVERFLOWING } from './page-checks.ts';

const describeInBrowser = CHROMIUM === undefined ? describe.skip : describe;
if (CHROMIUM === undefined) process.stderr.write(`${SKIPPED}\n`);

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const VIOLATIONS = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`;
const PAPER = Math.floor(((210 - 28) / 25.4) * 96);

describeInBrowser('the HTML of suggested limits', () => {
  const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-suggest-'));
  const file = join(folder, 'limits.html');
  let browser: Browser;

  beforeAll(async () => {
    const { history, span } = knownPast(2, { seed: 1, agents: 60 });
    const suggestions = suggest(history, KNOWN_POLICY, {
      ...{ interval: MINUTE, span, calendar: PLAIN_BILLING, regret: 0.02, limits: undefined },
      isWanted: () => true,
      onProgress: () => undefined,
    });
    const about = {
      ...{ span, zone: 'America/Chicago', agents: 60, policy: 'policy.yaml', hash: '67188257211d' },
      ...{ hasTests: false, regret: 0.02, assumptions: ['All agents were watched.'] },
    };
    writeFileSync(file, suggestHtml(suggestions, about));
    browser = await launch(CHROMIUM ?? '');
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  async function isSound(page: Page, width: number): Promise<void> {
    expect(await page.evaluate(`${OVERFLOWING}(${width})`)).toEqual([]);
    expect(await page.evaluate(`${FAINT}()`)).toEqual([]);
    await page.evaluate(AXE);
    expect(await page.evaluate(VIOLATIONS)).toEqual([]);
  }

  test.each([
    [390, 'light'],
    [390, 'dark'],
    [1920, 'light'],
    [1920, 'dark'],
  ] as const)(
    'fits %i pixels in %s: all can be read, nothing runs over, no fault of accessibility',
    async (width, scheme) => {
      const page = await opened(width, scheme);
      // Each rule with a log-off has a curve, and a dot where there is one limit alone.
      expect(await page.locator('figure').count()).toBe(5);
      expect(await page.locator('figure:not(:has(circle))').count()).toBe(0);
      await isSound(page, width);
      await page.close();
    },
  );

  test('prints on white from a dark screen, whole', async () => {
    const page = await opened(PAPER, 'dark');
    await page.emulateMedia({ media: 'print' });
    await isSound(page, PAPER);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    await page.close();
  });

  test('draws no labels upon each other', async () => {
    const page = await opened(390, 'light');
    const overlapping = await page.evaluate(`[...document.querySelectorAll('svg')].flatMap((svg) => {
      const boxes = [...svg.querySelectorAll('text')].map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
      return boxes.flatMap((one, i) => boxes.slice(i + 1).filter(({ box }) =>
        box.left < one.box.right - 1 && one.box.left < box.right - 1 && box.top < one.box.bottom - 1 && one.box.top < box.bottom - 1,
      ).map(({ text }) => one.text + ' and ' + text));
    })`);
    expect(overlapping).toEqual([]);
    await page.close();
  });
});
