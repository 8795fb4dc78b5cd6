/** Log lines to standard error: standard output belongs to what a command prints for its user. */
import { lineLogger, type Logger, type LogLevel } from '../logger'
import { nodeClock } from './clock'

/** Writes a line to standard error. */
export const complain = (line: string): void => void process.stderr.write(`${line}\n`)

export function stderrLogger(least: LogLevel): Logger {
  return lineLogger(complain, nodeClock.now, least)
}
