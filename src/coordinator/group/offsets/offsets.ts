/** Offsets that groups committed, and those that open transactions will commit (KIP-98). */

export interface CommittedOffset {
  /** All 64 bits, since clients may commit whatever they like. */
  readonly offset: bigint
  /** Of the last consumed record; -1 when the client did not say. */
  readonly leaderEpoch: number
  readonly metadata: string
  readonly commitTimestampMs: number
  /** When it is forgotten, for clients that asked for a retention of their own; -1 for the broker's. */
  readonly expireTimestampMs: number
  /** 32 hex digits; zeroes in records older than topic ids. */
  readonly topicId: string
  /** Where the record stands in the log: of two commits the later one counts, whenever their transactions end. */
  readonly recordOffset: number
}

type ByPartition<T> = Map<number, T>
type ByTopic<T> = Map<string, ByPartition<T>>

/** Three maps in one: group, topic, partition. Inner maps go when they are empty. */
class Table<T> {
  readonly #groups = new Map<string, ByTopic<T>>()

  group(group: string): ReadonlyMap<string, ReadonlyMap<number, T>> | null {
    return this.#groups.get(group) ?? null
  }

  groups(): Iterable<[string, ReadonlyMap<string, ReadonlyMap<number, T>>]> {
    return this.#groups
  }

  get(group: string, topic: string, partition: number): T | null {
    return this.#groups.get(group)?.get(topic)?.get(partition) ?? null
  }

  set(group: string, topic: string, partition: number, value: T): void {
    let topics = this.#groups.get(group)
    if (!topics) this.#groups.set(group, (topics = new Map()))
    let partitions = topics.get(topic)
    if (!partitions) topics.set(topic, (partitions = new Map()))
    partitions.set(partition, value)
  }

  delete(group: string, topic: string, partition: number): void {
    const topics = this.#groups.get(group)
    const partitions = topics?.get(topic)
    if (!topics || !partitions?.delete(partition)) return
    if (partitions.size === 0) topics.delete(topic)
    if (topics.size === 0) this.#groups.delete(group)
  }
}

export type GroupOffsets = ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>

export class Offsets {
  readonly #committed = new Table<CommittedOffset>()
  /** By producer: what its open transaction will commit. */
  readonly #pending = new Map<number, Table<CommittedOffset>>()
  /** Producers with open transactions over a partition's offset. */
  readonly #open = new Table<Set<number>>()

  of(group: string): GroupOffsets | null {
    return this.#committed.group(group)
  }

  all(): Iterable<[string, GroupOffsets]> {
    return this.#committed.groups()
  }

  get(group: string, topic: string, partition: number): CommittedOffset | null {
    return this.#committed.get(group, topic, partition)
  }

  /** Whether an open transaction may still change it. */
  isPending(group: string, topic: string, partition: number): boolean {
    return this.#open.get(group, topic, partition) !== null
  }

  /** Partitions of a group with open transactions. */
  pendingOf(group: string): ReadonlyMap<string, ReadonlyMap<number, ReadonlySet<number>>> | null {
    return this.#open.group(group)
  }

  /** By producer: the offsets that its open transaction will commit. */
  *allPending(): Iterable<[number, Iterable<[string, GroupOffsets]>]> {
    for (const [producerId, table] of this.#pending) yield [producerId, table.groups()]
  }

  commit(group: string, topic: string, partition: number, offset: CommittedOffset): void {
    this.#committed.set(group, topic, partition, offset)
  }

  pend(producerId: number, group: string, topic: string, partition: number, offset: CommittedOffset): void {
    let table = this.#pending.get(producerId)
    if (!table) this.#pending.set(producerId, (table = new Table()))
    table.set(group, topic, partition, offset)
    const open = this.#open.get(group, topic, partition)
    if (open) open.add(producerId)
    else this.#open.set(group, topic, partition, new Set([producerId]))
  }

  /** Forgets the committed offset and every pending one. */
  remove(group: string, topic: string, partition: number): void {
    this.#committed.delete(group, topic, partition)
    for (const producerId of this.#open.get(group, topic, partition) ?? []) {
      this.#pending.get(producerId)?.delete(group, topic, partition)
    }
    this.#open.delete(group, topic, partition)
  }

  endTransaction(producerId: number, committed: boolean): void {
    const table = this.#pending.get(producerId)
    if (!table) return
    this.#pending.delete(producerId)
    for (const [group, topics] of table.groups()) {
      for (const [topic, partitions] of topics) {
        for (const [partition, offset] of partitions) {
          this.#close(producerId, group, topic, partition)
          if (committed) this.#settle(group, topic, partition, offset)
        }
      }
    }
  }

  #close(producerId: number, group: string, topic: string, partition: number): void {
    const open = this.#open.get(group, topic, partition)
    open?.delete(producerId)
    if (open?.size === 0) this.#open.delete(group, topic, partition)
  }

  #settle(group: string, topic: string, partition: number, offset: CommittedOffset): void {
    const earlier = this.#committed.get(group, topic, partition)
    if (earlier && earlier.recordOffset > offset.recordOffset) return
    this.#committed.set(group, topic, partition, offset)
  }
}
