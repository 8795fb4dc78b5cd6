/** `broker.faults`: how a test asks for what goes wrong. */
import type { ErrorName } from '../protocol/errors'
import type { Command, Fault, Gives, Takes } from './commands'
import { durationMs } from './duration'

export interface FaultOptions {
  /** So many requests; without it, all until it is lifted. */
  readonly times?: number
  /** Only requests that name the topic, by its name or its id. A fetch that goes on with its session names none. */
  readonly topic?: string
  readonly group?: string
  readonly clientId?: string
}

/** A fault that is in force. */
export interface FaultHandle extends AsyncDisposable {
  lift(): Promise<void>
}

type Ask = <C extends Command>(command: C, argument: Takes<C>) => Promise<Gives<C>>

const nothing = { error: null, delayMs: 0, drops: false, after: false }

export class FaultDoor {
  readonly #ask: Ask

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** Requests of an API (`Produce`; `*` for all) are refused with an error of Kafka. In force when the promise resolves. */
  error(api: string, error: ErrorName, options: FaultOptions = {}): Promise<FaultHandle> {
    return this.#add({ ...nothing, ...whom(api, options), error })
  }

  /** They are carried out so much later. Milliseconds, or a text as `2s`. */
  delay(api: string, by: number | string, options: FaultOptions = {}): Promise<FaultHandle> {
    return this.#add({ ...nothing, ...whom(api, options), delayMs: durationMs(by) })
  }

  /** The connection ends instead of an answer. With `after`, what was asked has been done: only the answer is lost. */
  drop(api: string, options: FaultOptions & { readonly after?: boolean } = {}): Promise<FaultHandle> {
    return this.#add({ ...nothing, ...whom(api, options), drops: true, after: options.after ?? false })
  }

  /** Ends all connections at once, and gives how many there were. */
  disconnectAll(): Promise<number> {
    return this.#ask('disconnect', null)
  }

  /** Lifts all. */
  async clear(): Promise<void> {
    await this.#ask('clearFaults', null)
  }

  async #add(fault: Fault): Promise<FaultHandle> {
    const id = await this.#ask('addFault', fault)
    const lift = async (): Promise<void> => {
      await this.#ask('liftFault', id)
    }
    return { lift, [Symbol.asyncDispose]: lift }
  }
}

const whom = (api: string, { topic, group, clientId, times }: FaultOptions) => ({
  api,
  topic: topic ?? null,
  group: group ?? null,
  clientId: clientId ?? null,
  times: times ?? null,
})
