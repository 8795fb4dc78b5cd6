/** An engine that runs somewhere else: commands and answers travel as messages. */
import type { PlaceKind, Workers, Workplace } from '../platform/workers'
import {
  type Command,
  type Engine,
  type EngineEvents,
  type Gives,
  type Takes,
  type Told,
  ToldBrokerError,
  type ToldError,
} from './contract/commands'

interface Waiting {
  resolve(answer: unknown): void
  reject(error: ToldBrokerError): void
}

export class RemoteEngine implements Engine {
  readonly #place: Workplace
  readonly #events: EngineEvents
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #gone: ToldError | null = null

  /** `program` is the path of `workplace.js`. */
  constructor(workers: Workers, program: string, kind: PlaceKind, events: EngineEvents) {
    this.#events = events
    this.#place = workers.start(program, kind, {
      message: message => this.#told(message as Told),
      gone: why => {
        const message = `the broker is gone: ${why.message}`
        this.#lost({ message, code: 'BROKER_GONE' })
        events.gone?.(message)
      },
    })
    this.#place.hold(false)
  }

  ask<C extends Command>(cluster: number, command: C, argument: Takes<C>): Promise<Gives<C>> {
    if (this.#gone) return Promise.reject(new ToldBrokerError(this.#gone))
    const id = ++this.#lastId
    return new Promise<Gives<C>>((resolve, reject) => {
      // Who waits for an answer must live to hear it; a broker that nobody waits for keeps no process alive.
      if (this.#waiting.size === 0) this.#place.hold(true)
      this.#waiting.set(id, { resolve: answer => resolve(answer as Gives<C>), reject })
      this.#place.send({ id, cluster, command, argument })
    })
  }

  async close(): Promise<void> {
    this.#lost({ message: 'this broker has been stopped', code: 'BROKER_STOPPED' })
    await this.#place.end()
  }

  #told(told: Told): void {
    if (told.id === null) {
      if ('log' in told) this.#events.log(told.log)
      else if ('event' in told) this.#events.event?.(told.cluster, told.event)
      else this.#events.question?.(told.cluster, told.question)
      return
    }
    const waiting = this.#waiting.get(told.id)
    // An answer that comes when its asker has been told of the end is no reason to let go: somebody waits for that end.
    if (!waiting) return
    this.#waiting.delete(told.id)
    if (this.#waiting.size === 0) this.#place.hold(false)
    if (told.error) waiting.reject(new ToldBrokerError(told.error))
    else waiting.resolve(told.answer)
  }

  #lost(why: ToldError): void {
    this.#gone ??= why
    for (const { reject } of this.#waiting.values()) reject(new ToldBrokerError(why))
    this.#waiting.clear()
  }
}
