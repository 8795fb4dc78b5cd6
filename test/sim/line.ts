/** A client's line to the broker: opened when it is needed, dropped when anything fails, held up while the story says so. */
import { ClientConnection } from '../../src/client/connection'
import type { Address } from '../../src/platform/network'
import type { Platform } from '../../src/platform/platform'
import type { World } from '../../src/platform/simulated/world'
import type { Api, RequestDraft, ResponseOf } from '../../src/protocol/schema'

export const brokerAddress = { host: 'broker', port: 9092 }

/** Who wants to speak waits while it is closed; who has spoken is counted until it has its answer. */
export class Gate {
  isOpen = false
  #waiting: (() => void)[] = []
  #speaking = 0
  #whenQuiet: (() => void)[] = []

  open(): void {
    this.isOpen = true
    for (const resume of this.#waiting.splice(0)) resume()
  }

  close(): void {
    this.isOpen = false
  }

  async pass<T>(speak: () => Promise<T>): Promise<T> {
    while (!this.isOpen) await new Promise<void>(resolve => void this.#waiting.push(resolve))
    this.#speaking += 1
    try {
      return await speak()
    } finally {
      this.#speaking -= 1
      if (this.#speaking === 0) for (const tell of this.#whenQuiet.splice(0)) tell()
    }
  }

  /** Resolves when nobody waits for an answer. */
  async quiet(): Promise<void> {
    if (this.#speaking > 0) await new Promise<void>(resolve => void this.#whenQuiet.push(resolve))
  }
}

/** Whether an error says no more than that the answer did not come. */
export function isUnanswered(error: unknown): boolean {
  const { name, code } = error as { name?: string; code?: string }
  return name === 'Disconnected' || ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE'].includes(code ?? '')
}

export class Line {
  readonly #platform: Pick<Platform, 'network' | 'timers'>
  readonly #address: Address
  readonly #clientId: string
  readonly #gate: Gate | null
  readonly #requestTimeoutMs: number
  #connection: ClientConnection | null = null

  /** `gate` null: nothing holds it up. */
  constructor(
    platform: Pick<Platform, 'network' | 'timers'>,
    clientId: string,
    gate: Gate | null,
    requestTimeoutMs = 5_000,
    address: Address = brokerAddress,
  ) {
    this.#platform = platform
    this.#address = address
    this.#clientId = clientId
    this.#gate = gate
    this.#requestTimeoutMs = requestTimeoutMs
  }

  ask<A extends Api>(api: A, version: number, body: RequestDraft<A>): Promise<ResponseOf<A>> {
    return this.use(connection => connection.request(api, version, body))
  }

  /** Rejects with an error that `isUnanswered` when the broker is not there or goes away. */
  use<T>(speak: (connection: ClientConnection) => Promise<T>): Promise<T> {
    return this.#gate ? this.#gate.pass(() => this.#use(speak)) : this.#use(speak)
  }

  async #use<T>(speak: (connection: ClientConnection) => Promise<T>): Promise<T> {
    const { network, timers } = this.#platform
    try {
      if (!this.#connection?.isOpen) {
        const options = { network, timers, clientId: this.#clientId, requestTimeoutMs: this.#requestTimeoutMs }
        this.#connection = await ClientConnection.open(this.#address, { ...options, maxFrameBytes: 1 << 26 })
      }
      return await speak(this.#connection)
    } catch (error) {
      this.close()
      throw error
    }
  }

  close(): void {
    this.#connection?.close()
    this.#connection = null
  }
}

/** Asks again until there is an answer: for looking, since whoever changes something must know how often it asked. */
export class StubbornLine extends Line {
  readonly #world: World

  constructor(world: World, platform: Platform, clientId: string) {
    super(platform, clientId, null)
    this.#world = world
  }

  override ask<A extends Api>(api: A, version: number, body: RequestDraft<A>): Promise<ResponseOf<A>> {
    return insist(this.#world, () => super.ask(api, version, body))
  }
}

/** Asks again until there is an answer. */
export async function insist<T>(world: World, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!isUnanswered(error)) throw error
      await world.sleep(50)
    }
  }
}
