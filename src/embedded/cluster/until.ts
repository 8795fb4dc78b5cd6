/** Waiting for something that nobody tells of. */
import type { Clock, Timers } from '../../platform/clock'

const againMs = 2

/** Looks until it is so, or for `waitMs`. Resolves with what is left of that: 0 or more when it is so, -1 when time was up. */
export async function until(
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
  waitMs: number,
  isSo: () => boolean | Promise<boolean>,
): Promise<number> {
  const deadlineMs = clock.monotonic() + waitMs
  for (;;) {
    if (await isSo()) return Math.max(0, deadlineMs - clock.monotonic())
    // Put so that what is no time at all is over, too.
    if (!(clock.monotonic() < deadlineMs)) return -1
    await new Promise<void>(resolve => timers.after(againMs, resolve))
  }
}
