/** Other places to run code in: a thread of this process, or a process of its own. Both talk in messages, in order. */

export type PlaceKind = 'worker' | 'process'

/** Where another program runs. Messages are copied as by structured clone; buffers arrive as Uint8Array. */
export interface Workplace {
  send(message: unknown): void
  /** Whether this process stays alive for it. A place that is not held ends with this process, and keeps nobody. */
  hold(wanted: boolean): void
  /** Ends it at once. Resolves when it is gone. */
  end(): Promise<void>
}

export interface WorkplaceEvents {
  message(message: unknown): void
  /** It is gone, without having been ended from here. Comes once and last. */
  gone(why: Error): void
}

export interface Workers {
  /** Runs the program at a path. What it prints is let through; its standard input is empty. */
  start(program: string, kind: PlaceKind, events: WorkplaceEvents): Workplace
}

/** The other end: what a program that was started so has of the one that started it. */
export interface Employer {
  send(message: unknown): void
  /** Set once, before the first message can arrive. */
  onMessage(run: (message: unknown) => void): void
}
