/** A platform that has answered once, so that the rate budget knows its limit. */
import {
  fakePlatform,
  NO_SIGNAL,
  T0,
  type FakeOptions,
  type FakePlatform,
  type Handler,
} from '../fake-platform.ts';

export const at = (text: string): number => Date.parse(`2026-03-02T${text}Z`);
/** From half an hour before to half an hour after the fake platform's beginning. */
export const SPAN = { from: T0 - 1_800_000, to: T0 + 1_800_000 };

/** Answers what `handler` does not with an empty body, which is enough for the first answer. */
export async function evidencePlatform(handler: Handler, options: FakeOptions = {}): Promise<FakePlatform> {
  const fake = await fakePlatform(
    (seen, count) =>
      handler(seen, count) ?? (seen.path === '/api/v2/presence/settings' ? { json: {} } : undefined),
    options,
  );
  await fake.platform.presenceSettings(NO_SIGNAL);
  return fake;
}
