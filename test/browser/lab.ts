/**
 * The laboratory: one agent with real browsers, a real identity provider, the sandbox and the whole worker. Simulated time
 * is wound minute by minute: the worker sweeps on the minute, what happens by itself happens some seconds later, and
 * nobody waits for a clock.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { MINUTE, SECOND, type Duration } from '../../src/domain/time/time.ts';
import type { UserState } from '../../src/sandbox/desk.ts';
import type { Truth } from '../../src/sandbox/index.ts';
import type { Person } from '../../src/sandbox/organisation.ts';
import type { Played } from '../../src/sandbox/played.ts';
import { policyText, Shift, STARTS_AT, type ShiftOptions } from '../journeys/shift.ts';
import { Desktop } from './desktop.ts';
import { HOOK_SECRET, PASSWORD, startSignOn, type SignOn } from './sign-on.ts';

/** The worker's rules in most journeys. */
export const RULES = `
      - { id: not-responding, when: { routing: [not_responding] }, clock: in_state, limit: 10m }
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: 20m }`;

/** Quiet first, then the tokens, then the session at the identity provider. */
const RETURNS = `
  window: 2m
  grace: 5m
  forget: 12h
  ladder:
    - { wait: 1m, actions: [off_queue, offline] }
    - { wait: 5m, actions: [off_queue, offline, revoke_tokens] }
    - { wait: 10m, actions: [end_sso_session, off_queue, offline, revoke_tokens] }
  repeat: 1h`;

export interface LabOptions {
  readonly rules?: string;
  readonly switches?: ShiftOptions['switches'];
  /** How many browsers the agent has open. Default 1. */
  readonly browsers?: number;
  /** They set their presence again when they find themselves Offline. */
  readonly reasserts?: boolean;
  /** In these minutes the platform's inactivity timeout fires, if the agent is absent. */
  readonly timesOutAt?: (minute: number) => boolean;
}

/** One browser of the agent's, with one tab. */
export class Tab {
  readonly page: Page;
  /** What the page has heard of last, and when it did something. */
  heard = '';
  beatAt = -Infinity;
  readonly #name: string;
  readonly #desktop: Desktop;
  readonly #signOn: SignOn;

  constructor(name: string, page: Page, desktop: Desktop, signOn: SignOn) {
    this.#name = name;
    this.page = page;
    this.#desktop = desktop;
    this.#signOn = signOn;
  }

  /** The agent opens the desktop and types the password. */
  async open(account: string): Promise<void> {
    await this.page.goto(`${this.#desktop.origin}/desk?tab=${this.#name}`);
    await this.logIn(account);
  }

  /** The agent types the password into the login page that is open. */
  async logIn(account: string): Promise<void> {
    await this.page.fill('input[name=account]', account);
    await this.page.fill('input[name=password]', PASSWORD);
    await this.page.click('button');
    await this.#desktop.idle(this.#name);
  }

  /** The agent clicks a presence. */
  async press(presence: string): Promise<void> {
    await this.page.click(`button:text-is("${presence}")`);
    await this.page.waitForSelector(`#presence:text-is("${presence}")`);
  }

  /** What the page does by itself, until it has done it or the login page stands in its place. */
  async beat(reasserts: boolean): Promise<void> {
    const loginPage = this.#signOn.nextLoginPage();
    if (!this.#desktop.tell(this.#name, { reasserts })) return;
    await Promise.race([this.#desktop.idle(this.#name), loginPage]);
  }

  /** What the page shows. */
  async shows(): Promise<string> {
    const title = await this.page.textContent('h1');
    return title === 'Log in' ? title : ((await this.page.textContent('#presence')) ?? '');
  }
}

export class Lab {
  readonly shift: Shift;
  readonly signOn: SignOn;
  readonly desktop: Desktop;
  readonly tabs: Tab[] = [];
  readonly #options: LabOptions;
  readonly #contexts: BrowserContext[] = [];
  #minute = 0;

  private constructor(options: LabOptions, shift: Shift, signOn: SignOn, desktop: Desktop) {
    this.#options = options;
    this.shift = shift;
    this.signOn = signOn;
    this.desktop = desktop;
  }

  /** The agent is at the desk and logged in, in each of their browsers. */
  static async begin(browser: Browser, options: LabOptions = {}): Promise<Lab> {
    const parts: { shift?: Shift; signOn?: SignOn } = {};
    const present = <T>(part: T | undefined): T => {
      if (part === undefined) throw new Error('the laboratory is not yet built');
      return part;
    };
    const desktop = new Desktop(
      () => present(parts.shift).sandbox.world,
      () => present(parts.signOn),
    );
    await desktop.listen();
    const signOn = await startSignOn(() => desktop.origin);
    parts.signOn = signOn;
    const hook = `{ url: "${signOn.hookUrl}", secret: ${HOOK_SECRET}, delay: 3m }`;
    const policy = `${policyText({ rules: options.rules ?? RULES, returns: RETURNS })}identity: { webhook: ${hook} }\n`;
    const shift = await Shift.begin({
      agents: 1,
      cast: ['played'],
      switches: options.switches ?? {},
      policy,
    });
    parts.shift = shift;
    const lab = new Lab(options, shift, signOn, desktop);
    lab.played.sitDown();
    for (let n = 1; n <= (options.browsers ?? 1); n += 1) await lab.#openBrowser(browser, `browser-${n}`);
    return lab;
  }

  get person(): Person {
    const [person] = this.shift.sandbox.world.organisation.people;
    if (person === undefined) throw new Error('nobody works here');
    return person;
  }

  /** What the agent and their browsers do, besides what is done in the browser. */
  get played(): Played {
    return this.shift.sandbox.world.play(this.person);
  }

  /** The agent's state on the platform. */
  get desk(): Readonly<UserState> {
    return this.shift.sandbox.world.desk(this.person);
  }

  /** How often single sign-on let a browser in without a word. */
  get silentSignIns(): number {
    return this.desktop.signIns.filter(({ by }) => by === 'browser').length;
  }

  /** What the worker did so far, each as `minute: actions`. */
  async actions(): Promise<readonly string[]> {
    const intents = await this.shift.events('intent');
    return intents.map(
      ({ at, actions = [] }) => `${Math.floor((at - STARTS_AT) / MINUTE)}: ${actions.join(' ')}`,
    );
  }

  /** The truth, by the limit of the rule that is meant for the agent. */
  truth(limit: Duration): Truth {
    return this.shift.truth(7 * MINUTE, () => limit);
  }

  /** Goes on until that minute of the shift. */
  async until(minute: number): Promise<void> {
    const { clock } = this.shift;
    const { timesOutAt = () => false, reasserts = false } = this.#options;
    for (; this.#minute <= minute; this.#minute += 1) {
      const now = STARTS_AT + this.#minute * MINUTE;
      await clock.goOnTo(now);
      await this.shift.sweep();
      await clock.goOnTo(now + 10 * SECOND);
      if (timesOutAt(this.#minute)) this.played.timeOut();
      for (const [n, tab] of this.tabs.entries()) {
        // A second browser finds out a minute after the first, so that the worker sees each come back.
        if (n > 0 && this.#minute % 2 === 0) continue;
        await clock.goOnTo(now + (20 + 10 * n) * SECOND);
        await this.#beat(tab, reasserts);
      }
    }
  }

  /** A page does something at each change that concerns its user, of which clients are notified, and every five minutes. */
  async #beat(tab: Tab, reasserts: boolean): Promise<void> {
    const { session, presence, presenceAt, tokenAt } = this.desk;
    const news = [session, presence.system, presenceAt, tokenAt].join();
    if (news === tab.heard && this.#minute < tab.beatAt + 5) return;
    tab.heard = news;
    tab.beatAt = this.#minute;
    await tab.beat(reasserts);
  }

  async #openBrowser(browser: Browser, name: string): Promise<void> {
    const context = await browser.newContext();
    this.#contexts.push(context);
    const tab = new Tab(name, await context.newPage(), this.desktop, this.signOn);
    this.tabs.push(tab);
    await tab.open(this.person.email);
  }

  async end(): Promise<void> {
    for (const context of this.#contexts) await context.close();
    await this.shift.end();
    await this.desktop.close();
    await this.signOn.close();
  }
}
