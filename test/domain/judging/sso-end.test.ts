/** A rung that begins at the identity provider: its two parts, the time between them, and who comes back in it. */
import { describe, expect, test } from '@jest/globals';
import { partOfRung } from '../../../src/domain/judging/ladder.ts';
import { noteSsoEnd, noteSsoPending, withdrawSsoEnd } from '../../../src/domain/tracking/own-logoff.ts';
import { ssoEndIn } from '../../../src/domain/tracking/state.ts';
import type { Action, Returns } from '../../../src/domain/policy/policy.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { asClockTime, clockTime, duration, RETURNS } from '../build.ts';
import { story, type Story, type StoryParts } from '../story.ts';

const HARD: readonly Action[] = ['end_sso_session', 'off_queue', 'offline', 'revoke_tokens'];
const REST: readonly Action[] = ['off_queue', 'offline', 'revoke_tokens'];
const ENDING: Partial<Returns> = { ladder: [{ wait: MINUTE, actions: HARD }], repeat: HOUR };

/** Logged off by the rule at 10:00, back by single sign-on at 10:00:22, the rung due at 10:02. */
function due(returns: Partial<Returns> = {}, parts: StoryParts = {}): Story {
  return story({ ...parts, returns: { ...ENDING, ...returns } })
    .until('10:00')
    .logOff()
    .at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' })
    .until('10:02');
}

/** The identity provider is asked now, and names this delay. */
function ended(s: Story, delay: string, rung = 0): Story {
  return s.put(noteSsoEnd(s.state(), rung, s.now, s.now + duration(delay)));
}

function actions(s: Story): readonly Action[] | undefined {
  return s.verdict().due?.actions;
}

describe('the order', () => {
  test('is the identity provider, its delay, then the rest of the rung', () => {
    const s = due();
    expect([s.verdict().reason, actions(s)]).toEqual(['ladder_due', ['end_sso_session']]);
    ended(s, '5m');
    expect(s.reason('10:06')).toBe('ladder_waiting');
    expect(asClockTime(s.verdict().nextAt ?? 0)).toBe('10:07');
    expect([s.reason('10:07'), actions(s)]).toEqual(['ladder_due', REST]);
    expect(s.verdict().due).toMatchObject({ rung: 0, byLadder: true });
  });

  test('is the same however the rung is written', () => {
    const written: readonly Action[] = ['off_queue', 'offline', 'revoke_tokens', 'end_sso_session'];
    const s = due({ ladder: [{ wait: MINUTE, actions: written }] });
    expect(actions(s)).toEqual(['end_sso_session']);
    expect([ended(s, '0s').reason('10:03'), actions(s)]).toEqual(['ladder_due', REST]);
  });

  test('ends with the tokens even where the rung names nothing that takes the agent off', () => {
    const s = due({ ladder: [{ wait: MINUTE, actions: ['end_sso_session', 'notify'] }] });
    expect([ended(s, '0s').reason('10:03'), actions(s)]).toEqual(['ladder_due', ['notify', 'revoke_tokens']]);
  });

  test('does not concern rungs without it, nor the actions of a rule', () => {
    const s = due({ ladder: RETURNS.ladder });
    expect(actions(s)).toEqual(['off_queue', 'offline']);
    expect(partOfRung(HARD, undefined, s.state(), RETURNS, s.now)).toEqual({
      actions: HARD,
      from: -Infinity,
    });
  });

  test('holds for a rule’s log-off that uses the next rung as well', () => {
    const s = story({ returns: ENDING })
      .until('10:00')
      .logOff()
      .at('10:04', { presence: 'AVAILABLE', token: '10:03:59' })
      .until('11:04');
    expect(s.verdict().due).toMatchObject({ byLadder: false, rung: 0, actions: ['end_sso_session'] });
    ended(s, '2m');
    expect(s.reason('11:05')).toBe('ladder_waiting');
    expect([s.reason('11:06'), actions(s)]).toEqual(['due', REST]);
  });
});

describe('in between the agent is judged again', () => {
  test.each<[string, Parameters<Story['at']>[1]]>([
    ['chooses another presence', { presence: 'BUSY' }],
    ['goes on queue', { routing: 'IDLE' }],
    ['takes an interaction', { talks: 1 }],
    ['is called', { calls: 1 }],
  ])('and an agent who %s keeps the session on the platform', (_, change) => {
    const s = ended(due(), '5m').at('10:04:30', change);
    for (const time of ['10:05', '10:07', '10:12', '10:40']) expect(s.reason(time)).not.toMatch(/due$/);
    expect(s.ladder()).toBeUndefined();
  });

  test('and an agent who is Offline by then is left alone', () => {
    const s = ended(due(), '5m').at('10:04:30', { presence: 'OFFLINE' });
    expect(s.reason('10:07')).toBe('offline');
  });

  test('and a reading that lacks something protects until one is whole', () => {
    const s = ended(due(), '5m').lacking('10:07', '10:07', 'conversations');
    expect(s.reason('10:07')).toBe('unknown');
    expect(s.reason('10:08')).toBe('ladder_due');
  });

  test('and a policy that would no longer log the agent off stops the rest', () => {
    const s = ended(due(), '5m').withPolicy({ mode: 'observe' });
    expect(s.reason('10:07')).not.toMatch(/^ladder/);
    expect(s.verdict().due?.mode).not.toBe('enforce');
  });

  test('and a browser that came back has the rung’s wait once more: a person may have had to log in', () => {
    const s = ended(due({ ladder: [{ wait: 4 * MINUTE, actions: HARD }] }).until('10:05'), '5m')
      .at('10:09:10', { presence: 'OFFLINE' })
      .at('10:09:30', { presence: 'AVAILABLE', token: '10:09:29' });
    expect(s.reason('10:10')).toBe('ladder_waiting');
    expect(s.reason('10:13')).toBe('ladder_waiting');
    expect([s.reason('10:14'), actions(s)]).toEqual(['ladder_due', REST]);
  });
});

describe('the provider', () => {
  test('that did not end the session holds nothing up: the rest follows at once', () => {
    const s = ended(due(), '0s');
    expect([s.verdict().reason, actions(s)]).toEqual(['ladder_due', REST]);
  });

  test('that cannot be asked is asked again for five minutes from the first try, and then done without', () => {
    const s = due();
    const tries: string[] = [];
    while (tries.length < 10 && actions(s)?.[0] === 'end_sso_session') {
      tries.push(asClockTime(s.now));
      s.put(noteSsoPending(s.state(), 0, s.now, s.state().episode.ladder)).until(asClockTime(s.now + MINUTE));
    }
    expect(tries).toEqual(['10:02', '10:03', '10:04', '10:05', '10:06']);
    expect([s.verdict().reason, actions(s)]).toEqual(['ladder_due', REST]);
  });

  test('that could not be asked for one rung has the whole time again for the next', () => {
    const s = due();
    const tried = (rung: number): number | undefined => {
      s.put(noteSsoPending(s.state(), rung, s.now, s.state().episode.ladder));
      return ssoEndIn(s.state().episode.ladder)?.heldFrom;
    };
    const first = tried(0);
    s.until('10:03');
    expect([tried(0), tried(1)]).toEqual([first, first! + MINUTE]);
  });

  test('that could be asked at last has its delay, from then on', () => {
    const s = due();
    s.put(noteSsoPending(s.state(), 0, s.now, s.state().episode.ladder)).until('10:04');
    ended(s, '5m');
    expect(s.reason('10:08')).toBe('ladder_waiting');
    expect([s.reason('10:09'), actions(s)]).toEqual(['ladder_due', REST]);
  });

  test('that was not asked after all is asked the next time', () => {
    const s = ended(due(), '5m');
    s.put(withdrawSsoEnd(s.state()));
    expect([s.reason('10:03'), actions(s)]).toEqual(['ladder_due', ['end_sso_session']]);
  });

  test('is not asked again while the rest is late, and is when its end may be stale', () => {
    const s = ended(due(), '5m').unwatched('10:02', '10:20');
    expect([s.reason('10:37'), actions(s)]).toEqual(['ladder_due', REST]);
    expect([s.reason('10:38'), actions(s)]).toEqual(['ladder_due', ['end_sso_session']]);
  });

  test('is not asked again when the rest had no effect', () => {
    const s = ended(due(), '0s').until('10:03').logOff({ effect: 'none' });
    expect([s.reason('10:04'), actions(s)]).toEqual(['ladder_due', REST]);
  });

  test('is asked again for the next return, and for each repetition of the last rung', () => {
    const s = ended(due(), '0s')
      .until('10:03')
      .logOff()
      .at('10:03:30', { presence: 'AVAILABLE', token: '10:03:29' });
    expect(s.reason('11:02')).toBe('ladder_waiting');
    expect([s.reason('11:04'), actions(s)]).toEqual(['ladder_due', ['end_sso_session']]);
  });

  test('is asked again for a repetition that comes soon, when the agent has returned in between', () => {
    const s = ended(due({ repeat: 10 * MINUTE }), '0s')
      .until('10:03')
      .logOff()
      .at('10:03:30', { presence: 'AVAILABLE', token: '10:03:29' });
    expect(s.reason('10:12')).toBe('ladder_waiting');
    expect([s.reason('10:14'), actions(s)]).toEqual(['ladder_due', ['end_sso_session']]);
  });

  test('asked for a rung of a ladder that has been rewritten since is asked again', () => {
    const s = ended(due(), '5m', 1);
    expect([s.verdict().reason, actions(s)]).toEqual(['ladder_due', ['end_sso_session']]);
  });

  test('asked for one rung is asked again for another', () => {
    const two = [
      { wait: MINUTE, actions: HARD },
      { wait: MINUTE, actions: HARD },
    ];
    const s = ended(due({ ladder: two }), '0s')
      .until('10:03')
      .logOff();
    s.at('10:03:30', { presence: 'AVAILABLE', token: '10:03:29' }).until('10:05');
    expect(s.verdict().due).toMatchObject({ rung: 1, actions: ['end_sso_session'] });
  });
});

test('a crash between the parts forgets neither: the rest follows when its time has come', () => {
  // Each story runs a second time with its memory stored and loaded before each look.
  const s = ended(due(), '5m').unwatched('10:02', '10:10');
  expect([s.reason('10:10'), actions(s)]).toEqual(['ladder_due', REST]);
});

test('an agent without a place has nothing to note the end in', () => {
  const s = story().until('09:30');
  expect(noteSsoEnd(s.state(), 0, s.now, s.now)).toBe(s.state());
  expect(withdrawSsoEnd(s.state())).toBe(s.state());
  expect(noteSsoPending(s.state(), 0, s.now, undefined)).toBe(s.state());
  expect(clockTime('09:30')).toBe(s.now);
});
