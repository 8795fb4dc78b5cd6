/**
 * Where a few offsets are, remembered because somebody will ask for them next: a reader goes on where it stopped, and one
 * that keeps up asks for what was just appended.
 */
const size = 8

export class Hints {
  readonly #offsets = new Float64Array(size).fill(-1)
  readonly #positions = new Float64Array(size)
  #next = 0

  add(offset: number, position: number): void {
    this.#offsets[this.#next] = offset
    this.#positions[this.#next] = position
    this.#next = (this.#next + 1) % size
  }

  /** Position of the first batch that reaches `offset`, -1 when it is not remembered. */
  find(offset: number): number {
    for (let i = 0; i < size; i += 1) if (this.#offsets[i] === offset) return this.#positions[i]!
    return -1
  }

  clear(): void {
    this.#offsets.fill(-1)
  }
}
