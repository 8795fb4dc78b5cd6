/** The transaction coordinator: what handlers call. Finds the shard of an id, asks the decision, spreads the markers. */
import { Deferred } from '../../platform/collections'
import { Shards } from '../../machine/shards'
import type { MachineKind, Shard } from '../../machine/shard'
import type { RecordLog } from '../../machine/record-log'
import type { Cancel, Clock, Timers } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import { Refusal, type ErrorName } from '../../protocol/errors'
import { partitionOf } from '../../platform/java-hash'
import { decideComplete, decideEnd, type EndAsk } from './end'
import { decideExpire, decideTimeouts } from './expire'
import { decideInit, type InitAsk } from './init'
import { type ListFilters, listTransactions } from './list'
import { TransactionMachine, type TransactionTurn } from './machine'
import { MarkerTroubles } from './marker-troubles'
import { type MarkersWorld, spreadMarkers } from './markers'
import { decideAdd, type PartitionsAsk, verify } from './partitions'
import { decodeTransactionRecord, encodeTransactionRecord, type TransactionRecord } from './records'
import type { TransactionSettings } from './settings'
import type { ProducerIdentity, Transaction } from './state'

export interface TransactionsWorld extends MarkersWorld {
  readonly clock: Clock
  readonly timers: Timers
  readonly logger: Logger
  /** Read anew at every decision. */
  settings(): TransactionSettings
  /** Partitions of `__transaction_state` that ids are spread over; 0 while the topic is not there. */
  partitionCount(): number
  /** The log of a partition of `__transaction_state`. Throws NOT_COORDINATOR when this broker does not lead it. */
  open(partition: number): RecordLog | Promise<RecordLog>
  /** The leader epoch of a partition of `__transaction_state`: a later coordinator has a higher one. */
  coordinatorEpoch(partition: number): number
  /** An id that no producer has had. */
  nextProducerId(): Promise<number>
}

type Wait<T> = T | Promise<T>
type TransactionShard = Shard<TransactionMachine, TransactionRecord>

export class Transactions {
  readonly #world: TransactionsWorld
  readonly #shards: Shards<TransactionMachine, TransactionRecord>
  /** Transactions whose markers are on their way, by id. */
  readonly #spreading = new Map<string, { readonly decided: Transaction; readonly done: Deferred<void> }>()
  readonly #troubles: MarkerTroubles
  readonly #cancels = new Map<string, Cancel>()
  #stopped = false

  constructor(world: TransactionsWorld) {
    this.#world = world
    this.#troubles = new MarkerTroubles(world.logger)
    const kind: MachineKind<TransactionMachine, TransactionRecord> = {
      create: () => new TransactionMachine(),
      encode: record => encodeTransactionRecord(record, world.settings().transactionVersion),
      decode: decodeTransactionRecord,
      // Kafka goes on without what comes behind such a record, and lets in whoever was fenced there.
      passesOverMalformed: true,
      loaded: machine => this.#loaded(machine),
    }
    this.#shards = new Shards('transaction', world, kind, index => world.open(index))
    this.#everyNowAndThen(
      'timeouts',
      () => world.settings().abortIntervalMs,
      shard => this.#abortLate(shard),
    )
    this.#everyNowAndThen(
      'expiry',
      () => world.settings().removeIntervalMs,
      shard => this.#expire(shard),
    )
  }

  /**
   * The id and epoch for a transactional id. Throws INVALID_REQUEST, INVALID_TRANSACTION_TIMEOUT, PRODUCER_FENCED, and
   * CONCURRENT_TRANSACTIONS while an earlier transaction is being ended.
   */
  async init(ask: InitAsk): Promise<ProducerIdentity> {
    const { transactionalId, timeoutMs } = ask
    if (transactionalId === '') throw new Refusal('INVALID_REQUEST')
    if (timeoutMs <= 0 || timeoutMs > this.#world.settings().maxTimeoutMs) {
      throw new Refusal('INVALID_TRANSACTION_TIMEOUT')
    }
    for (let freshId: number | null = null; ; ) {
      const fresh = freshId
      const result = await this.#decide('init', transactionalId, at => decideInit(at, ask, fresh))
      if (result.done) return result.done
      if (!result.needsId) {
        this.#spread(transactionalId)
        throw new Refusal('CONCURRENT_TRANSACTIONS')
      }
      freshId = await this.#world.nextProducerId()
    }
  }

  /** Throws INVALID_REQUEST, INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, CONCURRENT_TRANSACTIONS. */
  add(ask: PartitionsAsk, clientVersion: number): Wait<void> {
    if (ask.transactionalId === '') throw new Refusal('INVALID_REQUEST')
    return this.#decide('add', ask.transactionalId, at => decideAdd(at, ask, clientVersion))
  }

  /** Whether each partition is in the transaction that is open: NONE or TRANSACTION_ABORTABLE. Throws as `add`. */
  verify(ask: PartitionsAsk): Wait<ErrorName[]> {
    if (ask.transactionalId === '') throw new Refusal('INVALID_REQUEST')
    return this.#on(ask.transactionalId, shard => shard.read(machine => verify(machine, ask)))
  }

  /** The producer's id and epoch from here on. Answers when the end is decided for good; the markers follow. */
  async end(ask: EndAsk): Promise<ProducerIdentity> {
    if (ask.transactionalId === '') throw new Refusal('INVALID_REQUEST')
    for (let freshId: number | null = null; ; freshId = await this.#world.nextProducerId()) {
      const fresh = freshId
      const result = await this.#decide('end', ask.transactionalId, at => decideEnd(at, ask, fresh))
      if (!result.done) continue
      if (result.spreads) this.#spread(ask.transactionalId)
      return result.done
    }
  }

  /** Resolves when the end that is under way is complete, or given up; null when there is none. */
  settling(transactionalId: string): Promise<void> | null {
    return this.#spreading.get(transactionalId)?.done.promise ?? null
  }

  /** Throws INVALID_REQUEST, TRANSACTIONAL_ID_NOT_FOUND. */
  describe(transactionalId: string): Wait<Transaction> {
    if (transactionalId === '') throw new Refusal('INVALID_REQUEST')
    return this.#on(transactionalId, shard =>
      shard.read(machine => {
        const known = machine.get(transactionalId)
        if (!known || known.state === 'Dead') throw new Refusal('TRANSACTIONAL_ID_NOT_FOUND')
        return known
      }),
    )
  }

  /** Every transactional id of this broker that passes the filters. */
  async list(filters: ListFilters): Promise<Transaction[]> {
    const nowMs = this.#world.clock.now()
    const found = await Promise.all(
      Array.from({ length: this.#world.partitionCount() }, async (_, index) => {
        try {
          return await this.#shards.use(index, shard =>
            shard.read(machine => listTransactions(machine, filters, nowMs)),
          )
        } catch (error) {
          if (error instanceof Refusal && error.error === 'NOT_COORDINATOR') return []
          throw error
        }
      }),
    )
    return found.flat()
  }

  /** Reads all partitions that this broker leads: transactions that were being ended when it stopped go on. */
  async loadAll(): Promise<void> {
    if (this.#stopped) return
    await this.list({ states: ['none'], producerIds: [], openForMs: -1, matches: () => false })
  }

  /** Another broker leads the partition now, or this one anew. */
  resign(partition: number): void {
    this.#shards.resign(partition)
  }

  resignAll(): void {
    this.#shards.resignAll()
  }

  stop(): void {
    this.#stopped = true
    for (const cancel of this.#cancels.values()) cancel()
    this.#shards.resignAll()
  }

  #loaded(machine: TransactionMachine): void {
    const decided = [...machine.all()].filter(({ state }) => state === 'PrepareCommit' || state === 'PrepareAbort')
    // Not at once: the shard is not ready before its first decision is over.
    this.#world.timers.after(0, () => {
      for (const { transactionalId } of decided) this.#spread(transactionalId)
    })
  }

  /** Writes the markers of a transaction that has been decided, and then completes it. Never throws. */
  #spread(transactionalId: string): void {
    const spread = async (): Promise<void> => {
      const index = this.#indexOf(transactionalId)
      const decided = await this.#shards.use(index, shard => shard.read(machine => machine.get(transactionalId)))
      if (!decided?.state.startsWith('Prepare') || this.#spreading.get(transactionalId)?.decided === decided) return
      const done = new Deferred<void>()
      this.#spreading.set(transactionalId, { decided, done })
      try {
        const epoch = this.#world.coordinatorEpoch(index)
        await spreadMarkers(this.#world, this.#troubles, decided, epoch, () => this.#stopped)
        if (!this.#stopped) await this.#decide('complete', transactionalId, at => decideComplete(at, decided))
      } finally {
        this.#spreading.delete(transactionalId)
        done.resolve()
      }
    }
    spread().catch((error: unknown) => {
      if (this.#stopped) return
      // Another coordinator, or this one when it has read its log again, finds the decision there and goes on.
      this.#world.logger.warn('transaction.spread.failed', { transactionalId, error: String(error) })
    })
  }

  async #abortLate(shard: TransactionShard): Promise<void> {
    for (let ids: readonly number[] = []; ; ) {
      const fresh = ids
      const { aborted, idsNeeded, hasMore } = await shard.write('timeouts', (machine, turn) =>
        decideTimeouts(this.#at(machine, turn), fresh),
      )
      for (const transactionalId of aborted) {
        this.#world.logger.info('transaction.timeout', { transactionalId })
        this.#spread(transactionalId)
      }
      if ((idsNeeded === 0 && !hasMore) || this.#stopped) return
      ids = await Promise.all(Array.from({ length: idsNeeded }, async () => this.#world.nextProducerId()))
      await new Promise<void>(resolve => this.#world.timers.endOfTurn(resolve))
    }
  }

  async #expire(shard: TransactionShard): Promise<void> {
    await shard.write('expire', (machine, turn) => decideExpire(this.#at(machine, turn)))
  }

  #everyNowAndThen(name: string, intervalMs: () => number, work: (shard: TransactionShard) => Promise<void>): void {
    const next = (): void => {
      const cancel = this.#world.timers.after(intervalMs(), () => {
        for (const shard of this.#shards.active()) {
          work(shard).catch((error: unknown) => {
            if (error instanceof Refusal) return
            this.#world.logger.error('transaction.round.failed', { round: name, error: String(error) })
          })
        }
        if (!this.#stopped) next()
      })
      this.#cancels.set(name, cancel)
    }
    next()
  }

  #decide<T>(name: string, transactionalId: string, decide: (at: TransactionTurn) => T): Wait<T> {
    return this.#on(transactionalId, shard => shard.write<T>(name, (machine, turn) => decide(this.#at(machine, turn))))
  }

  #on<T>(transactionalId: string, use: (shard: TransactionShard) => Wait<T>): Wait<T> {
    return this.#shards.use(this.#indexOf(transactionalId), use)
  }

  #indexOf(transactionalId: string): number {
    if (this.#stopped) throw new Refusal('COORDINATOR_NOT_AVAILABLE')
    const count = this.#world.partitionCount()
    if (count === 0) throw new Refusal('NOT_COORDINATOR')
    return partitionOf(transactionalId, count)
  }

  #at(machine: TransactionMachine, turn: TransactionTurn['turn']): TransactionTurn {
    return { machine, turn, settings: this.#world.settings() }
  }
}
