/** Time. Nothing outside `src/platform` may ask any other source what time it is or wait for it to pass. */

export interface Clock {
  /** Milliseconds since the epoch, as a person would read it. May jump. Goes into records and files. */
  now(): number
  /** Milliseconds that never go back. For durations and deadlines. Fractions are allowed. */
  monotonic(): number
}

/** Stops what it was returned for. Calling it twice, or after the fact, does nothing. */
export type Cancel = () => void

export interface Timers {
  /** Runs once after `delayMs` (0 or more). Never runs synchronously. Does not keep a process alive by itself. */
  after(delayMs: number, run: () => void): Cancel
  /** Runs when the current turn of the event loop has handled all input that was ready; used to gather writes. */
  endOfTurn(run: () => void): void
}
