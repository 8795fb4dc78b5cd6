/** Partitions that there was no room for come online by themselves, soon after there is. */
import type { Cancel, Timers } from '../platform/clock'
import type { PartitionDirectory } from './directory'

const intervalMs = 5_000

/** Returns how to stop, which resolves when nothing is being opened any more. */
export function startReopening(timers: Timers, directory: PartitionDirectory): () => Promise<void> {
  let cancel: Cancel = () => {}
  let isStopped = false
  let running = Promise.resolve()
  const arm = () => {
    cancel = timers.after(intervalMs, () => {
      running = directory.reopen().then(() => {
        if (!isStopped) arm()
      })
    })
  }
  arm()
  return async () => {
    isStopped = true
    cancel()
    await running
  }
}
