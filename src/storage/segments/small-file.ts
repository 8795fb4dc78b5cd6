/** A small file that is replaced as a whole, by one write at a time: when many changes come together the last is written. */
import type { Files } from '../../platform/files'

export class SmallFile {
  readonly #files: Files
  readonly #path: string
  #wanted: (() => string) | null = null
  #running: Promise<void> | null = null

  constructor(files: Files, path: string) {
    this.#files = files
    this.#path = path
  }

  /** Resolves when this content, or a later one, is durable. It is asked for when it is written, once for many calls. */
  save(content: () => string): Promise<void> {
    this.#wanted = content
    this.#running ??= this.#run()
    return this.#running
  }

  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void> {
    return this.#running ?? Promise.resolve()
  }

  async #run(): Promise<void> {
    try {
      while (this.#wanted !== null) {
        const content = this.#wanted
        this.#wanted = null
        await this.#files.replaceFile(this.#path, content())
      }
    } finally {
      this.#running = null
    }
  }
}
