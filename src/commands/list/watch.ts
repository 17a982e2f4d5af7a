/** Redraws a terminal until a signal comes, and leaves it as it was found. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { oneLine } from '../../texts/clean.ts';
import { counted } from '../../texts/counted.ts';
import { clipToWidth } from '../../texts/table.ts';
import type { Output } from '../shared/output.ts';
import { untilSignalled } from '../shared/signals.ts';

/** Between two drawings. A sweep comes once a minute; clocks on the screen should not stand still. */
const EVERY: Duration = 2 * SECOND;

/** Another screen beside the shell's own, without a cursor; and back. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const TOP = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

/** Draws what `lines` answers. Resolves to the exit code of the signal; rejects with what `lines` rejects with. */
export async function watching(output: Output, lines: () => Promise<readonly string[]>): Promise<number> {
  const ending = untilSignalled();
  try {
    // What is wrong from the beginning is said on the shell's own screen.
    const first = await lines();
    output.write(ENTER);
    try {
      await redraw(output, first, lines, ending.signal);
    } finally {
      output.write(LEAVE);
    }
    return await ending.code;
  } finally {
    ending.close();
  }
}

async function redraw(
  output: Output,
  first: readonly string[],
  lines: () => Promise<readonly string[]>,
  signal: AbortSignal,
): Promise<void> {
  for (let drawn = first; ; drawn = await lines()) {
    output.write(screenOf(drawn, output));
    await sleep(EVERY, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

/** As many lines as there is room for, none of them broken; the last says how many more there are. */
export function screenOf(
  lines: readonly string[],
  { columns, rows, redactor }: Pick<Output, 'columns' | 'rows' | 'redactor'>,
): string {
  // The cursor stands in a line of its own, below the last.
  const room = Math.max(1, rows - 1);
  const shown = lines.length <= room ? lines : lines.slice(0, room - 1);
  const more = lines.length - shown.length;
  const all = more === 0 ? shown : [...shown, `… and ${counted(more, 'more line')}`];
  const fitting = all.map((line) => clipToWidth(oneLine(redactor.hide(line)), Math.max(1, columns)));
  // Behind a line that fills the terminal the cursor stands on its last character, which would be cleared with the rest.
  return `${TOP}${fitting.map((line) => `${REST_OF_LINE}${line}\r\n`).join('')}${REST_OF_SCREEN}`;
}
