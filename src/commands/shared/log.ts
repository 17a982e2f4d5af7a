/** The log of a command: which format was asked for, and where it goes. */
import process from 'node:process';
import { LOG_FORMATS, openLogStream, type LogFormat } from '../../app/log-format.ts';
import type { LogStream } from '../../app/log-stream.ts';
import { faultOf, valueOf, type Env } from '../../policy-file/environment.ts';

/** Comes before the default of the place where the log goes, and after `--log-format`. */
export const LOG_FORMAT_VARIABLE = 'IDLE_ENFORCER_LOG_FORMAT';

export interface LogOption {
  readonly logFormat?: LogFormat;
}

/** The stream that a command logs to. */
export function openLog(to: 'stdout' | 'stderr', { logFormat }: LogOption): Promise<LogStream> {
  const fixed = valueOf(process.env, LOG_FORMAT_VARIABLE);
  return openLogStream(to, logFormat ?? LOG_FORMATS.find((format) => format === fixed));
}

/** A sentence on an environment that asks for a format that does not exist. */
export function logFormatFaults(env: Env): readonly string[] {
  const advice = 'correct it, or unset it for pretty on a terminal and json elsewhere';
  return faultOf(env, LOG_FORMAT_VARIABLE, LOG_FORMATS, advice);
}
