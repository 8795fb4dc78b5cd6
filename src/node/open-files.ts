/** What the limit of open files means for a node: how many connections it takes, and what its log says of that. */
import type { DoorRoom } from '../edge/kafka/door'
import { BoundedLines } from '../platform/bounded-lines'
import { fewOpenFiles, sharesOf } from '../platform/open-files'
import type { Platform } from '../platform/platform'

const mend =
  'Raise it before the start: ulimit -n 65536 in a shell, LimitNOFILE=65536 in a unit of systemd, --ulimit nofile=65536 of a container.'

type World = Pick<Platform, 'files' | 'clock' | 'logger'>

/** Tells who starts with few files what becomes of that. */
export function tellFewFiles({ files, logger }: World, keepsLogs: boolean): void {
  const { openMax } = files
  if (openMax >= fewOpenFiles) return
  const { logs, connections } = sharesOf(openMax, keepsLogs)
  const more = `With more than ${logs} partitions in use, files are closed and opened again all the time.`
  const why = `There may be ${connections} connections at a time, and others are closed.${keepsLogs ? ` ${more}` : ''}`
  logger.warn('open-files-few', { limit: openMax, why, mend })
}

/** Connections beyond their share are closed at once; a line a minute says so, with how many there were in the one before. */
export function roomOf({ files, clock, logger }: World, keepsLogs: boolean): DoorRoom {
  const { openMax } = files
  const max = sharesOf(openMax, keepsLogs).connections
  const lines = new BoundedLines({
    clock,
    perMinute: () => 1,
    untold: (_, count) => logger.warn('connections-untold', { count, why: 'too many connections for the open files' }),
  })
  const why = `${max} connections are open, and more would take the files that logs need: ${openMax} may be open (ulimit -n)`
  return {
    max,
    refused({ host, port }) {
      if (lines.tells('anybody')) logger.warn('connection-refused', { client: `${host}:${port}`, why, mend })
    },
  }
}
