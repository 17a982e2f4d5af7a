import fc from 'fast-check';

/**
 * Any character of Unicode but half surrogates, ASCII as often as all others. As the unit `binary` of fast-check, which first writes down
 * a million of them.
 */
export const anyCharacter = fc
  .oneof(
    { weight: 2, arbitrary: fc.integer({ max: 0x7f, min: 0 }) },
    fc.integer({ max: 0xd7ff, min: 0x80 }),
    fc.integer({ max: 0x10ffff, min: 0xe000 }),
  )
  .map((code) => String.fromCodePoint(code));
