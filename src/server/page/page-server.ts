/** The page of a process. What serves it is loaded when it is asked for the first time: a worker without readers has no need of it. */
import type { PageServer } from '../server.ts';
import type { App } from './app.ts';
import type { PageParts } from './page-parts.ts';

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
