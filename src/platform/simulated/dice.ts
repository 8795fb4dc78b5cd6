/** Dice that fall the same way for the same seed. */
import type { Random } from '../random'

/** FNV-1a over UTF-16 units; spreads names and numbers over 32 bits. */
export function hashOf(text: string, from = 0x811c9dc5): number {
  let hash = from
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** The generator sfc32 by Chris Doty-Humphrey: small, fast, passes PractRand. */
export class Dice implements Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: string) {
    this.#a = hashOf(seed)
    this.#b = hashOf(seed, this.#a)
    this.#c = hashOf(seed, this.#b)
    for (let round = 0; round < 12; round += 1) this.uint32()
  }

  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  next(): number {
    return this.uint32() / 0x1_0000_0000
  }

  bytes(count: number): Buffer {
    const bytes = Buffer.allocUnsafe(count)
    for (let at = 0; at < count; at += 1) bytes[at] = this.uint32() >>> 24
    return bytes
  }

  /** A whole number of at least `least` and at most `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /** A number of at least the first and less than the second. */
  within(range: readonly [number, number]): number {
    return range[0] + this.next() * (range[1] - range[0])
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }
}
