/** What a channel can be told; the names are those of the policy's `notify.on`, in the order of its schema. */
export const TOPICS = [
  'held',
  'breaker',
  'policy_refused',
  'rollout',
  'blind',
  'forbidden',
  'ineffective',
  'unknown_share',
  'clock',
  'store',
  'engaged_too_long',
  'return',
  'warning',
] as const;
/** One kind of news. */
export type Topic = (typeof TOPICS)[number];
