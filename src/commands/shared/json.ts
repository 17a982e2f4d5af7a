/** Facts for programs: what is not known is `null`, so that each key is always there. */

/** The same with `null` in place of `undefined`. */
export function withNulls(facts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, value ?? null]));
}
