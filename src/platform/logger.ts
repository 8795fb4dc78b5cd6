/** Structured log: one line is one event name and its fields. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = { readonly [field: string]: string | number | boolean | null | undefined }

export interface Logger {
  /** The least that is written; takes effect at once when it is set. */
  level: LogLevel
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

export const silentLogger: Logger = { level: 'error', debug() {}, info() {}, warn() {}, error() {} }

const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** Writes `time level event key=value ...` lines, dropping what is below `least`. */
export function lineLogger(write: (line: string) => void, nowMs: () => number, least: LogLevel): Logger {
  const log = (level: LogLevel) => (event: string, fields?: LogFields) => {
    if (rank[level] < rank[logger.level]) return
    let line = `${new Date(nowMs()).toISOString()} ${level.padEnd(5)} ${event}`
    for (const [name, value] of Object.entries(fields ?? {})) {
      if (value !== undefined) line += ` ${name}=${typeof value === 'string' ? shown(value) : value}`
    }
    write(line)
  }
  const logger: Logger = {
    level: least,
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
  }
  return logger
}

/** One word, or in quotes; nothing that a terminal takes for an order. */
function shown(value: string): string {
  if (!/[\s"\p{Cc}]/u.test(value)) return value
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value).replace(/\p{Cc}/gu, escaped)
}
