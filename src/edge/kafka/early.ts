/** A connection that waits to be let in, with what it has said so far. */
import type { Connection, ConnectionEvents } from '../../platform/network'

export type Accept = (connection: Connection) => ConnectionEvents

export class Early implements ConnectionEvents {
  readonly connection: Connection
  readonly #gone: () => void
  #owner: ConnectionEvents | null = null
  #said: Buffer[] = []

  /** `gone` runs when it ends before it was let in. */
  constructor(connection: Connection, gone: () => void) {
    this.connection = connection
    this.#gone = gone
  }

  enter(accept: Accept): void {
    this.#owner = accept(this.connection)
    // First, since its owner may well want it to pause again.
    this.connection.resume()
    for (const chunk of this.#said) this.#owner.data(chunk)
    this.#said = []
  }

  data(chunk: Buffer): void {
    if (this.#owner) return this.#owner.data(chunk)
    this.#said.push(Buffer.from(chunk))
    this.connection.pause()
  }

  room(): Buffer | null {
    return this.#owner?.room?.() ?? null
  }

  drain(): void {
    this.#owner?.drain?.()
  }

  closed(error: Error | null): void {
    if (this.#owner) this.#owner.closed(error)
    else this.#gone()
  }
}
