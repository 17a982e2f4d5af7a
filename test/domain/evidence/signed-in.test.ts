/** Whose sign-in an entry of the audit log is: of the one agent whom all of it names, and else perhaps of each whom it names. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LogName, SignIn } from '../../../src/domain/evidence/records.ts';
import { signedIn, type KnownAgents } from '../../../src/domain/evidence/signed-in.ts';
import { clockTime } from '../build.ts';

/** Ann and Bob have addresses of their own; Dan and Eve share one. */
const ADDRESSES: Readonly<Record<string, string>> = {
  ann: 'ann@example.com',
  bob: 'bob@example.com',
  dan: 'desk@example.com',
  eve: 'desk@example.com',
};
const AGENTS: KnownAgents = {
  has: (id) => id in ADDRESSES,
  withAddress: (email) => new Set(Object.keys(ADDRESSES).filter((id) => ADDRESSES[id] === email)),
};
const NOBODY: LogName = { id: undefined, emails: [] };

function named(id: string | undefined, ...emails: readonly string[]): LogName {
  return { id, emails };
}

/** By SAML, unless the entry is about a user. */
function entry(actor: LogName, target: LogName, isAboutUser = false): SignIn {
  return { at: clockTime('09:30'), actor, target, isAboutUser };
}

/** `ann`, or `ann? bob?` where it may be of either. */
function whose(signIn: SignIn): string {
  const { ids, isCertain } = signedIn(signIn, AGENTS);
  return [...ids].map((id) => (isCertain ? id : `${id}?`)).join(' ');
}

describe('an entry is of the agent', () => {
  test.each<[string, SignIn]>([
    ['whose id the user has', entry(named('ann'), NOBODY)],
    ['whose id the entity has', entry(NOBODY, named('ann'), true)],
    ['whose address the user has', entry(named(undefined, 'ann@example.com'), NOBODY)],
    ['whose address the entity has', entry(NOBODY, named(undefined, 'ann@example.com'))],
    [
      'whom user and entity name, each in its own way',
      entry(named('ann'), named(undefined, 'ann@example.com')),
    ],
    ['whom all of it names', entry(named('ann', 'ann@example.com'), named('ann', 'ann@example.com'), true)],
    [
      'whose address stands beside the id of the sign-in itself',
      entry(NOBODY, named('x', 'ann@example.com')),
    ],
  ])('%s', (_, signIn) => {
    expect(whose(signIn)).toBe('ann');
  });

  test('whose id it has, where others share the address', () => {
    expect(whose(entry(named('dan'), named(undefined, 'desk@example.com')))).toBe('dan');
  });
});

describe('an entry is perhaps of each', () => {
  test.each<[string, SignIn, string]>([
    ['where an administrator acts on another agent', entry(named('bob'), named('ann'), true), 'bob? ann?'],
    [
      'where an agent signs in as another one',
      entry(named('bob'), named(undefined, 'ann@example.com')),
      'bob? ann?',
    ],
    [
      'where two addresses are of two agents',
      entry(NOBODY, named(undefined, 'ann@example.com', 'bob@example.com')),
      'ann? bob?',
    ],
    [
      'where id and address of one user are of two agents',
      entry(NOBODY, named('ann', 'bob@example.com')),
      'ann? bob?',
    ],
    [
      'where it has only an address that they share',
      entry(NOBODY, named(undefined, 'desk@example.com')),
      'dan? eve?',
    ],
    ['where an unknown user acts on an agent', entry(named('x'), named('ann'), true), 'x? ann?'],
    ['where an agent acts on an unknown user', entry(named('ann'), named('x'), true), 'ann? x?'],
    [
      'where the address of an unknown user stands beside an agent',
      entry(named('ann'), named(undefined, 'x@example.com')),
      'ann?',
    ],
    [
      'where a sign-in has an id of its own, and the user alone is named',
      entry(named('ann'), named('x')),
      'ann? x?',
    ],
    ['where it is about a user whom it does not name', entry(named('ann'), NOBODY, true), 'ann?'],
  ])('%s', (_, signIn, who) => {
    expect(whose(signIn)).toBe(who);
  });

  test('and of no agent where it names no agent who is known', () => {
    expect(whose(entry(NOBODY, named(undefined, 'x@example.com')))).toBe('');
    expect(whose(entry(NOBODY, NOBODY))).toBe('');
  });
});

const id = fc.constantFrom(undefined, 'ann', 'bob', 'dan', 'eve', 'x');
const emails = fc.array(fc.constantFrom(...Object.values(ADDRESSES), 'x@example.com'), { maxLength: 2 });
const name = fc.record({ id, emails });
const signIns = fc.record({
  at: fc.constant(clockTime('09:30')),
  actor: name,
  target: name,
  isAboutUser: fc.boolean(),
});

test('an entry that is certain names no other user anywhere, and no agent whom another entry names is left out', () => {
  fc.assert(
    fc.property(signIns, (signIn) => {
      const { actor, target } = signIn;
      const { ids, isCertain } = signedIn(signIn, AGENTS);
      const addresses = [...actor.emails, ...target.emails];
      const known = Object.keys(ADDRESSES).filter(
        (each) => each === actor.id || each === target.id || addresses.includes(ADDRESSES[each]!),
      );
      if (!isCertain) return known.every((each) => ids.has(each));
      const [one] = ids;
      const isOwn = addresses.every((each) => each === ADDRESSES[one!]);
      const others = [actor.id, target.id].filter((each) => each !== undefined && each !== one);
      return ids.size === 1 && isOwn && others.every((each) => each === 'x' && each === target.id);
    }),
    { numRuns: 2_000 },
  );
});
