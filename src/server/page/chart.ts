/** Charts as SVG that fits any width: shapes alone, for texts would be stretched with them. */
import { htmlText } from '../../texts/clean.ts';
import type { Duration, Instant, Interval } from '../../domain/time/time.ts';
import { MINUTE } from '../../domain/time/time.ts';
import type { HeadCount } from './facts.ts';

/** Units of the drawing; the style sheet gives it its size. */
const WIDTH = 1_000;
const HEIGHT = 200;
/** Head-counts further apart than this leave a hole: nobody watched in between. */
const LASTS: Duration = 15 * MINUTE;

/** One line of a chart. */
export interface Line {
  /** The class that gives it its colour. */
  readonly name: string;
  readonly counts: readonly HeadCount[];
}

/** The bars of one stretch of time, one upon the other. */
export interface Bar extends Interval {
  readonly parts: readonly { readonly name: string; readonly value: number }[];
}

/** The smallest of 1, 2, 5, 10, 20 … that is not below `value`. */
export function niceTop(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((each) => each * power >= value) ?? 10;
  return step * power;
}

/** Head-counts as steps, from zero to `top`. `title` says what is shown to readers who do not see it. */
export function lineChart(lines: readonly Line[], span: Interval, top: number, title: string): string {
  const paths = lines.map(({ name, counts }) => {
    const path = stepsOf(counts, span, top);
    return path === '' ? '' : `<path class="line ${name}" d="${path}" vector-effect="non-scaling-stroke"/>`;
  });
  return drawing(paths.join(''), title);
}

/** Bars from zero to `top`. */
export function barChart(bars: readonly Bar[], span: Interval, top: number, title: string): string {
  const shapes = bars.flatMap(({ from, to, parts }) => {
    const [left, right] = [across(from, span), across(to, span)];
    const gap = (right - left) * 0.12;
    let below = 0;
    return parts.map(({ name, value }) => {
      const height = (value / top) * HEIGHT;
      below += height;
      const place = `x="${number(left + gap)}" y="${number(HEIGHT - below)}"`;
      const size = `width="${number(right - left - 2 * gap)}" height="${number(height)}"`;
      return value === 0 ? '' : `<rect class="bar ${name}" ${place} ${size}/>`;
    });
  });
  return drawing(shapes.join(''), title);
}

function drawing(shapes: string, title: string): string {
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => `M0 ${number(share * HEIGHT)}H${WIDTH}`).join('');
  const label = htmlText(title);
  const box = `viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none"`;
  return `<svg ${box} role="img" aria-label="${label}"><path class="grid" d="${grid}" vector-effect="non-scaling-stroke"/>${shapes}</svg>`;
}

function stepsOf(counts: readonly HeadCount[], span: Interval, top: number): string {
  let path = '';
  let last: HeadCount | undefined;
  for (const count of counts) {
    const x = number(across(count.at, span));
    const y = number(HEIGHT - (Math.min(count.online, top) / top) * HEIGHT);
    if (last === undefined || count.at - last.at > LASTS) path += `M${x} ${y}`;
    else path += count.online === last.online ? `H${x}` : `H${x}V${y}`;
    last = count;
  }
  // The last count holds for a moment: a single one would not be seen.
  return last === undefined ? path : `${path}h2`;
}

function across(at: Instant, { from, to }: Interval): number {
  return ((Math.min(Math.max(at, from), to) - from) / (to - from)) * WIDTH;
}

/** Tenths of a unit are less than a pixel. */
function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}
