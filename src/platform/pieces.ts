/**
 * Long work in pieces: so much of it is done in one turn of the event loop, by all who do it together, and then others have
 * theirs. Who has had a piece comes after all who wait already.
 */
import type { Timers } from './clock'

/** Whoever lets long work be done in pieces. */
export interface InPieces {
  /** What one piece may cost before it ends, in bytes or what takes as long. */
  readonly pieceCost: number
  /** Runs a piece of work when it is its turn; the piece tells what it has cost. Rejects with what it throws. */
  do(piece: () => number): Promise<void>
}

/** Repeats a step until it returns null; otherwise it tells what it has cost. Rejects with what it throws. */
export async function eachInPieces(pieces: InPieces, step: () => number | null): Promise<void> {
  for (let isOver = false; !isOver; ) {
    await pieces.do(() => {
      let spent = 0
      while (spent < pieces.pieceCost) {
        const cost = step()
        isOver = cost === null
        if (cost === null) break
        spent += cost
      }
      return spent
    })
  }
}

interface Waiting {
  readonly piece: () => number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** So that several who have long work get something done in each turn. */
const piecesInTurn = 8

export class Pieces implements InPieces {
  readonly pieceCost: number
  readonly #timers: Pick<Timers, 'endOfTurn'>
  readonly #turnCost: number
  readonly #waiting: Waiting[] = []
  #spent = 0
  #isBegun = false

  /** A turn is over for those who wait when pieces of it have cost `turnCost` together, by the measure of the pieces. */
  constructor(timers: Pick<Timers, 'endOfTurn'>, turnCost: number) {
    this.#timers = timers
    this.#turnCost = turnCost
    this.pieceCost = Math.ceil(turnCost / piecesInTurn)
  }

  do(piece: () => number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ piece, resolve, reject })
      this.#go()
    })
  }

  #go(): void {
    while (this.#spent < this.#turnCost) {
      const next = this.#waiting.shift()
      if (!next) return
      this.#begin()
      try {
        this.#spent += next.piece()
        next.resolve()
      } catch (error) {
        next.reject(error)
      }
    }
  }

  /** What was spent is forgotten when the turn in which it was is over. */
  #begin(): void {
    if (this.#isBegun) return
    this.#isBegun = true
    this.#timers.endOfTurn(() => {
      this.#isBegun = false
      this.#spent = 0
      this.#go()
    })
  }
}

/** Lets so many be at work at a time, in the order in which they came: what each of them holds is large. */
export class AtMost {
  readonly #max: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(max: number) {
    this.#max = max
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#max) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#running += 1
    try {
      return await work()
    } finally {
      // Whoever waits takes the place.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running -= 1
    }
  }
}
