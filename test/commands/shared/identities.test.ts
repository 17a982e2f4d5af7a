/** People of the same name are told apart, and nobody else is told more of than their name. */
import { describe, expect, test } from '@jest/globals';
import { naming, type Identities } from '../../../src/app/naming.ts';
import { tellingApart } from '../../../src/commands/shared/identities.ts';

interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

function called(people: readonly Person[], identities: Identities = 'name'): readonly string[] {
  const call = tellingApart({ identities, call: naming(identities) }, people);
  return people.map(call);
}

const person = (id: string, name: string, email = ''): Person => ({ id, name, email });

describe('people of the same name', () => {
  test('have their e-mail addresses behind it, and others have none', () => {
    const people = [
      person('1', 'Sam Lee', 'sam.a@example.com'),
      person('2', 'Ada Cole', 'ada@example.com'),
      person('3', 'Sam Lee', 'sam.b@example.com'),
    ];
    expect(called(people)).toEqual([
      'Sam Lee (sam.a@example.com)',
      'Ada Cole',
      'Sam Lee (sam.b@example.com)',
    ]);
  });

  test('are of the same name however it is written', () => {
    const people = [person('1', 'José Ruiz', 'a@x'), person('2', 'JOSE\u0301 RUIZ ', 'b@x')];
    expect(called(people)).toEqual(['José Ruiz (a@x)', 'JOSE\u0301 RUIZ  (b@x)']);
  });

  test.each([
    ['an address is missing', ['a@x', ''], ['12345678', 'abcdefgh']],
    ['an address is both of theirs', ['a@x', 'a@x'], ['12345678', 'abcdefgh']],
  ])('have a short id behind it where %s', (_, [first, second], marks) => {
    const people = [person('12345678-aa', 'Sam', first), person('abcdefgh-bb', 'Sam', second)];
    expect(called(people)).toEqual(marks.map((mark) => `Sam (${mark})`));
  });

  test('have the whole id behind it where the short ones are the same', () => {
    const people = [person('12345678-aa', 'Sam'), person('12345678-bb', 'Sam')];
    expect(called(people)).toEqual(['Sam (12345678-aa)', 'Sam (12345678-bb)']);
  });

  test('are by id and by hash what they are there', () => {
    const people = [person('12345678-aa', 'Sam', 'a@x'), person('12345678-bb', 'Sam', 'b@x')];
    expect(called(people, 'id')).toEqual(['12345678-aa', '12345678-bb']);
    for (const text of called(people, 'hash')) expect(text).toMatch(/^[0-9a-f]{12}$/);
  });
});

test('names that no two people share are called as ever, without any look at who it is', () => {
  const call = naming('name');
  expect(tellingApart({ identities: 'name', call }, [person('1', 'A'), person('2', 'B')])).toBe(call);
});
