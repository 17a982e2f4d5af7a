/** Whoever is called at night: keeps what a webhook channel sends. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A part of the address that nobody else may learn. */
export const HOOK_SECRET = 'T0-be-called-at-n1ght';

export class Hook {
  /** The kinds of what was told, in order. */
  readonly told: string[] = [];
  readonly #server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      this.told.push((JSON.parse(text) as { kind: string }).kind);
      response.end();
    });
  });

  /** Listens; answers the keys of a policy that tell it of these. */
  async open(kinds: readonly string[]): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/${HOOK_SECRET}`;
    return `notify: [{ name: night, type: webhook, url: "${url}", on: [${kinds.join(', ')}] }]`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
