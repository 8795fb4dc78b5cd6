/** Seeded dice: the same seed throws the same. */
export class Dice {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** At least 0, less than 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** A whole number below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  /** True once in `times`. */
  one(times: number): boolean {
    return this.below(times) === 0
  }

  /** Dice of their own for somebody who throws at times that are not ours. */
  fork(): Dice {
    return new Dice(this.below(0xffff_ffff))
  }
}
