/** Facts for programs: what is not known is `null`, so that each key is always there. */

/** The same with `null` in place of `undefined`. */
export function withNulls(facts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  // Lists of ten thousands of agents pass here.
  for (const key of Object.keys(facts)) all[key] = facts[key] ?? null;
  return all;
}
