/** The HTML report in a real browser: on a phone, a tablet, a desk and paper, by day and by night. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { chartData } from '../../src/commands/report/charts.ts';
import { reportHtml } from '../../src/commands/report/html.ts';
import { ReportBuilder, type Report } from '../../src/commands/report/report.ts';
import { shownOf, type Origin } from '../../src/commands/report/sections.ts';
import { DAY, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { CHROMIUM, launch, SKIPPED } from './chromium.ts';
import { FAINT, OVERFLOWING, OVERLAPPING } from './page-checks.ts';

const describeInBrowser = CHROMIUM === undefined ? describe.skip : describe;
if (CHROMIUM === undefined) process.stderr.write(`${SKIPPED}\n`);

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const VIOLATIONS = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`;
const FROM = Date.parse('2026-02-10T00:00:00Z');
const SPAN = { from: FROM, to: FROM + 30 * DAY };
const PEOPLE = 40;
const RULES = ['gone', 'screen-locked', 'long-meal-with-a-very-long-name-of-a-rule', 'after-hours'];
const KINDS = ['verified', 'verified', 'failed', 'observed', 'dropped', 'unverified'] as const;

/** A month with long names, in which everything happened. */
function busyMonth(): Report {
  const agents = Array.from({ length: PEOPLE }, (_, n) => ({
    id: `a${n}`,
    profile: n % 2 === 0 ? 'agents' : 'supervisors-of-the-night-shift',
  }));
  const builder = new ReportBuilder({ span: SPAN, zone: 'America/Chicago', now: SPAN.to, agents });
  for (let n = 0; n < 900; n += 1) {
    const at = FROM + n * 45 * MINUTE;
    const agentId = `a${(n * 7) % PEOPLE}`;
    const rule = RULES[n % RULES.length] ?? '';
    const rung = n % 4 === 0 ? { rung: 0 } : {};
    builder.event({
      kind: KINDS[n % KINDS.length] ?? 'failed',
      at,
      agentId,
      rule,
      reason: 'engaged',
      ...rung,
    });
    const delay = ((n * 13) % 130) * SECOND;
    if (n % 3 === 0)
      builder.event({ kind: 'return', at: at + MINUTE, agentId, reason: 'silent after our log-off', delay });
  }
  for (let at = FROM, n = 0; at < SPAN.to; at += 10 * MINUTE, n += 1) {
    const deferred = n % 100 === 0 ? { per_sweep: 7, breaker: 2 } : {};
    builder.count({ at, online: 900 + Math.round(600 * Math.sin(n / 20)), kept: n % 60, deferred });
  }
  return builder.build();
}

const ORIGIN: Origin = {
  ...{ organisation: 'North Sea Insurance', mode: 'enforce', policy: '67188257211d', version: '0.1.0' },
  madeAt: SPAN.to,
};
/** What is left of a page of paper between margins of 14 mm, in CSS pixels. */
const PAPER = { A4: Math.floor(((210 - 28) / 25.4) * 96), Letter: Math.floor(((215.9 - 28) / 25.4) * 96) };

describeInBrowser('the HTML report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-page-'));
  const file = join(folder, 'report.html');
  let browser: Browser;

  beforeAll(async () => {
    const built = busyMonth();
    const call = ({ agentId }: { readonly agentId: string }): string =>
      `Maximiliane Featherstonehaugh-Cholmondeley ${agentId}`;
    const library = new URL('../../node_modules/chart.js/dist/chart.umd.min.js', import.meta.url);
    const drawing = { data: chartData(built), library: readFileSync(library, 'utf8') };
    writeFileSync(file, reportHtml(shownOf(built, ORIGIN, call), drawing));
    browser = await launch(CHROMIUM ?? '');
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  test.each([
    [390, 'light'],
    [390, 'dark'],
    [768, 'light'],
    [768, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)(
    'fits %i pixels in %s: nothing runs over its box, and every text can be read',
    async (width, scheme) => {
      const page = await opened(width, scheme);
      expect(await looked(page, OVERFLOWING, width)).toEqual([]);
      expect(await looked(page, OVERLAPPING)).toEqual([]);
      expect(await looked(page, FAINT)).toEqual([]);
      await page.evaluate(AXE);
      expect(await page.evaluate(VIOLATIONS)).toEqual([]);
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
        scheme === 'dark' ? 'rgb(16, 22, 29)' : 'rgb(255, 255, 255)',
      );
      await page.close();
    },
  );

  test.each([
    ['A4', 'light'],
    ['A4', 'dark'],
    ['Letter', 'light'],
    ['Letter', 'dark'],
  ] as const)(
    'prints on %s from a %s screen: on white, whole, and no chart over a title',
    async (format, scheme) => {
      const page = await opened(1280, scheme);
      // What a browser does before it lays the page out for paper.
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize({ width: PAPER[format], height: 900 });
      expect(await looked(page, OVERFLOWING, PAPER[format])).toEqual([]);
      expect(await looked(page, OVERLAPPING)).toEqual([]);
      expect(await looked(page, FAINT)).toEqual([]);
      const pdf = await page.pdf({ format });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      await page.close();
    },
  );

  test('has a language, one title, headings in order, and a name for each chart and each table that scrolls', async () => {
    const page = await opened(1280, 'light');
    const found = await page.evaluate<{ readonly headings: readonly string[] }>(`({
      language: document.documentElement.lang,
      title: document.title,
      headings: [...document.querySelectorAll('h1, h2, h3')].map(({ tagName }) => tagName),
      unnamed: [...document.querySelectorAll('canvas, [role=region]')].filter((e) => !e.getAttribute('aria-label')).length,
      cells: [...document.querySelectorAll('th')].filter((e) => e.getAttribute('scope') !== 'col').length,
    })`);
    expect(found).toMatchObject({ language: 'en', title: 'Idle enforcer report', unnamed: 0, cells: 0 });
    expect(found.headings.filter((tag) => tag === 'H1')).toEqual(['H1']);
    expect(found.headings[0]).toBe('H1');
    await page.close();
  });

  test('names the organisation, the mode, the policy, the version and when it was made, by the clocks of the zone', async () => {
    const page = await opened(1280, 'light');
    const head = await page.locator('header').textContent();
    for (const word of [
      'North Sea Insurance',
      'enforce',
      '67188257211d',
      'version 0.1.0',
      '2026-03-11 19:00',
    ])
      expect(head).toContain(word);
    expect(await page.locator('body').innerText()).not.toMatch(/\d\d:\d\dZ/);
    await page.close();
  });
});

/** What a check finds in the page. */
async function looked(page: Page, check: string, argument = 0): Promise<readonly string[]> {
  return await page.evaluate<readonly string[]>(`${check}(${argument})`);
}
