import fc from 'fast-check';

/** A few of those that cannot be seen, or move what stands beside them: there are too few to meet them by chance. */
const UNSEEN = Array.from('\u0085\u00ad\u200b\u202e\u2028\u2029\u3164\ufeff\u{e0041}');

/**
 * Any character of Unicode but half surrogates, ASCII as often as all others. As the unit `binary` of fast-check, which first writes down
 * a million of them.
 */
export const anyCharacter = fc
  .oneof(
    { weight: 6, arbitrary: fc.integer({ max: 0x7f, min: 0 }) },
    { weight: 3, arbitrary: fc.integer({ max: 0xd7ff, min: 0x80 }) },
    { weight: 2, arbitrary: fc.integer({ max: 0x10ffff, min: 0xe000 }) },
    fc.constantFrom(...UNSEEN.map((each) => each.codePointAt(0) ?? 0)),
  )
  .map((code) => String.fromCodePoint(code));
