/** A folder with a policy in it, as editors and Kubernetes change it, and timers that go when they are told to. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkHere } from '../../src/commands/policy-test/policy-check.ts';
import { PolicyRefused } from '../../src/policy-file/faults.ts';
import { FilesRead } from '../../src/policy-file/files-read.ts';
import { loadPolicyFile } from '../../src/policy-file/load.ts';
import type { After, WatchOptions } from '../../src/policy-file/watch.ts';

export interface Texts {
  readonly limit?: string;
  readonly secret?: string;
  readonly region?: string;
  readonly every?: string;
  readonly more?: string;
}

/** A valid policy whose rule has this limit. */
export function policyText({
  limit = '1h',
  secret = 'old',
  region = 'eu-west-1',
  every,
  more,
}: Texts = {}): string {
  return `version: 1
genesys: { region: ${region}, client_id: client, client_secret: "${secret}" }
sweep: { every: "${every ?? '0 * * * * *'}" }
profiles:
  - name: agents
    rules:
      - { id: gone, when: { presence: [away] }, limit: ${limit} }
${more ?? ''}`;
}

/** A folder that goes when the test is over. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'idle-enforcer-reload-'));
  #swaps = 0;

  get policy(): string {
    return join(this.path, 'policy.yaml');
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  /** As editors save: a new file beside the old one, renamed over it. */
  rename(name: string, text: string): void {
    this.write(`.${name}.swp`, text);
    renameSync(join(this.path, `.${name}.swp`), join(this.path, name));
  }

  /**
   * As Kubernetes brings a ConfigMap up to date: a new folder, a new link to it renamed over `..data`, and the old folder
   * gone. The links of the files themselves never change.
   */
  swap(files: Readonly<Record<string, string>>): void {
    const before = `..data_${this.#swaps}`;
    this.#swaps += 1;
    const folder = `..data_${this.#swaps}`;
    mkdirSync(join(this.path, folder));
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(this.path, folder, name), text);
      if (this.#swaps === 1) symlinkSync(join('..data', name), join(this.path, name));
    }
    symlinkSync(folder, join(this.path, '..data_tmp'));
    renameSync(join(this.path, '..data_tmp'), join(this.path, '..data'));
    rmSync(join(this.path, before), { recursive: true, force: true });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What a watch of this file needs, with what stands there now in force. Checks where it stands, without a thread. */
export function checking(path: string): Pick<WatchOptions, 'load' | 'files'> {
  const files = new FilesRead();
  try {
    loadPolicyFile(path, {}, files);
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
  }
  return { load: () => checkHere(path, {}), files: files.digests };
}

/** Lets all promises that are ready go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Timers under a clock that is wound. */
export class Timers {
  #now = 0;
  #timers: Timer[] = [];

  readonly after: After = (length, run) => {
    const timer = { at: this.#now + length, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };

  /** How many are set. */
  get set(): number {
    return this.#timers.length;
  }

  async wind(length: number): Promise<void> {
    await settled();
    const until = this.#now + length;
    for (;;) {
      const [next] = this.#timers.toSorted((a, b) => a.at - b.at);
      if (next === undefined || next.at > until) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = next.at;
      next.run();
      await settled();
    }
    this.#now = until;
  }
}
