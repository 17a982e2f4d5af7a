/** What people are told of. */
/** The kinds of alarm. The names are those of the policy's `notify.on`. */
export const ALARM_KINDS = [
  'blind',
  'breaker',
  'held',
  'forbidden',
  'ineffective',
  'unknown_share',
  'clock',
  'store',
  'policy_refused',
  'rollout',
  'engaged_too_long',
  'return',
] as const;
/** One kind of alarm. */
export type AlarmKind = (typeof ALARM_KINDS)[number];

export interface Alarm {
  readonly kind: AlarmKind;
  /** A constant sentence; facts stand in `fields`. */
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}
