/** Ids for producers, taken from the metadata in blocks of 1,000 as in Kafka, so that most requests wait for nothing. */

interface Block {
  readonly first: number
  readonly count: number
}

const blockIds = 1_000

export class ProducerIds {
  readonly #allocate: (count: number) => Promise<Block>
  #next = 0
  #end = 0
  #allocating: Promise<void> | null = null

  constructor(allocate: (count: number) => Promise<Block>) {
    this.#allocate = allocate
  }

  async next(): Promise<number> {
    while (this.#next >= this.#end) await this.#refill()
    return this.#next++
  }

  #refill(): Promise<void> {
    this.#allocating ??= this.#allocate(blockIds)
      .then(({ first, count }) => {
        this.#next = first
        this.#end = first + count
      })
      .finally(() => {
        this.#allocating = null
      })
    return this.#allocating
  }
}
