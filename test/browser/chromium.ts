/** Finds a Chromium of this machine and drives it. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where a Chromium is; `undefined` when none is installed. */
export const CHROMIUM: string | undefined = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

/** What is printed where the journeys cannot be made. */
export const SKIPPED = `browser journeys skipped: none of ${NAMES.join(', ')} is installed`;

/** Starts it without a window. Containers give it no user namespaces, and it opens no page but the laboratory's own. */
export function launch(executablePath: string): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-extensions'];
  return chromium.launch({ executablePath, args, timeout: 20_000 });
}
