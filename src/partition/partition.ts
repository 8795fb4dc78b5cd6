/** A log with leadership, producers, a high watermark and people waiting on it. */
import { Refusal } from '../protocol/errors'
import {
  isTransactionalAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  setLogAppendTime,
} from '../protocol/records/batch'
import { buildEndMarker } from '../protocol/records/control'
import type { Means } from '../protocol/records/long-batches'
import { StorageFault } from '../storage/fault'
import type { Appended, EpochHistory, Keep, Log, ReadBudget, Slices } from '../storage/log'
import { asStored, keepOf } from './compression'
import { inspect } from './inspect'
import { type PartitionConfig, type PartitionPolicy, rulesOf } from './partition-config'
import { prepare, type Prepared } from './prepare'
import { encodeProducers } from './producer-snapshot'
import { type Marker, type ProducerBatch, Producers } from './producers'
import { addAborted, reloadProducers } from './reload'
import { type Tried, type Verification, Verifications } from './verifications'
import { Waiters } from './waiters'

/** Leadership as the metadata says it. */
export interface Leadership {
  readonly leader: number
  readonly leaderEpoch: number
  readonly isrCount: number
  readonly replicas: readonly number[]
}

export interface Produced {
  readonly baseOffset: number
  /** One past the last offset of the batch: what must be durable before it is acknowledged. */
  readonly nextOffset: number
  /** -1 unless the broker stamped the batch. */
  readonly logAppendTimeMs: number
}

export interface PartitionFacts {
  readonly topic: string
  readonly index: number
  readonly topicId: string
}

export class Partition {
  readonly topic: string
  readonly index: number
  readonly topicId: string
  /** `orders-0`, for texts. */
  readonly name: string
  readonly producers = new Producers()
  readonly waiters = new Waiters()
  /** Those who wait for records that are stable. */
  readonly stableWaiters = new Waiters()
  readonly #log: Log
  readonly #config: () => PartitionConfig
  readonly #policy: PartitionPolicy
  #leadership: Leadership
  #highWatermark: number
  #fault: StorageFault | null = null
  #closed = false
  /** Bytes appended that the high watermark has not passed, as far as waiting fetches care. */
  #unseenBytes = 0
  #unstableBytes = 0
  #toldStable: number
  /** Where the log ended after the last append. */
  #appendedEnd: number
  readonly verifications = new Verifications()
  /** The last flush that somebody waits for. */
  #settling: { readonly flush: Promise<void>; readonly settled: Promise<void> } | null = null

  constructor(
    facts: PartitionFacts,
    log: Log,
    leadership: Leadership,
    config: () => PartitionConfig,
    policy: PartitionPolicy,
  ) {
    this.topic = facts.topic
    this.index = facts.index
    this.topicId = facts.topicId
    this.name = `${facts.topic}-${facts.index}`
    this.#log = log
    this.#leadership = leadership
    this.#config = config
    this.#policy = policy
    this.#highWatermark = log.end
    this.#appendedEnd = log.end
    reloadProducers(log, this.producers)
    this.#toldStable = this.lastStableOffset
    log.assignEpoch(leadership.leaderEpoch, log.end)
  }

  get leaderEpoch(): number {
    return this.#leadership.leaderEpoch
  }
  get start(): number {
    return this.#log.start
  }
  get end(): number {
    return this.#log.end
  }
  get highWatermark(): number {
    return this.#highWatermark
  }
  /** The offset below which no transaction is open (KIP-98). */
  get lastStableOffset(): number {
    return Math.min(this.#highWatermark, Math.max(this.producers.transactions.firstUnstable, this.#log.start))
  }
  get sizeBytes(): number {
    return this.#log.sizeBytes
  }
  get epochs(): EpochHistory {
    return this.#log.epochs
  }
  get log(): Log {
    return this.#log
  }

  /** The id of the broker that leads; -1 while there is none. */
  get leader(): number {
    return this.#leadership.leader
  }
  isOn(brokerId: number): boolean {
    return this.#leadership.replicas.includes(brokerId)
  }

  lead(leadership: Leadership): void {
    const isNewEpoch = leadership.leaderEpoch > this.leaderEpoch
    this.#leadership = leadership
    if (isNewEpoch && leadership.leader >= 0) this.#log.assignEpoch(leadership.leaderEpoch, this.#log.end)
    this.#advance(this.#log.settled)
    // Who waits at one broker for records may have to ask another one now.
    if (isNewEpoch) this.#wake()
  }

  /** Throws FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH when a client's idea of the epoch is not ours (KIP-320). */
  checkEpoch(currentLeaderEpoch: number): void {
    if (currentLeaderEpoch < 0 || currentLeaderEpoch === this.leaderEpoch) return
    throw new Refusal(currentLeaderEpoch < this.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH')
  }

  /**
   * Appends one batch that a client produced; the buffer is patched in place, and used no more when the call returns unless
   * `keep` was called. Readable by others once the high watermark passes: see `durable`.
   * Throws the refusals of `inspect` and of the producer rules, NOT_ENOUGH_REPLICAS, KAFKA_STORAGE_ERROR, and for a request
   * that outlived the partition NOT_LEADER_OR_FOLLOWER.
   */
  produce(
    batch: Buffer,
    acks: number,
    nowMs: number,
    verification: Verification | null = null,
    { keep, prepared }: { readonly keep?: Keep | undefined; readonly prepared?: Prepared | null | undefined } = {},
  ): Produced {
    if (this.#closed) throw new Refusal('NOT_LEADER_OR_FOLLOWER')
    const config = this.#config()
    if (acks === -1) this.#checkReplicas()
    const rules = rulesOf(this.name, config, nowMs)
    const { stamped } = rules
    const checksRecords = this.#policy.checksRecords()
    const { producer } = inspect(batch, config.maxMessageBytes, checksRecords, rules, prepared?.facts)
    const stored = asStored(batch, config, prepared?.recompressed)
    this.#forgetTakenBack()
    const repeated = producer && this.producers.admit(producer)
    if (repeated) {
      const { firstOffset, lastOffset, timestampMs } = repeated
      return { baseOffset: firstOffset, nextOffset: lastOffset + 1, logAppendTimeMs: timestampMs }
    }
    if (producer) this.#checkProducer(producer, verification)
    if (stamped) setLogAppendTime(stored, 0, nowMs)
    const { first, last } = this.#store(stored, keepOf(stored, batch, keep))
    if (producer) this.producers.record(producer, first, last)
    if (producer?.transactional) this.verifications.forget(producer.producerId)
    this.#advance(this.#log.settled)
    return { baseOffset: first, nextOffset: last + 1, logAppendTimeMs: stamped ? nowMs : -1 }
  }

  /** Whether batches may be stored in another compression than that in which they come. */
  get mayRecompress(): boolean {
    return this.#config().compressionType !== 'producer'
  }

  /** As `prepare`, by what holds for this partition. */
  prepare(batch: Buffer, nowMs: number, means: Means, own: () => Buffer): Prepared | Promise<Prepared> | null {
    const config = this.#config()
    const rules = rulesOf(this.name, config, nowMs)
    return prepare(batch, { config, rules, checksRecords: this.#policy.checksRecords() }, means, own)
  }

  /** Null when this batch needs no verification: its producer is in its transaction here already. */
  verificationFor(batch: Tried, bumps: boolean, nowMs: number): Verification | null {
    const { producerId, producerEpoch } = batch
    if (!this.#policy.verifiesTransactions() || this.producers.isInTransaction(producerId, producerEpoch)) return null
    return this.verifications.begin(batch, bumps, nowMs)
  }

  /** A word that a marker has overtaken is worth nothing: what it let in would never be ended. */
  #checkProducer(batch: ProducerBatch, verification: Verification | null): void {
    const { producerId, producerEpoch, transactional } = batch
    const isOpen = !this.#policy.verifiesTransactions() || this.producers.isInTransaction(producerId, producerEpoch)
    if (transactional && !isOpen && (verification === null || !this.verifications.has(verification))) {
      throw new Refusal('INVALID_TXN_STATE', 'The batch is not part of a transaction that is open')
    }
    this.verifications.check(batch, (this.producers.entry(producerId)?.batches.length ?? 0) === 0)
  }

  /**
   * Ends a producer's transaction here. Returns the offset that must be durable before the coordinator may forget it.
   * Throws INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED, KAFKA_STORAGE_ERROR.
   */
  appendMarker(marker: Marker, nowMs: number): number {
    this.#forgetTakenBack()
    this.producers.admitMarker(marker)
    this.verifications.forget(marker.producerId)
    const batch = buildEndMarker({ ...marker, timestampMs: nowMs })
    if (this.#config().messageTimestampType === 'LogAppendTime') setLogAppendTime(batch, 0, nowMs)
    const { first, last } = this.#store(batch)
    const ended = this.producers.recordMarker(marker, first, nowMs)
    if (ended && !marker.commit) this.#orOffline(() => addAborted(this.#log, this.producers, ended))
    this.#advance(this.#log.settled)
    return last + 1
  }

  /**
   * Appends a batch that a coordinator wrote, maybe within a producer's transaction. Throws NOT_LEADER_OR_FOLLOWER when what
   * it decided was decided in an earlier epoch, since another one may have taken over; NOT_ENOUGH_REPLICAS, KAFKA_STORAGE_ERROR.
   */
  appendOwn(batch: Buffer, leaderEpoch: number): Appended {
    if (leaderEpoch !== this.leaderEpoch) throw new Refusal('NOT_LEADER_OR_FOLLOWER')
    this.#checkReplicas()
    const appended = this.#store(batch)
    if (isTransactionalAt(batch)) {
      this.producers.recordOwn(producerIdAt(batch), producerEpochAt(batch), appended.first, maxTimestampAt(batch))
    }
    this.#advance(this.#log.settled)
    return appended
  }

  /** What is remembered of its producer must be changed before the high watermark may pass it. */
  #store(batches: Buffer, keep?: Keep): Appended {
    const before = this.#log.sizeBytes
    const appended = this.#orOffline(() => this.#log.append(batches, { leaderEpoch: this.leaderEpoch, keep }))
    // The append may have found out that there was no room for those before it.
    this.#forgetFrom(appended.first)
    this.#appendedEnd = this.#log.end
    // What is remembered of producers does not hold this batch yet, which is just what a snapshot at its offset means.
    if (appended.rolled) void this.#snapshot(appended.first)
    this.#unseenBytes += Math.max(0, this.#log.sizeBytes - before)
    return appended
  }

  /** Waits until everything below `upTo` is as durable as the flush mode promises. Undefined when it already is. */
  durable(upTo: number): Promise<void> | undefined {
    if (upTo <= this.#highWatermark) return undefined
    const flush = this.#log.flush(upTo)
    // Those who wait for the same flush share what comes after it as well.
    if (this.#settling?.flush !== flush) this.#settling = { flush, settled: this.#settled(flush) }
    return this.#settling.settled
  }

  async #settled(flush: Promise<void>): Promise<void> {
    try {
      await flush
    } catch (error) {
      this.#forgetTakenBack()
      throw this.#offline(error)
    }
    this.#advance(this.#log.settled)
  }

  /**
   * A disk that was full made the log take back what it had no room for. Its producers will send that again, so nothing may
   * be asked of them before it is forgotten.
   */
  #forgetTakenBack(): void {
    this.#forgetFrom(this.#log.end)
  }

  #forgetFrom(end: number): void {
    if (end >= this.#appendedEnd) return
    this.#appendedEnd = end
    if (!this.producers.takeBack(end)) reloadProducers(this.#log, this.producers)
  }

  /** A topic with fewer replicas than it wants in sync could never be written to, so all of them are enough (KIP-966). */
  get #isUnderMinIsr(): boolean {
    const { isrCount, replicas } = this.#leadership
    return isrCount < replicas.length && isrCount < this.#config().minInsyncReplicas
  }

  #checkReplicas(): void {
    if (!this.#isUnderMinIsr) return
    throw new Refusal('NOT_ENOUGH_REPLICAS', `Fewer than min.insync.replicas are in sync: ${this.#leadership.isrCount}`)
  }

  /** What too few replicas have is not committed: it is there, and nobody reads it before others are in sync again. */
  #advance(to: number): void {
    if (to <= this.#highWatermark || this.#isUnderMinIsr) return
    this.#highWatermark = to
    const newBytes = this.#unseenBytes
    this.#unseenBytes = 0
    this.#unstableBytes += newBytes
    this.producers.transactions.settle(to)
    if (newBytes > 0) this.waiters.tell(newBytes)
    this.#tellStable()
  }

  #tellStable(): void {
    if (this.#unstableBytes === 0 || this.lastStableOffset === this.#toldStable) return
    this.#toldStable = this.lastStableOffset
    this.stableWaiters.tell(this.#unstableBytes)
    if (this.#toldStable === this.#highWatermark) this.#unstableBytes = 0
  }

  /** Whole batches from `from`; throws OffsetOutOfRange, KAFKA_STORAGE_ERROR. */
  read(from: number, budget: ReadBudget): Slices {
    return this.#orOffline(() => this.#log.read(from, budget))
  }

  /**
   * DeleteRecords: raises the log start; returns the new low watermark. Rejects with OFFSET_OUT_OF_RANGE,
   * POLICY_VIOLATION, KAFKA_STORAGE_ERROR.
   */
  async deleteRecords(before: number): Promise<number> {
    const target = before === -1 ? this.#highWatermark : before
    if (!this.#config().cleanupPolicy.includes('delete')) throw new Refusal('POLICY_VIOLATION')
    if (target < 0 || target > this.#highWatermark) throw new Refusal('OFFSET_OUT_OF_RANGE')
    try {
      await this.#log.advanceStart(target)
    } catch (error) {
      throw this.#offline(error)
    }
    return this.#log.start
  }

  /** Everything that spares the next start work: a snapshot of the producers. */
  async prepareStop(): Promise<void> {
    if (!this.#fault) await this.#snapshot(this.#log.end)
  }

  /** A snapshot only spares work at the next start, so a disk that refuses it is found out by the next append. */
  async #snapshot(offset: number): Promise<void> {
    if (this.producers.size === 0) return
    try {
      await this.#log.snapshots.write(offset, encodeProducers(this.producers.entries()))
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error
    }
  }

  /** The topic is gone: whoever waits is told to look again. */
  close(): void {
    this.#closed = true
    this.#wake()
  }

  #wake(): void {
    this.waiters.tell(0)
    this.stableWaiters.tell(0)
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** What took it offline, for good; null while it serves. */
  get fault(): StorageFault | null {
    return this.#fault
  }

  #orOffline<T>(work: () => T): T {
    if (this.#fault) throw new Refusal('KAFKA_STORAGE_ERROR', this.#fault.message)
    try {
      return work()
    } catch (error) {
      throw this.#offline(error)
    }
  }

  /**
   * A sick disk takes the partition offline: appends are refused from now on, with the first fault as the reason. One that
   * is full does not, nor does the log of a topic that was deleted.
   */
  #offline(error: unknown): unknown {
    if (!(error instanceof StorageFault)) return error
    if (this.#closed) return new Refusal('UNKNOWN_TOPIC_OR_PARTITION')
    if (!error.passes) this.#fault ??= error
    return new Refusal('KAFKA_STORAGE_ERROR', error.message)
  }
}
