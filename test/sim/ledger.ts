/**
 * What the clients of a simulated broker sent, what they were told, and what they read: all that a broker can be held to.
 * Times are milliseconds of the world. What was asked for and never answered may have happened or not.
 */

/** `sent`: the outcome is not known. `refused`: the broker said that it did not keep it. */
export type Outcome = 'sent' | 'acked' | 'refused'

export interface Batch {
  readonly id: number
  readonly topicId: string
  readonly partition: number
  /** Null for a producer without idempotence. */
  readonly producer: string | null
  /** Place among the batches of the producer to this partition. */
  readonly nth: number
  readonly count: number
  /** How often it was sent: that many copies there may be, or one if the producer is idempotent. */
  attempts: number
  /** Which process of the broker it was first sent to. */
  sentInLife: number
  outcome: Outcome
  /** Null when it was acknowledged without telling where it is. */
  baseOffset: number | null
}

export interface Topic {
  readonly name: string
  readonly partitions: number
  /** Null until somebody was told. */
  id: string | null
  created: Outcome
  deleted: 'no' | Outcome
}

export interface Commit {
  readonly group: string
  readonly topicId: string
  readonly partition: number
  readonly offset: number
  readonly beganMs: number
  /** From then on it cannot happen any more. */
  endedMs: number
  outcome: Outcome
}

export interface Start {
  readonly asked: number
  outcome: Outcome
}

export interface ReadRecord {
  readonly offset: number
  readonly value: string
}

/** What is known of one partition from reading it. */
export interface Known {
  /** Value of every record that anybody read, by offset. */
  readonly values: Map<number, string>
  /** The highest high watermark that anybody was told. */
  highWatermark: number
  readonly starts: Start[]
}

export const placeOf = (topicId: string, partition: number): string => `${topicId}/${partition}`

/** The text of record `i` of a batch; what follows it is filling. */
export const valueOf = (batch: number, i: number, filling: string): string => `${batch}.${i}.${filling}`

export class Ledger {
  readonly batches = new Map<number, Batch>()
  readonly topics: Topic[] = []
  readonly commits: Commit[] = []
  readonly known = new Map<string, Known>()
  readonly producerIds = new Set<number>()
  /** Found while reading, before any audit. */
  readonly anomalies: string[] = []
  readonly #owners = new Map<string, string>()

  at(topicId: string, partition: number): Known {
    const place = placeOf(topicId, partition)
    let known = this.known.get(place)
    if (!known) this.known.set(place, (known = { values: new Map(), highWatermark: 0, starts: [] }))
    return known
  }

  batch(facts: Omit<Batch, 'id' | 'attempts' | 'sentInLife' | 'outcome' | 'baseOffset'>): Batch {
    const batch: Batch = {
      ...facts,
      id: this.batches.size + 1,
      attempts: 0,
      sentInLife: 0,
      outcome: 'sent',
      baseOffset: null,
    }
    this.batches.set(batch.id, batch)
    return batch
  }

  /** Somebody read records below a high watermark: from now on they are there for everybody. */
  read(topicId: string, partition: number, records: readonly ReadRecord[], highWatermark: number): void {
    const known = this.at(topicId, partition)
    known.highWatermark = Math.max(known.highWatermark, highWatermark)
    for (const { offset, value } of records) {
      const before = known.values.get(offset)
      if (before !== undefined && before !== value) {
        this.anomalies.push(
          `changed: ${placeOf(topicId, partition)} at ${offset} was ${shortly(before)}, is ${shortly(value)}`,
        )
      }
      known.values.set(offset, value)
    }
  }

  /** A member was given partitions (as `placeOf` names them) in a generation: there is one owner of each. */
  own(group: string, generation: number, memberId: string, places: readonly string[]): void {
    for (const place of places) {
      const key = `${group}/${generation}/${place}`
      const owner = this.#owners.get(key)
      if (owner !== undefined && owner !== memberId) {
        this.anomalies.push(
          `owners: ${place} is of ${owner} and of ${memberId} in generation ${generation} of ${group}`,
        )
      }
      this.#owners.set(key, memberId)
    }
  }

  /** The process is gone: what it had not done by now, it will not do. */
  processEnded(nowMs: number): void {
    for (const commit of this.commits) if (commit.endedMs === Infinity) commit.endedMs = nowMs
  }
}

export const shortly = (value: string): string => value.slice(0, 12)
