/**
 * People who live faster than the clock. Only what people do is faster: stories are told in the people's own time, and each
 * step happens at its place on the clock. Browsers, the platform and every stamp that it shows go by the clock alone, so that
 * a program cannot tell the difference.
 */
import type { Archetype, ScriptScene, Story } from './cast/archetype.ts';
import type { UserState } from './desk.ts';

/** The stamps of a desk that stories compare with their own time. */
const STAMPS: ReadonlySet<string | symbol> = new Set<keyof UserState>(['presenceAt', 'sessionAt']);

/** The archetype's story of the shift that begins at `begins`, ms, `pace` times as fast as the clock. The scene is in clock time. */
export function storyAt({ story }: Archetype, scene: ScriptScene, begins: number, pace: number): Story {
  return pace === 1 ? story(scene) : hurried(story, scene, begins, pace);
}

function* hurried(
  story: Archetype['story'],
  { from, to, desk, nativeTimeout, ...scene }: ScriptScene,
  begins: number,
  pace: number,
): Story {
  const inStory = (at: number): number => begins + (at - begins) * pace;
  const onClock = (at: number): number => begins + (at - begins) / pace;
  const told = story({
    ...scene,
    from: inStory(from),
    to: inStory(to),
    desk: stamped(desk, inStory),
    nativeTimeout: nativeTimeout === undefined ? undefined : nativeTimeout * pace,
  });
  for (;;) {
    const next = told.next();
    if (next.done === true) return onClock(next.value);
    yield { ...next.value, at: Math.round(onClock(next.value.at)) };
  }
}

/** The same desk, its stamps in the story's time. */
function stamped(desk: Readonly<UserState>, inStory: (at: number) => number): Readonly<UserState> {
  return new Proxy(desk, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      return STAMPS.has(key) && typeof value === 'number' ? inStory(value) : value;
    },
  });
}
