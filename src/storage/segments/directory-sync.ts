/** Syncs of one directory, shared: many logs that are made or dropped at the same time need one. */
import type { Files } from '../../platform/files'

export class DirectorySync {
  readonly #files: Files
  readonly #path: string
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(files: Files, path: string) {
    this.#files = files
    this.#path = path
  }

  /** Resolves when names that were changed before the call are durable. */
  sync(): Promise<void> {
    if (!this.#running) return this.#begin()
    // The one on its way may have begun before the change.
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = null
        return this.#begin()
      })
    return this.#next
  }

  #begin(): Promise<void> {
    const mine = this.#files.syncDir(this.#path).finally(() => {
      if (this.#running === mine) this.#running = null
    })
    this.#running = mine
    return mine
  }
}
