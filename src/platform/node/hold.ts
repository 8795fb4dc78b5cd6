/** Keeps the process alive for somebody who waits. */
import { clearInterval, setInterval } from 'node:timers'
import type { Cancel } from '../clock'

const rarelyMs = 2 ** 30

/** Until the result is called. */
export function holdProcess(): Cancel {
  const handle = setInterval(() => {}, rarelyMs)
  return () => clearInterval(handle)
}
