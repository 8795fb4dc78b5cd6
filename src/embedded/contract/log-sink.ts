/** Where lines of a broker's log go: standard error, a function, or a logger of the program that has the broker. */
import { complain } from '../../platform/node/logger'
import type { LogLevel } from '../../platform/logger'
import { isObject, isText, type Kind, oneOf } from './kinds'

/** As pino, winston and `console` are. What it has no method for is not told. */
export interface LogSink {
  /** As those have it; what is below is not made. `warn` when it is not known here. */
  readonly level?: string | undefined
  error(line: string): unknown
  warn(line: string): unknown
  info?(line: string): unknown
  debug?(line: string): unknown
}

export type Log = 'silent' | LogLevel | ((line: string) => void) | LogSink

/** By our own name, and by those of others. */
const levels: { readonly [name: string]: LogLevel } = {
  silent: 'error',
  fatal: 'error',
  error: 'error',
  warn: 'warn',
  warning: 'warn',
  info: 'info',
  http: 'info',
  verbose: 'info',
  debug: 'debug',
  trace: 'debug',
  silly: 'debug',
}

const logLevel = oneOf('silent', 'error', 'warn', 'info', 'debug')

/** Throws TypeError. */
export const logKind: Kind = (value, what) => {
  if (typeof value === 'function') return
  if (!isObject(value)) return logLevel(value, what)
  const missing = ['error', 'warn'].find(method => typeof value[method] !== 'function')
  if (missing) throw new TypeError(`${what} is a logger without ${missing}(): one of pino, winston or console has it.`)
}

/** The least that is told. */
export function logLevelOf(log: Log = 'warn'): LogLevel {
  if (typeof log === 'function') return 'warn'
  return levels[isText(log) ? log : (log.level ?? '')] ?? 'warn'
}

/**
 * A line as the broker writes it, or a sentence, which is a warning. Throws nothing: a logger that fails, at once or later, is
 * no matter of whoever does what the line tells of, and the line goes to standard error with what the logger says.
 */
export function tellLog(log: Log | undefined, line: string): void {
  const failed = (error: unknown) => {
    complain(line)
    complain(`odradek: the log option of startBroker failed: ${error instanceof Error ? error.message : String(error)}`)
  }
  try {
    const done = told(log, line)
    if (isObject(done) && typeof done['then'] === 'function') Promise.resolve(done).catch(failed)
  } catch (error) {
    failed(error)
  }
}

function told(log: Log | undefined, line: string): unknown {
  if (typeof log === 'function') return log(line)
  if (log === undefined || isText(log)) return log === 'silent' ? undefined : complain(line)
  // Time and level are for the logger to say.
  const [, level = 'warn', says = line] = /^\S+Z (debug|info|warn|error) +(.*)$/s.exec(line) ?? []
  return log[level as LogLevel]?.(says)
}
