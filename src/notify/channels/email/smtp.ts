/** Sends mail by SMTP. Errors never hold the server's address, its password or what it said. */
import { Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import { SECOND, type Duration } from '../../../domain/time/time.ts';
import { DeliveryError } from '../../errors.ts';

/** For each step of the conversation with the server. */
const STEP: Duration = 10 * SECOND;
/** For the whole of it. */
const DEADLINE: Duration = 30 * SECOND;

export interface Mail {
  readonly id: string;
  readonly from: string | undefined;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** Resolves when the server took the mail for at least one recipient. Rejects with `DeliveryError`. */
export async function sendMail(url: string, mail: Mail, signal: AbortSignal): Promise<void> {
  if (mail.to.length === 0) throw new DeliveryError('no recipient');
  const socket = new Socket();
  const transport = openTransport(url, socket);
  let isTaken = false;
  const stop = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE)]);
  try {
    if (stop.aborted) throw new DeliveryError('aborted');
    const aborted = new Promise<never>((_, reject) => {
      stop.addEventListener(
        'abort',
        () => {
          reject(new DeliveryError(signal.aborted ? 'aborted' : 'timeout'));
        },
        { once: true },
      );
    });
    const sent = transport.sendMail({
      messageId: `<${mail.id}@idle-enforcer.invalid>`,
      from: mail.from,
      // As objects: an address with a comma in it must not become two.
      to: mail.to.map((address) => ({ name: '', address })),
      subject: mail.subject,
      text: mail.text,
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    await Promise.race([sent, aborted]);
    isTaken = true;
  } catch (error) {
    throw error instanceof DeliveryError ? error : new DeliveryError(codeOf(error));
  } finally {
    transport.close();
    // The library lets go of a connection when its server does: one that goes on talking would keep it, and the process, for ever.
    if (isTaken) setTimeout(() => socket.destroy(), STEP).unref();
    else socket.destroy();
  }
}

function openTransport(url: string, socket: Socket): ReturnType<typeof createTransport> {
  try {
    return createTransport({
      url,
      socket,
      connectionTimeout: STEP,
      greetingTimeout: STEP,
      socketTimeout: STEP,
    });
  } catch {
    throw new DeliveryError('the mail server’s address cannot be read');
  }
}

/** The library's code, and the server's status where there is one. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'smtp';
  const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown };
  const word = typeof code === 'string' ? code : 'smtp';
  return typeof responseCode === 'number' ? `${word} ${responseCode}` : word;
}
