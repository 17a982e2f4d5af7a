/** How the log is written: as JSON for programs, or line by line for a person at a terminal. */
import process from 'node:process';
import { isatty } from 'node:tty';
import { wantsColour } from '../texts/colour.ts';
import { oneLine } from '../texts/clean.ts';
import { logStream, type LogStream, type Render } from './log-stream.ts';

/** The formats of the log. */
export const LOG_FORMATS = ['pretty', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** One of the process's own outputs as a stream of the log; where no format is given, `pretty` on a terminal and `json` elsewhere. */
export async function openLogStream(to: 'stdout' | 'stderr', format?: LogFormat): Promise<LogStream> {
  const isTerminal = isatty(to === 'stdout' ? 1 : 2);
  if ((format ?? (isTerminal ? 'pretty' : 'json')) === 'json') return logStream(to);
  return logStream(to, await prettyLines(wantsColour(isTerminal, process.env)));
}

/**
 * Lines for a person, made of lines of JSON in which all secrets are hidden already. The library is loaded here and nowhere else.
 * Nothing in a line breaks it: one line of JSON is one line, but for the stack of an error, which is indented.
 */
export async function prettyLines(coloured: boolean): Promise<Render> {
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({
    colorize: coloured,
    colorizeObjects: coloured,
    singleLine: true,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss',
    errorLikeObjectKeys: [],
  });
  return (line) => {
    try {
      const fields = JSON.parse(line) as Record<string, unknown>;
      const { msg, err, ...rest } = fields;
      const { stack, ...error } = (err ?? {}) as Record<string, unknown>;
      const shown = pretty({ ...rest, ...(err !== undefined && { err: error }), msg: oneLine(String(msg)) });
      return `${shown.trimEnd()}\n${stackLines(stack)}`;
    } catch {
      // A line that cannot be made pretty is a line all the same.
      return line;
    }
  };
}

function stackLines(stack: unknown): string {
  if (typeof stack !== 'string') return '';
  return stack
    .split('\n')
    .map((line) => `    ${oneLine(line)}\n`)
    .join('');
}
