/** What a page of users is, whole or in parts. */
import type { Answer } from '../http/call.ts';
import type { Json } from '../../http/read-json.ts';

/** One page, still as the platform sent it. */
export interface RawPage {
  readonly body: Json;
  readonly entities: readonly unknown[];
  readonly answer: Answer;
}

/** What becomes of a page. */
export type TakePage = (page: RawPage) => void;

/** What could be read of a page that could not be read whole. */
export interface SplitPage {
  readonly pages: readonly RawPage[];
  /** So many users could not be read. */
  readonly skipped: number;
}
