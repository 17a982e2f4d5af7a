/** What is not known of the platform, as worlds: every mix of answers, and few of them in which every pair of answers meets. */
import type { Switches } from '../src/sandbox/index.ts';

/** What each question may be answered with. */
const ANSWERS = {
  nativeTimeoutMinutes: [15, 30, 60, 'off'],
  reconnectMinutes: [1, 10, 60],
  revokeSetsOffline: [5_000, false],
  revokeKeepsRouting: [false, true],
  tokenMovesOnSilentReturn: [true, false],
  restoredDate: ['fresh', 'former'],
  samePresenceMovesDate: [true, false],
  presenceAfterOffQueue: ['available', 'kept'],
  restoreOnQueue: [true, false],
} as const satisfies { readonly [K in keyof Switches]?: readonly Switches[K][] };

type Question = keyof typeof ANSWERS;
export type Mix = Readonly<Pick<Switches, Question>>;

/** All of them. */
export function everyMix(): readonly Mix[] {
  return (Object.keys(ANSWERS) as Question[]).reduce<Partial<Mix>[]>(
    (sofar, question) =>
      sofar.flatMap((mix) => ANSWERS[question].map((answer) => ({ ...mix, [question]: answer }))),
    [{}],
  ) as Mix[];
}

/** Few mixes in which every pair of answers meets, found greedily and always the same. */
export function fewMixes(): readonly Mix[] {
  const all = everyMix();
  const open = new Set(all.flatMap(pairs));
  const chosen: Mix[] = [];
  while (open.size > 0) {
    const gain = (mix: Mix): number => pairs(mix).filter((pair) => open.has(pair)).length;
    const best = all.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    for (const pair of pairs(best)) open.delete(pair);
    chosen.push(best);
  }
  return chosen;
}

function pairs(mix: Mix): readonly string[] {
  const answers = Object.entries(mix).map(([question, answer]) => `${question}=${String(answer)}`);
  return answers.flatMap((a, i) => answers.slice(i + 1).map((b) => `${a} ${b}`));
}
