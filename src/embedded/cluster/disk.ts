/** Whether there is room on the disk of a cluster: none while a test says so, nor while it serves what a fault befalls. */
export class Disk {
  readonly #tell: (isFull: boolean) => void
  #isFilled = false
  #requests = 0

  constructor(tell: (isFull: boolean) => void) {
    this.#tell = tell
  }

  get isFull(): boolean {
    return this.#isFilled || this.#requests > 0
  }

  fill(isFilled: boolean): void {
    this.#isFilled = isFilled
    this.#tell(this.isFull)
  }

  /** Others who write meanwhile find it full as well, as on a disk. */
  async fullDuring<T>(work: () => Promise<T> | T): Promise<T> {
    this.#requests += 1
    this.#tell(this.isFull)
    try {
      return await work()
    } finally {
      this.#requests -= 1
      this.#tell(this.isFull)
    }
  }
}
