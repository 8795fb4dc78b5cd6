/** Jobs side by side, as many as there is room for. */

export interface Job {
  /** How much of the room it takes while it runs. */
  readonly size: number
  run(): Promise<unknown>
}

/**
 * Begins jobs in their order, but for those that find no room yet: a smaller one may go before them. One that is larger than
 * all of the room runs alone. Resolves when all have ended; rejects when one does, which ends none of the others.
 */
export async function inPool(jobs: readonly Job[], room: number): Promise<void> {
  let left = jobs
  let free = room
  const running = new Set<Promise<void>>()
  const begin = (job: Job): void => {
    const taken = Math.min(job.size, room)
    free -= taken
    const ended = job.run().then(() => {
      free += taken
      running.delete(ended)
    })
    running.add(ended)
  }
  while (left.length > 0 || running.size > 0) {
    left = left.filter(job => {
      if (Math.min(job.size, room) > free) return true
      begin(job)
      return false
    })
    await Promise.race(running)
  }
}
