/** Snapshots kept in memory. */
import type { Snapshots } from '../log'

export class MemorySnapshots implements Snapshots {
  readonly #byOffset = new Map<number, Buffer>()

  copyTo(other: MemorySnapshots): void {
    for (const [offset, bytes] of this.#byOffset) other.#byOffset.set(offset, bytes)
  }

  async write(offset: number, bytes: Buffer): Promise<void> {
    this.#byOffset.set(offset, Buffer.from(bytes))
  }

  latest(atOrBelow: number): { offset: number; bytes: Buffer } | null {
    const offset = this.offsets().findLast(at => at <= atOrBelow)
    return offset === undefined ? null : { offset, bytes: this.#byOffset.get(offset)! }
  }

  offsets(): readonly number[] {
    return [...this.#byOffset.keys()].sort((a, b) => a - b)
  }

  async remove(offset: number): Promise<void> {
    this.#byOffset.delete(offset)
  }

  dropAbove(end: number): void {
    for (const offset of this.#byOffset.keys()) if (offset > end) this.#byOffset.delete(offset)
  }

  /** A snapshot at `start` itself stays: it is what a reader of the rest begins with. */
  dropBelow(start: number): void {
    for (const offset of this.#byOffset.keys()) if (offset < start) this.#byOffset.delete(offset)
  }
}
