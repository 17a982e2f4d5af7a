/**
 * Single sign-on in a real browser: what the platform's own timeout achieves, and what the worker does about it. Each
 * journey is one agent, their browsers, an identity provider, the simulated platform, and the whole worker.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import { CHROMIUM, launch, SKIPPED } from './chromium.ts';
import { Lab, RULES, type LabOptions } from './lab.ts';

const describeInBrowser = CHROMIUM === undefined ? describe.skip : describe;
if (CHROMIUM === undefined) process.stderr.write(`${SKIPPED}\n`);

describeInBrowser('in a real browser', () => {
  let browser: Browser;
  let lab: Lab | undefined;

  beforeAll(async () => {
    browser = await launch(CHROMIUM ?? '');
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await lab?.end();
    lab = undefined;
  });

  async function begin(options: LabOptions = {}): Promise<Lab> {
    lab = await Lab.begin(browser, options);
    return lab;
  }

  /** The agent takes this presence in the fifth minute and goes home without a word. */
  async function leftIn(presence: string, options: LabOptions = {}): Promise<Lab> {
    const here = await begin(options);
    await here.until(5);
    await here.tabs[0]!.press(presence);
    here.played.leave();
    return here;
  }

  const shown = (here: Lab): Promise<readonly string[]> => Promise.all(here.tabs.map((tab) => tab.shows()));

  test('the native timeout achieves nothing for two hours, and the worker logs the agent off all the same', async () => {
    const here = await leftIn('AWAY', {
      rules: RULES.replace('20m', '2h'),
      timesOutAt: (minute) => minute % 15 === 14,
    });
    await here.until(122);
    // Each time the page asked the identity provider, was let in, and had its presence back.
    expect([here.silentSignIns, here.desktop.refused, await shown(here)]).toEqual([8, 8, ['AWAY']]);
    expect(await here.actions()).toEqual([]);
    await here.until(132);
    expect(await here.actions()).toEqual(['126: off_queue offline revoke_tokens', '128: off_queue offline']);
    expect(await shown(here)).toEqual(['OFFLINE']);
    expect(here.truth(2 * HOUR)).toMatchObject({ disturbed: [], missed: [], loggedOff: 1 });
  });

  test('after the log-off the page is back without a word, is set Offline quietly, and stays so', async () => {
    const here = await leftIn('AWAY');
    await here.until(26);
    expect([here.silentSignIns, await shown(here)]).toEqual([1, ['AWAY']]);
    await here.until(110);
    expect(await here.actions()).toEqual(['26: off_queue offline revoke_tokens', '28: off_queue offline']);
    expect([here.silentSignIns, await shown(here)]).toEqual([1, ['OFFLINE']]);
    const { disturbed, missed, offlineShare } = here.truth(20 * MINUTE);
    expect([disturbed, missed]).toEqual([[], []]);
    expect(offlineShare).toBeGreaterThan(0.95);
  });

  test('a page that the native timeout throws out behind the quiet Offline climbs on until the login page stands', async () => {
    // Back with a new token at 26:20, quietly Offline at 28:00: half an hour after the token the platform ends the session.
    const here = await leftIn('AWAY', { timesOutAt: (minute) => minute === 56 });
    await here.until(55);
    expect([here.silentSignIns, here.desktop.refused, await shown(here)]).toEqual([1, 1, ['OFFLINE']]);
    await here.until(56);
    expect([here.silentSignIns, here.desktop.refused]).toEqual([2, 2]);
    expect(await shown(here)).not.toEqual(['OFFLINE']);
    await here.until(110);
    expect(await here.actions()).toEqual([
      '26: off_queue offline revoke_tokens',
      '28: off_queue offline',
      '62: off_queue offline revoke_tokens',
      '73: end_sso_session',
      '76: off_queue offline revoke_tokens',
    ]);
    expect([await shown(here), here.desk.presence.system]).toEqual([['Log in'], 'OFFLINE']);
    expect(here.truth(20 * MINUTE)).toMatchObject({ disturbed: [], missed: [] });
  });

  test('a page that insists on its presence climbs the ladder until the login page stands, and the agent may log in', async () => {
    const here = await leftIn('AWAY', { reasserts: true });
    await here.until(44);
    expect([here.silentSignIns, await shown(here)]).toEqual([2, ['AWAY']]);
    await here.until(80);
    expect(await here.actions()).toEqual([
      '26: off_queue offline revoke_tokens',
      '28: off_queue offline',
      '34: off_queue offline revoke_tokens',
      '45: end_sso_session',
      '48: off_queue offline revoke_tokens',
    ]);
    expect(here.signOn.ended).toEqual([{ account: here.person.email, sessions: 1 }]);
    expect([await shown(here), here.desk.presence.system]).toEqual([['Log in'], 'OFFLINE']);
    // In the morning the agent is there again, types the password, and is left alone.
    here.played.sitDown();
    await here.tabs[0]!.logIn(here.person.email);
    await here.tabs[0]!.press('BUSY');
    await here.until(92);
    expect(await here.actions()).toHaveLength(5);
    expect([await shown(here), here.desktop.signIns.at(-1)?.by]).toEqual([['BUSY'], 'person']);
    expect(here.truth(20 * MINUTE)).toMatchObject({ disturbed: [], missed: [] });
  });

  test('a person who clicks while the answer to their return waits is left alone', async () => {
    const here = await leftIn('AWAY');
    await here.until(26);
    expect([here.silentSignIns, await shown(here)]).toEqual([1, ['AWAY']]);
    here.played.sitDown();
    await here.tabs[0]!.press('BUSY');
    await here.until(40);
    await here.tabs[0]!.press('MEAL');
    await here.until(50);
    expect(await here.actions()).toEqual(['26: off_queue offline revoke_tokens']);
    expect(await shown(here)).toEqual(['MEAL']);
    expect(here.truth(20 * MINUTE).disturbed).toEqual([]);
  });

  test('a person who clicks while the end of the session at the identity provider takes hold keeps the one they work in', async () => {
    const here = await leftIn('AWAY', { reasserts: true });
    await here.until(45);
    expect([here.signOn.ended.length, await shown(here)]).toEqual([1, ['AWAY']]);
    here.played.sitDown();
    await here.tabs[0]!.press('BUSY');
    await here.until(58);
    expect((await here.actions()).at(-1)).toBe('45: end_sso_session');
    expect(await shown(here)).toEqual(['BUSY']);
    expect(here.truth(20 * MINUTE).disturbed).toEqual([]);
  });

  test('an agent whom reconnecting puts back on queue is taken off it', async () => {
    const here = await leftIn('ON_QUEUE', { timesOutAt: (minute) => minute === 24 });
    await here.until(23);
    expect([here.desk.routing, await shown(here)]).toEqual(['NOT_RESPONDING', ['ON_QUEUE']]);
    await here.until(24);
    expect([here.silentSignIns, here.desk.routing, await shown(here)]).toEqual([1, 'IDLE', ['ON_QUEUE']]);
    await here.until(70);
    const [first, second, ...more] = await here.actions();
    expect([first, second]).toEqual(['44: off_queue offline revoke_tokens', '46: off_queue offline']);
    expect(more).toEqual([]);
    // Off the queue first, and not just by being set Offline: a call that came meanwhile would have met nobody.
    expect(here.shift.done('putUserRoutingstatus')).toBe(1);
    expect([here.desk.onQueue, here.desk.routing, await shown(here)]).toEqual([
      false,
      'OFF_QUEUE',
      ['OFFLINE'],
    ]);
    expect(here.truth(20 * MINUTE).disturbed).toEqual([]);
  });

  test('two browsers of one agent come back one after the other, and both end at the login page', async () => {
    const here = await leftIn('AWAY', { browsers: 2, reasserts: true });
    await here.until(26);
    expect([here.silentSignIns, await shown(here)]).toEqual([1, ['AWAY', 'AWAY']]);
    await here.until(27);
    expect([here.silentSignIns, await shown(here)]).toEqual([2, ['AWAY', 'AWAY']]);
    await here.until(70);
    expect(await here.actions()).toEqual([
      '26: off_queue offline revoke_tokens',
      '28: off_queue offline',
      '34: off_queue offline revoke_tokens',
      '45: end_sso_session',
      '48: off_queue offline revoke_tokens',
    ]);
    expect(here.signOn.ended).toEqual([{ account: here.person.email, sessions: 2 }]);
    expect([await shown(here), here.desk.presence.system]).toEqual([['Log in', 'Log in'], 'OFFLINE']);
    expect(here.truth(20 * MINUTE)).toMatchObject({ disturbed: [], missed: [] });
  });
});
