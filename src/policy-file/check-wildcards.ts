/** Whether there are few enough names with `*`: each is compared with the names of every agent in every sweep. */
import { entriesAt, isBlock, type Checking } from './checking.ts';
import type { Path } from './source.ts';
import { isWildcard } from './wildcard.ts';

const MOST = 200;

/** Adds a fault where the first one too many stands. */
export function checkWildcards({ source, faults }: Checking): void {
  const blocks = [
    ...entriesAt(source, ['exempt']).map((_, i): Path => ['exempt', i]),
    ...entriesAt(source, ['profiles']).map((_, i): Path => ['profiles', i, 'match']),
  ];
  const paths = blocks.flatMap((path) => wildcardsIn(source.at(path), path));
  const first = paths[MOST];
  if (first !== undefined)
    faults.add(first, `is one of more than ${MOST} names with *: name groups instead, or write whole names`);
}

function wildcardsIn(block: unknown, path: Path): readonly Path[] {
  if (!isBlock(block)) return [];
  const found = (['users', 'queues'] as const).flatMap((key) => {
    const list = block[key];
    if (!Array.isArray(list)) return [];
    return list.flatMap((name: unknown, i) =>
      typeof name === 'string' && isWildcard(name) ? [[...path, key, i]] : [],
    );
  });
  return [...found, ...wildcardsIn(block['not'], [...path, 'not'])];
}
