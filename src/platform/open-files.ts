/**
 * How the files that a process may have open are shared out. The system gives them to whoever asks first, so that a crowd of
 * clients would keep logs from being opened, were there no shares.
 */
import type { Timers } from './clock'

/** Below this, where systems begin by themselves, somebody has set less; the logs of the two internal topics alone are 100. */
export const fewOpenFiles = 1024

/** More than any log needs soon again. */
const logsMax = 4000
/** What Node itself has open (23 with one listener), small files that are being replaced, logs that are being opened. */
const others = 48
/** Somebody has to be able to ask what is wrong. */
const connectionsMin = 4

export interface OpenFileShares {
  readonly logs: number
  readonly connections: number
}

/** `openMax` is Infinity where nobody knows; `keepsLogs` says whether logs are files at all. */
export function sharesOf(openMax: number, keepsLogs = true): OpenFileShares {
  const logs = keepsLogs ? Math.min(logsMax, Math.floor(openMax / 2)) : 0
  return { logs, connections: Math.max(connectionsMin, openMax - logs - others) }
}

/** The process, or the machine, has as many files and sockets open as it may. Only what opens fails so. */
export const isOfManyFiles = (error: unknown): boolean =>
  ['EMFILE', 'ENFILE'].includes(String((error as { code?: unknown } | null)?.code))

const triesMax = 100
const pauseMs = 10

/** Does work that may be begun anew when it finds no file to open: others are open for a moment only. Rejects when that lasts. */
export async function onceFilesAreLeft<T>({ after }: Pick<Timers, 'after'>, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (!isOfManyFiles(error) || tries === triesMax) throw error
      await new Promise<void>(resolve => void after(pauseMs, resolve))
    }
  }
}
