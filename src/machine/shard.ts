/**
 * Runs one machine over one log: decide, replay, append, and answer once durable.
 *
 * Decisions are synchronous, so nothing needs a lock. Nobody is ever told what could still be taken back: a reply waits
 * until everything its decision saw is durable. A failed append, or a decision that broke an invariant, unloads the shard;
 * the next caller has it loaded anew from its log.
 */
import { Invariant } from '../platform/assert'
import type { Clock, Timers } from '../platform/clock'
import type { LogFields, Logger } from '../platform/logger'
import { Refusal } from '../protocol/errors'
import { Malformed } from '../protocol/wire/faults'
import { Parking } from './parking'
import type { EndOfTransaction, KeyValue, Origin, RecordLog } from './record-log'
import { noProducer } from './record-log'
import { NamedTimers } from './timers'
import { Parked, Turn } from './turn'

/** State that a log of records rebuilds. */
export interface Machine<R> {
  /** Changes the state as the record says. `live` is false while loading: the record comes from the log. */
  replay(record: R, at: ReplayedAt): void
  /** A transaction of `origin` ended. */
  replayMarker?(committed: boolean, origin: Origin): void
}

export interface ReplayedAt {
  readonly offset: number
  readonly origin: Origin
  readonly live: boolean
}

/** What a shard must know of the machine that it runs. */
export interface MachineKind<M extends Machine<R>, R> {
  create(): M
  encode(record: R): KeyValue
  /** Null for a record that this machine has no use for. */
  decode(key: Buffer, value: Buffer | null): R | null
  /** Whether records that are Malformed are passed over while loading, and told of; else one of them keeps all from being loaded. */
  readonly passesOverMalformed?: boolean
  /** The first decision after loading: arms timers again. */
  loaded(machine: M, turn: Turn<R>): void
}

export interface ShardWorld {
  readonly clock: Clock
  readonly timers: Timers
  readonly logger: Logger
}

export type ShardState = 'idle' | 'loading' | 'active' | 'failed' | 'resigned'

const loadRetryMs = 1_000

export class Shard<M extends Machine<R>, R> {
  readonly name: string
  readonly #world: ShardWorld
  readonly #kind: MachineKind<M, R>
  readonly #open: () => RecordLog | Promise<RecordLog>
  readonly #parking = new Parking()
  readonly #timers: NamedTimers
  #state: ShardState = 'idle'
  #loading: Promise<void> | null = null
  #machine: M | null = null
  #log: RecordLog | null = null
  /** A log that could not be read is left alone until then, in monotonic milliseconds: reading it may take long. */
  #loadNotBefore = 0
  /** Why loading failed the last time: a log that stays as it is is told of once, however often somebody asks. */
  #toldWhy: string | null = null

  /** `open` gives the log, or throws a Refusal when this broker does not lead it. */
  constructor(name: string, world: ShardWorld, kind: MachineKind<M, R>, open: () => RecordLog | Promise<RecordLog>) {
    this.name = name
    this.#world = world
    this.#kind = kind
    this.#open = open
    this.#timers = new NamedTimers(world.clock, world.timers)
  }

  get state(): ShardState {
    return this.#state
  }

  /** Calls that wait for a later decision. */
  get waiting(): number {
    return this.#parking.count
  }

  /** Loads when that has not happened; undefined when the shard is ready. Rejects as `open` and the log do. */
  ready(): Promise<void> | undefined {
    if (this.#state === 'active') return undefined
    const mayNotLoad = this.#state === 'resigned' || this.#world.clock.monotonic() < this.#loadNotBefore
    if (mayNotLoad) return Promise.reject(new Refusal('NOT_COORDINATOR'))
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null
    })
    return this.#loading
  }

  /**
   * Decides, and answers once that is durable: at once where nothing has to be waited for. A Refusal thrown by `decide`
   * reaches the caller; it must be thrown before anything is changed. With an `origin` the records are part of its
   * transaction.
   */
  write<T>(
    name: string,
    decide: (machine: M, turn: Turn<R>) => T | Parked<T>,
    origin: Origin = noProducer,
  ): T | Promise<T> {
    const machine = this.#active()
    const turn = this.#turn(machine, origin)
    let reply: T | Parked<T>
    try {
      reply = decide(machine, turn)
    } catch (error) {
      const cause = error instanceof Refusal && turn.isTouched ? new Invariant(`${name} refused midway`) : error
      if (cause instanceof Refusal) {
        return this.#whenDurable(() => {
          throw cause
        })
      }
      this.#fail(name, cause)
      throw cause
    }
    this.#append(name, turn, origin)
    const settled = this.#deliver(turn)
    if (reply instanceof Parked) {
      // A failure to become durable has refused the seat; there is no second caller to tell.
      settled?.catch(() => undefined)
      return reply.reply
    }
    const answer = reply
    return settled ? settled.then(() => answer) : answer
  }

  /** Ends a transaction that records were written in. Throws what the log has against the marker. */
  endTransaction(marker: EndOfTransaction): void | Promise<void> {
    const machine = this.#active()
    this.#log!.appendMarker(marker)
    machine.replayMarker?.(marker.commit, marker)
    return this.#whenDurable(() => undefined)
  }

  /** A look at the state, answered only once everything it saw is durable. */
  read<T>(look: (machine: M) => T): T | Promise<T> {
    const seen = look(this.#active())
    return this.#whenDurable(() => seen)
  }

  /** Gives the shard up, as when another broker takes over: everybody who waits is told. */
  resign(): void {
    this.#unload('resigned', new Refusal('NOT_COORDINATOR'))
  }

  async #load(): Promise<void> {
    this.#state = 'loading'
    const startedAt = this.#world.clock.monotonic()
    let records: number
    try {
      const log = await this.#open()
      const machine = this.#kind.create()
      records = await this.#replayAll(log, machine)
      // Resigned while the log was being read: what was loaded is nobody's.
      if (this.state !== 'loading') throw new Refusal('NOT_COORDINATOR')
      this.#log = log
      this.#machine = machine
      this.#state = 'active'
      this.#toldWhy = null
    } catch (error) {
      if (this.state === 'loading') this.#state = 'failed'
      if (error instanceof Refusal) throw error
      this.#loadNotBefore = this.#world.clock.monotonic() + loadRetryMs
      this.#tellWhy(error)
      throw new Refusal('NOT_COORDINATOR')
    }
    const tookMs = Math.round(this.#world.clock.monotonic() - startedAt)
    if (records > 0) this.#world.logger.info('shard.loaded', { shard: this.name, records, tookMs })
    await this.write('loaded', (machine, turn) => this.#kind.loaded(machine, turn))
  }

  /** Gives how many records there were. Throws RecordFailed for the first that cannot be replayed. */
  async #replayAll(log: RecordLog, machine: M): Promise<number> {
    let records = 0
    const passedOver = new PassedOver()
    await log.readAll({
      record: (key, value, offset, origin) => {
        records += 1
        try {
          const record = this.#kind.decode(key, value)
          if (record !== null) machine.replay(record, { offset, origin, live: false })
        } catch (error) {
          if (!this.#kind.passesOverMalformed || !(error instanceof Malformed)) throw new RecordFailed(offset, error)
          passedOver.add(offset, error)
        }
      },
      marker: (committed, _offset, origin) => machine.replayMarker?.(committed, origin),
    })
    if (passedOver.count > 0) {
      this.#world.logger.error('shard.records.passed-over', { shard: this.name, ...passedOver.facts() })
    }
    return records
  }

  #tellWhy(error: unknown): void {
    const at = error instanceof RecordFailed ? error.offset : null
    const why = textOf(error instanceof RecordFailed ? error.cause : error)
    const whole = `${at} ${why}`
    if (whole === this.#toldWhy) return
    this.#toldWhy = whole
    this.#world.logger.error('shard.load.failed', { shard: this.name, ...(at !== null && { offset: at }), error: why })
  }

  #active(): M {
    if (this.#state === 'active' && this.#machine) return this.#machine
    throw new Refusal(
      this.#state === 'loading' || this.#state === 'idle' ? 'COORDINATOR_LOAD_IN_PROGRESS' : 'NOT_COORDINATOR',
    )
  }

  #turn(machine: M, origin: Origin): Turn<R> {
    const first = this.#log!.end
    return new Turn<R>(
      {
        parking: this.#parking,
        timers: this.#timers,
        replay: (record, nth) => machine.replay(record, { offset: first + nth, origin, live: true }),
        decideLater: (name, decide) => this.#onTimer(name, decide),
      },
      this.#world.clock.now(),
    )
  }

  #onTimer(name: string, decide: (turn: Turn<R>) => void): void {
    if (this.#state !== 'active') return
    try {
      const done = this.write(name, (_machine, turn) => decide(turn))
      // A failed write has unloaded the shard and said so already; no caller waits for a timer.
      if (done instanceof Promise) done.catch(() => undefined)
    } catch (error) {
      if (error instanceof Refusal) return
      this.#world.logger.error('shard.timer.failed', { shard: this.name, timer: name, error: textOf(error) })
    }
  }

  #append(name: string, turn: Turn<R>, origin: Origin): void {
    if (turn.records.length === 0) return
    try {
      this.#log!.append(
        turn.records.map(record => this.#kind.encode(record)),
        origin,
      )
    } catch (error) {
      const refusal = refusalFor(error)
      for (const answer of turn.answers) answer.refuse(refusal)
      this.#fail(name, error)
      throw refusal
    }
  }

  #deliver(turn: Turn<R>): Promise<void> | undefined {
    const settled = this.#durable()
    if (!settled) {
      for (const answer of turn.answers) answer.say()
      return undefined
    }
    return settled.then(
      () => {
        for (const answer of turn.answers) answer.say()
      },
      error => {
        for (const answer of turn.answers) answer.refuse(error)
        throw error
      },
    )
  }

  #whenDurable<T>(say: () => T): T | Promise<T> {
    const settled = this.#durable()
    return settled ? settled.then(say) : say()
  }

  #durable(): Promise<void> | undefined {
    const log = this.#log!
    const settled = log.durable(log.end)
    return settled?.catch((error: unknown) => {
      if (this.#log === log) this.#fail('flush', error)
      throw new Refusal('NOT_COORDINATOR')
    })
  }

  #fail(name: string, error: unknown): void {
    this.#world.logger.error('shard.failed', { shard: this.name, during: name, error: textOf(error) })
    this.#unload('failed', new Refusal('NOT_COORDINATOR'))
  }

  #unload(state: ShardState, error: Refusal): void {
    this.#state = state
    this.#machine = null
    this.#log = null
    this.#timers.cancelAll()
    this.#parking.evacuate(error)
  }
}

/** A record of the log that could not be replayed, for `cause`. */
class RecordFailed extends Error {
  readonly offset: number
  constructor(offset: number, cause: unknown) {
    super('a record could not be replayed', { cause })
    this.offset = offset
  }
}

/** How many records were passed over, and what was wrong with the first. */
class PassedOver {
  count = 0
  #first: { readonly offset: number; readonly error: string } | null = null

  add(offset: number, error: Malformed): void {
    this.count += 1
    this.#first ??= { offset, error: textOf(error) }
  }

  facts(): LogFields {
    return { records: this.count, ...this.#first }
  }
}

/** As Kafka has it: who can write again before long is asked again, and of others somebody else coordinates. */
function refusalFor(error: unknown): Refusal {
  const isShort = error instanceof Refusal && error.error === 'NOT_ENOUGH_REPLICAS'
  return new Refusal(isShort ? 'COORDINATOR_NOT_AVAILABLE' : 'NOT_COORDINATOR')
}

/** What a log refuses, and bytes that cannot be read, are no bug: where it was thrown is of no use to anybody. */
function textOf(error: unknown): string {
  if (error instanceof Refusal) return `${error.error}: ${error.message}`
  if (error instanceof Malformed) return `${error.name}: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
