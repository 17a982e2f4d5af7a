/** One WebSocket: texts only, bounded, over the same proxies and certificates as all other connections. */
import { WebSocket, type Dispatcher } from 'undici';

/** The longest message that is taken, in bytes; a longer one ends the socket. */
export const LONGEST_MESSAGE = 64 * 1024;

/** What a socket tells. None of them may throw. */
export interface SocketHooks {
  readonly opened: () => void;
  readonly text: (text: string) => void;
  /** Once, also where it never opened, or was closed from here. */
  readonly closed: () => void;
}

export interface Socket {
  /** What cannot be sent is dropped: the other side then does not answer. */
  readonly send: (text: string) => void;
  readonly close: () => void;
}

/** Opens a socket. Does not throw: an address that is none is told as `closed`. */
export type OpenSocket = (url: string, hooks: SocketHooks) => Socket;

/** See `OpenSocket`. The address may be a secret: errors of the library are dropped with all that they hold. */
export function openSocket(dispatcher: Dispatcher, url: string, hooks: SocketHooks): Socket {
  let isOver = false;
  const over = (): void => {
    if (isOver) return;
    isOver = true;
    hooks.closed();
  };
  let socket: WebSocket;
  try {
    socket = new WebSocket(url, { dispatcher });
  } catch {
    queueMicrotask(over);
    return { send: () => undefined, close: over };
  }
  socket.addEventListener('open', () => {
    if (!isOver) hooks.opened();
  });
  socket.addEventListener('message', ({ data }: { readonly data: unknown }) => {
    if (!isOver && typeof data === 'string') hooks.text(data);
  });
  socket.addEventListener('error', over);
  socket.addEventListener('close', over);
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => {
      over();
      socket.close();
    },
  };
}
