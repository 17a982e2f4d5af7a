/** The page of a process. What serves it is loaded when it is asked for the first time: a worker without readers has no need of it. */
import type { Logger } from 'pino';
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import type { PageServer } from '../server.ts';
import type { AccessParts } from './access.ts';
import type { App } from './app.ts';
import type { PageSource } from './latest.ts';

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

/** Serves the page until it is closed. */
export function pageServer(parts: PageParts): PageServer {
  let app: Promise<App> | undefined;
  let isClosed = false;
  const load = async (): Promise<App> => {
    const { createApp } = await import('./app.ts');
    return await createApp(parts);
  };
  return {
    answer: async (request, response, lasts) => {
      app ??= load();
      const serving = await app.catch((error: unknown) => {
        app = undefined;
        throw error;
      });
      // Loading took a moment, in which the process may have been told to stop.
      if (isClosed) response.destroy();
      else serving.answer(request, response, lasts);
    },
    close: async () => {
      isClosed = true;
      const serving = await app?.catch(() => undefined);
      await serving?.close();
    },
  };
}
