/** Small casts that still hold everyone who is hard to judge. */

/** People who work and must never be disturbed. */
export const WORKING = [
  'ordinary',
  'short-calls',
  'chat-worker',
  'email-worker',
  'off-queue-dialler',
  'break-flipper',
  'screen-locker',
  'wrapping-up',
  'reader',
  'long-caller',
  'meeting-goer',
] as const;

/** People who leave without logging out. */
export const LEAVING = [
  'went-home',
  'went-home-on-queue',
  'stopped-responding',
  'locked-screen',
  'overran-break',
  'comes-back',
] as const;

/** People whose browser comes back by itself, and one who does so in person. */
export const RETURNING = [
  'clicks-back',
  'sso-restored',
  'sso-available',
  'sso-keeps-returning',
  'sso-reasserts',
  'late-tab',
  'native-bouncer',
] as const;

/** One of each. */
export const EVERYONE = [...WORKING, ...LEAVING, ...RETURNING] as const;
