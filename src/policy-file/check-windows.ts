/** Whether calendars are of a size that can be judged by: windows are worked out day by day, while the worker waits. */
import { toCalendar } from './calendars.ts';
import { isBlock, part, type Checking } from './checking.ts';
import { calendar, isOfShifts } from './schema-calendar.ts';
import type { Path } from './source.ts';

/** Windows of one day. */
export const MOST_IN_A_DAY = 24;
const MOST_IN_A_WEEK = 2_000;

/** Adds the faults of all calendars. */
export function checkWindows({ source, faults }: Checking): void {
  const value = source.at(['calendars']);
  if (!isBlock(value)) return;
  let all = 0;
  for (const [name, entry] of Object.entries(value)) {
    const path: Path = ['calendars', name];
    const fitting = part(calendar, entry);
    if (fitting === undefined || isOfShifts(fitting)) continue;
    const days = [...toCalendar(name, fitting).weekly.values()].map((windows) => windows.length);
    if (days.some((count) => count > MOST_IN_A_DAY))
      faults.add([...path, 'weekly'], `has more than ${MOST_IN_A_DAY} windows in a day`);
    all += days.reduce((sum, count) => sum + count, 0);
  }
  if (all > MOST_IN_A_WEEK)
    faults.add(['calendars'], `have more than ${MOST_IN_A_WEEK} windows a week together`);
}
