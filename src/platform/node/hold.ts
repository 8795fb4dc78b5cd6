/** Keeps the process alive for somebody who waits. The functions are taken when this module loads, as in `clock.ts`. */
import { clearInterval, setInterval } from 'node:timers'
import type { Cancel } from '../clock'

const startInterval = setInterval
const stopInterval = clearInterval

const rarelyMs = 2 ** 30

/** Until the result is called. */
export function holdProcess(): Cancel {
  const handle = startInterval(() => {}, rarelyMs)
  return () => stopInterval(handle)
}
