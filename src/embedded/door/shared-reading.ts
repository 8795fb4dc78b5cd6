/** One reading of a topic for all who wait for a record of it: each record is read and decoded once, however many wait. */
import { BrokerError, type Gives, type RawRecord, type Takes } from '../contract/commands'
import { isMatch, type Match, matchText, seenLines } from '../contract/matching'
import { type ReadAs, type Rec, recordFrom } from '../contract/values'
import type { Ask } from './fault-door'

export interface SharedWant {
  readonly topic: string
  readonly partition: number | null
  /** Where each partition begins, or an offset: the same for who comes later. */
  readonly from: 'start' | number
  readonly as: ReadAs
}

/** A round without a record is over after that time: who has come meanwhile takes part in the next. */
const roundMs = 10

interface Round {
  /** What the clock of the broker said at its end. */
  readonly nowMs: number
  readonly tookMs: number
}

class SharedReading<T> {
  /** What was read so far in this life of the topic. */
  readonly seen: Rec<T>[] = []
  readonly #raw: RawRecord[] = []
  /** How often `seen` was emptied. */
  lives = 0
  waiting = 0
  readonly #ask: Ask
  readonly #want: SharedWant
  #at: Pick<Takes<'read'>, 'next' | 'life'> = { next: [] }
  #going: Promise<unknown> = Promise.resolve()
  #coming: Promise<Round> | null = null
  #comingMs = roundMs

  constructor(ask: Ask, want: SharedWant) {
    this.#ask = ask
    this.#want = want
  }

  /**
   * A round that begins after this: what was read before is then known to be there still. Rejects as reading does, and for records
   * that are not what they are wanted as.
   */
  more(atMostMs: number): Promise<Round> {
    this.#comingMs = Math.min(this.#comingMs, atMostMs)
    this.#coming ??= this.#round(this.#going)
    return this.#coming
  }

  async #round(before: Promise<unknown>): Promise<Round> {
    await before
    const waitMs = this.#comingMs
    const answer = this.#read(waitMs, true)
    this.#going = answer.catch(() => {})
    this.#coming = null
    this.#comingMs = roundMs
    const { nowMs, leftMs } = await answer
    return { nowMs, tookMs: leftMs < 0 ? waitMs : waitMs - leftMs }
  }

  /** A last look. Gives why there can be no record, if that is so; rejects where nobody can read. */
  async last(): Promise<string | null> {
    return (await this.#read(Number.MIN_VALUE, false)).without
  }

  async #read(waitMs: number, goesOn: boolean): Promise<Gives<'read'>> {
    const at = this.#at
    const { topic, partition, from, as } = this.#want
    const read = await this.#ask('read', { topic, partition, from, ...at, waitMs, goesOn })
    // Somebody else has read the same meanwhile.
    if (at !== this.#at) return read
    const records = read.records.map(raw => recordFrom<T>(topic, raw, as))
    this.#at = { next: read.next, life: read.life }
    if (read.isAnew) {
      this.seen.length = 0
      this.#raw.length = 0
      this.lives += 1
    }
    for (const record of records) this.seen.push(record)
    for (const raw of read.records) this.#raw.push(raw)
    return read
  }

  /** One that is nobody else's: who is given it may change it. */
  own(nth: number): Rec<T> {
    return recordFrom<T>(this.#want.topic, this.#raw[nth]!, this.#want.as)
  }
}

const shared = new WeakMap<Ask, Map<string, SharedReading<unknown>>>()

/**
 * The first record that matches, of those that are there and those to come. Rejects with what was there instead when the time is up,
 * whatever there is still to read. Records that are deleted while others wait may still be found.
 */
export async function firstShared<T>(ask: Ask, want: SharedWant, match: Match<T>, timeoutMs: number): Promise<Rec<T>> {
  const ofAsk = shared.get(ask) ?? new Map<string, SharedReading<unknown>>()
  shared.set(ask, ofAsk)
  const key = JSON.stringify(want)
  const reading = (ofAsk.get(key) ?? new SharedReading<T>(ask, want)) as SharedReading<T>
  ofAsk.set(key, reading)
  reading.waiting += 1
  try {
    return await firstOf(reading, want.topic, match, timeoutMs)
  } finally {
    reading.waiting -= 1
    if (reading.waiting === 0) ofAsk.delete(key)
  }
}

async function firstOf<T>(
  reading: SharedReading<T>,
  topic: string,
  match: Match<T>,
  timeoutMs: number,
): Promise<Rec<T>> {
  let looked = 0
  let { lives } = reading
  const found = (): Rec<T> | undefined => {
    if (lives !== reading.lives) {
      lives = reading.lives
      looked = 0
    }
    while (looked < reading.seen.length) {
      const nth = looked++
      if (isMatch(reading.seen[nth]!, match)) return reading.own(nth)
    }
    return undefined
  }
  let endMs: number | null = null
  for (let leftMs = timeoutMs; leftMs > 0; ) {
    const { nowMs, tookMs } = await reading.more(leftMs)
    const record = found()
    if (record) return record
    endMs ??= nowMs - tookMs + timeoutMs
    leftMs = endMs - nowMs
  }
  const without = await reading.last()
  const record = found()
  if (record) return record
  throw new BrokerError(`no record of ${topic} ${matchText(match)}. ${without ?? seenLines(reading.seen)}`, null)
}
