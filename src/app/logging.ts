/** Structured logs: JSON lines with constant sentences, and errors cut down to what is known to hold no secret. */
import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import type { LOG_LEVELS } from '../policy-file/schema.ts';
import { logStream } from './log-stream.ts';
import { jsonLine } from '../texts/clean.ts';
import { printed } from '../texts/printed.ts';
import { Redactor } from '../texts/redactor.ts';

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Fields of our own errors that tell more than the sentence. */
const FACTS = ['kind', 'operation', 'status', 'code', 'contextId', 'correlationId', 'path'] as const;

/**
 * Makes the logger. It writes at once: nothing is lost when the process ends. What `redactor` knows is in no line, whatever
 * field it comes in.
 */
export function createLog(
  level: LogLevel,
  to: 'stdout' | 'stderr' | DestinationStream,
  redactor = new Redactor(),
): Logger {
  const stream = typeof to === 'string' ? logStream(to) : to;
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (fields) => printed(fields) as typeof fields },
      serializers: { err: serializeError },
      hooks: { streamWrite: (line) => redactor.hide(jsonLine(line)) },
    },
    stream,
  );
}

/** The same log with the name of an organisation in each line, as `name` has it then. Its level is its own. */
export function logOf(log: Logger, name: () => string): Logger {
  const formatters = {
    log: (fields: object) => ({ organisation: name(), ...(printed(fields) as object) }),
  };
  return log.child({}, { formatters });
}

/** An error as fields. Causes and library-private parts, where tokens hide, are left out. */
export function serializeError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { type: typeof error };
  const fields: Record<string, unknown> = { type: error.name, message: error.message };
  let ours = false;
  for (const fact of FACTS) {
    const value: unknown = Reflect.get(error, fact);
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    fields[fact] = value;
    ours = true;
  }
  // Errors of our own say what happened; of all others only the place in the code can.
  if (!ours && error.stack !== undefined) fields['stack'] = error.stack;
  return fields;
}
