/**
 * Takes the pictures of the documents: a simulated shift is played with the real worker, and its page is opened in a browser. Needs a
 * Chromium on the path.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { WoundClock } from '../src/app/clock.ts';
import { assemble, openStoreOf } from '../src/app/compose.ts';
import { Floor } from '../src/app/floor.ts';
import { createLog } from '../src/app/logging.ts';
import { writePolicyToPlay } from '../src/commands/demo/keep.ts';
import { pageSourceOf } from '../src/commands/run/page-facts.ts';
import { pageFetch } from '../src/commands/run/page-fetch.ts';
import { SANDBOX_CLIENT } from '../src/commands/sandbox/command.ts';
import { HOUR } from '../src/domain/time/time.ts';
import { loadPolicyFile } from '../src/policy-file/load.ts';
import { createSandbox } from '../src/sandbox/index.ts';
import { Metrics } from '../src/server/metrics.ts';
import type { PageSource } from '../src/server/page/latest.ts';
import { CHROMIUM, launch, SKIPPED } from '../test/browser/chromium.ts';
import { served } from '../test/server/page/centre.ts';
import { CLIENT, freePort, IdentityProvider } from '../test/server/page/identity-provider.ts';

/** 08:00 in Chicago, where the annotated policy has its business hours. */
const STARTS_AT = Date.parse('2026-03-02T14:00:00Z');
/** In the afternoon, while most people are at work. */
const LENGTH = 7 * HOUR;
const SHOWN_TO = 'casey@example.com';

const pictures = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
const policy = fileURLToPath(new URL('../config/idle-enforcer.yaml', import.meta.url));

/** Plays the shift, and shows what its page is made of while the worker is alive. */
async function played(show: (source: PageSource) => Promise<void>): Promise<void> {
  const clock = new WoundClock(STARTS_AT);
  const { id: clientId, secret: clientSecret } = SANDBOX_CLIENT;
  const people = { seed: 5, agents: 120, startsAt: STARTS_AT, shiftMs: 8 * HOUR };
  const sandbox = createSandbox({ ...people, now: () => clock.now(), clientId, clientSecret });
  const folder = await mkdtemp(join(tmpdir(), 'idle-enforcer-pictures-'));
  try {
    const urls = await sandbox.listen();
    const path = await writePolicyToPlay(folder, { path: policy, urls, client: SANDBOX_CLIENT });
    const env = { ...process.env, GENESYS_CLIENT_ID: clientId, GENESYS_CLIENT_SECRET: clientSecret };
    const loaded = loadPolicyFile(path, env);
    const floor = new Floor();
    const { signal } = new AbortController();
    const sender = { send: () => Promise.resolve(), close: () => Promise.resolve() };
    const log = createLog('silent', 'stderr');
    const around = { clock, log, metrics: new Metrics(), signal, sender, floor };
    const store = await openStoreOf(loaded.settings, around);
    const assembly = await assemble(loaded, store, around);
    const { interval } = loaded.settings.sweep;
    for (let at = STARTS_AT; at <= STARTS_AT + LENGTH; at += interval) {
      await clock.goOnTo(at);
      await assembly.worker.tick(at + interval);
    }
    await show(
      pageSourceOf(() => 'North Sea Insurance', {
        loaded: () => loaded,
        store: () => store,
        lastReport: assembly.lastReport,
        ready: () => ({ ok: true, why: '' }),
        floor: () => floor,
        now: () => clock.now(),
      }),
    );
    await assembly.close();
  } finally {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function take(source: PageSource, browser: Browser): Promise<void> {
  const provider = new IdentityProvider();
  provider.account = { sub: 'casey', claims: { email: SHOWN_TO, groups: ['Team leads'] } };
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const issuer = await provider.open(`${url}/callback`);
  const roles = { claim: 'groups', scope: 'openid email groups', operators: [], organisations: {} };
  const signIn = { ...CLIENT, ...roles, viewers: ['Team leads'], issuer, fetch: pageFetch({}) };
  const access = { url, secret: 'a secret for pictures that is long enough', signIn };
  const { server } = await served([source], { url, access, now: () => Date.now() }, port);
  const zone = { timezoneId: 'America/Chicago', deviceScaleFactor: 1 };
  try {
    const desk = await browser.newPage({ ...zone, viewport: { width: 1280, height: 985 } });
    await desk.goto(url);
    await desk.getByRole('link', { name: 'Sign in' }).click();
    await desk.getByText(SHOWN_TO).waitFor();
    await desk.screenshot({ path: join(pictures, 'floor.png') });
    await desk.screenshot({ path: join(pictures, 'page.png'), fullPage: true });
    const wall = await browser.newPage({
      ...zone,
      viewport: { width: 1920, height: 1080 },
      colorScheme: 'dark',
    });
    await wall.goto(`${url}/?wall`);
    await wall.screenshot({ path: join(pictures, 'wall.png') });
  } finally {
    await server.close();
    await provider.close();
  }
}

if (CHROMIUM === undefined) throw new Error(SKIPPED);
const browser = await launch(CHROMIUM);
try {
  await mkdir(pictures, { recursive: true });
  await played((source) => take(source, browser));
} finally {
  await browser.close();
}
