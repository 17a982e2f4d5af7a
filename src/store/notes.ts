/** What the store notes for itself among the facts; only the others are handed out. */
export const NOTES = {
  /** What has been learnt of the platform. */
  learnt: 'learnt',
  /** Up to which event every intent has its outcome. */
  settled: 'settled_seq',
  /** Since when a lease that ends too late has stood as it does. */
  watched: 'lease_watched',
  /** When the pages were found whole. There only while the file is closed, so that a crash leaves none. */
  checked: 'checked_at',
} as const;

const NAMES: ReadonlySet<string> = new Set(Object.values(NOTES));

/** How the notes begin that tell of sessions of the page that were signed out, by their ids; each is until when it would have opened. */
export const ENDED_SESSION = 'ended_session:';

/** Whether a fact of this name is the store's own. */
export function isOwnNote(name: string): boolean {
  return NAMES.has(name) || name.startsWith(ENDED_SESSION);
}
