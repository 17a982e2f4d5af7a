/** Lengths of time for people who write no policies. */
import { counted } from './counted.ts';

const UNITS: readonly (readonly [number, string])[] = [
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
];

/** `1 hour 30 minutes`; whole seconds. */
export function spokenLength(length: number): string {
  let rest = Math.max(1_000, Math.round(length / 1_000) * 1_000);
  const parts: string[] = [];
  for (const [size, name] of UNITS) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0) parts.push(counted(n, name));
  }
  return parts.join(' ');
}
