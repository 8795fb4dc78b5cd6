/** Log lines to standard error: standard output belongs to what a command prints for its user. */
import { lineLogger, type Logger, type LogLevel } from '../logger'
import { nodeClock } from './clock'

export function stderrLogger(least: LogLevel): Logger {
  return lineLogger(line => void process.stderr.write(`${line}\n`), nodeClock.now, least)
}
