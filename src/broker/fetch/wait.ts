/** Long polls: waits until enough bytes became readable in any of some partitions, or too late, or the connection ends. */
import type { CallConnection } from '../../call/call'
import type { Waiters } from '../../partition/waiters'
import type { Timers } from '../../platform/clock'

export function untilReadable(
  timers: Timers,
  connection: CallConnection,
  waiters: readonly Waiters[],
  missingBytes: number,
  maxWaitMs: number,
): Promise<void> {
  return new Promise(resolve => {
    let missing = missingBytes
    const done = () => {
      cancel()
      forget()
      for (const each of waiters) each.remove(listen)
      resolve()
    }
    // A partition that goes away tells 0 bytes, which wakes the fetch so that it can say so.
    const listen = (newBytes: number) => {
      missing -= newBytes
      if (missing <= 0 || newBytes === 0) done()
    }
    const cancel = timers.after(maxWaitMs, done)
    for (const each of waiters) each.add(listen)
    const forget = connection.onEnding(done)
  })
}
