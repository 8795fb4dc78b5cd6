/**
 * Time as Node tells it. The functions are taken when this module loads, the timers from Node's own module: a test that
 * embeds a broker may install fake timers, and a broker whose time stands still would hang it.
 */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers'
import type { Cancel, Clock, Timers } from '../clock'

const wallNow = Date.now
const monotonicNow = performance.now.bind(performance)
const startTimer = setTimeout
const stopTimer = clearTimeout
const atEndOfTurn = setImmediate

/** Node runs a timer with a longer delay at once, so longer ones are made of several. */
const delayMsMax = 2 ** 31 - 1

export const nodeClock: Clock = { now: () => wallNow(), monotonic: () => monotonicNow() }

export const nodeTimers: Timers = {
  after(delayMs: number, run: () => void): Cancel {
    let timer: NodeJS.Timeout
    const arm = (leftMs: number): void => {
      timer = startTimer(leftMs > delayMsMax ? () => arm(leftMs - delayMsMax) : run, Math.min(leftMs, delayMsMax))
      timer.unref()
    }
    arm(Math.max(0, delayMs))
    return () => stopTimer(timer)
  },

  endOfTurn(run: () => void): void {
    atEndOfTurn(run)
  },
}
