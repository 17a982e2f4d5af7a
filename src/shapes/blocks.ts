/** How the schema is put together: blocks that refuse unknown keys, lists, closed lists of words, descriptions. */
import { z } from 'zod';

/** A block of keys. An unknown key is a fault; the message lists the known ones for `issues.ts`. */
export function block<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  });
}

/** The same schema with the sentence that editors and the reference show. */
export function about<Schema extends z.ZodType>(schema: Schema, description: string): Schema {
  return schema.meta({ description });
}

/** A list that may be empty, of at most so many entries. */
export function listOf<Schema extends z.ZodType>(entry: Schema, most = 10_000) {
  return z.array(entry).max(most, { error: `has more than ${most} entries` });
}

/** A list of at least one. */
export function nonEmpty<Schema extends z.ZodType>(entry: Schema, most?: number) {
  return listOf(entry, most).min(1, { error: 'is an empty list' });
}

/** One of these words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words);
}
