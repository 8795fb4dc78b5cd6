/** What one decision does: records written, calls parked and answered, timers moved. Carried out by the shard at its end. */
import type { Parking, Seat } from './parking'
import type { NamedTimers } from './timers'

/** The reply of a decision that leaves its caller waiting. */
export class Parked<T> {
  readonly reply: Promise<T>
  constructor(reply: Promise<T>) {
    this.reply = reply
  }
}

export interface TurnHost<R> {
  readonly parking: Parking
  readonly timers: NamedTimers
  /** Changes the machine as reading the record from the log would. */
  replay(record: R, nth: number): void
  /** Runs a decision of its own when a timer fires. */
  decideLater(name: string, decide: (turn: Turn<R>) => void): void
}

/** A reply that was decided and is said later. */
interface Answer {
  say(): void
  refuse(error: unknown): void
}

export class Turn<R> {
  /** Milliseconds since the epoch; the same for everything in one decision. */
  readonly nowMs: number
  readonly records: R[] = []
  readonly answers: Answer[] = []
  readonly #host: TurnHost<R>
  #parked = 0

  constructor(host: TurnHost<R>, nowMs: number) {
    this.#host = host
    this.nowMs = nowMs
  }

  /** Remembers a record: the machine changes now, the log is appended to when the decision ends. */
  record(record: R): void {
    this.#host.replay(record, this.records.length)
    this.records.push(record)
  }

  /** A place for the caller to wait; return `parked(seat)` from the decision and keep the seat in the state. */
  seat<T>(): Seat<T> {
    this.#parked += 1
    return this.#host.parking.take<T>()
  }

  parked<T>(seat: Seat<T>): Parked<T> {
    return new Parked(seat.reply)
  }

  /** Answers a waiting call once everything decided so far is durable. */
  answer<T>(seat: Seat<T>, reply: T): void {
    this.answers.push({ say: () => seat.answer(reply), refuse: error => seat.refuse(error) })
  }

  /** Decides again after `delayMs`, unless the name is armed anew or cancelled. */
  arm(name: string, delayMs: number, decide: (turn: Turn<R>) => void): void {
    this.#host.timers.arm(name, delayMs, () => this.#host.decideLater(name, decide))
  }

  cancel(name: string): void {
    this.#host.timers.cancel(name)
  }

  /** Whether anything was changed: a decision that refuses must not have. */
  get isTouched(): boolean {
    return this.records.length > 0 || this.answers.length > 0 || this.#parked > 0
  }
}
