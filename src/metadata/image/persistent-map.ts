/** A map that never changes: `with` makes another one. Versions share what they have in common, so that a change is cheap. */

export class PersistentMap<V> {
  readonly #base: ReadonlyMap<string, V>
  /** What differs from the base; undefined where a key was removed. */
  readonly #over: ReadonlyMap<string, V | undefined>
  readonly size: number

  private constructor(base: ReadonlyMap<string, V>, over: ReadonlyMap<string, V | undefined>, size: number) {
    this.#base = base
    this.#over = over
    this.size = size
  }

  static empty<V>(): PersistentMap<V> {
    return new PersistentMap<V>(new Map(), new Map(), 0)
  }

  get(key: string): V | undefined {
    return this.#over.has(key) ? this.#over.get(key) : this.#base.get(key)
  }

  /** Another map in which the keys have other values; undefined removes a key. */
  with(changes: Iterable<readonly [string, V | undefined]>): PersistentMap<V> {
    const over = new Map(this.#over)
    let size = this.size
    for (const [key, value] of changes) {
      const before = over.has(key) ? over.get(key) : this.#base.get(key)
      size += Number(value !== undefined) - Number(before !== undefined)
      over.set(key, value)
    }
    // Copying all of the base now and then costs less, shared among the changes, than long overlays do.
    if (over.size < 32 + 2 * Math.sqrt(this.#base.size)) return new PersistentMap<V>(this.#base, over, size)
    const base = new Map(this.#base)
    for (const [key, value] of over) {
      if (value === undefined) base.delete(key)
      else base.set(key, value)
    }
    return new PersistentMap<V>(base, new Map(), size)
  }

  *entries(): IterableIterator<[string, V]> {
    for (const [key, value] of this.#base) if (!this.#over.has(key)) yield [key, value]
    for (const [key, value] of this.#over) if (value !== undefined) yield [key, value]
  }
}
