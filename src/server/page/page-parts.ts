/** What the page of a process is made of, and what it may cost. */
import type { Logger } from 'pino';
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import type { AccessParts } from './access.ts';
import type { PageSource } from './latest.ts';
import type { StayParts } from './stay-link.ts';

/** What the page is made of. */
export interface PageParts {
  /** All organisations of the process, in the order in which they are offered. */
  readonly sources: () => readonly PageSource[];
  /** No secret may be shown. */
  readonly hide: (text: string) => string;
  readonly log: Logger;
  readonly now: () => Instant;
  /** Where readers reach the page; any host will do unless it is given. */
  readonly url?: string | undefined;
  /** Where users sign in; without it the page names no agent. */
  readonly access?: AccessParts | undefined;
  /** What opens the links in warnings; without it there are none. */
  readonly stay?: StayParts | undefined;
  readonly bounds?: Partial<PageBounds>;
}

/** What readers may cost. */
export interface PageBounds {
  /** Pages that are open, and live, at a time. */
  readonly readers: number;
  /** Requests of one address in a minute. Behind a proxy all readers have one. */
  readonly asked: number;
  /** While pages are open, it is looked so often whether there is something new. */
  readonly tick: Duration;
}

export const PAGE_BOUNDS: PageBounds = { readers: 64, asked: 600, tick: 5 * SECOND };
