/** Long polls: waits until enough bytes became readable in any of some partitions, or too late, or the connection ends. */
import type { CallConnection } from '../../call/call'
import type { Partition } from '../../partition/partition'
import type { Timers } from '../../platform/clock'

export function untilReadable(
  timers: Timers,
  connection: CallConnection,
  partitions: readonly Partition[],
  missingBytes: number,
  maxWaitMs: number,
): Promise<void> {
  return new Promise(resolve => {
    let missing = missingBytes
    const done = () => {
      cancel()
      forget()
      for (const partition of partitions) partition.waiters.remove(listen)
      resolve()
    }
    // A partition that goes away tells 0 bytes, which wakes the fetch so that it can say so.
    const listen = (newBytes: number) => {
      missing -= newBytes
      if (missing <= 0 || newBytes === 0) done()
    }
    const cancel = timers.after(maxWaitMs, done)
    for (const partition of partitions) partition.waiters.add(listen)
    const forget = connection.onEnding(done)
  })
}
