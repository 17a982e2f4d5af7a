/** This process, as others see it that share its store. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';

/** Who asks for the lease, as other processes can see it. */
export interface Self {
  readonly pid: number;
  readonly host: string;
  /** Within which process ids mean the same: the running system and its process namespace. */
  readonly boot: string;
  readonly isAlive: (pid: number) => boolean;
}

export function thisProcess(): Self {
  return { pid: process.pid, host: hostname(), boot: bootOf(), isAlive };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { readonly code?: unknown }).code !== 'ESRCH';
  }
}

/** Empty where the system does not tell; then only the host's name counts. */
function bootOf(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}
