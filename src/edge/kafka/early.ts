/** A connection that waits to be let in, with what it has said so far. */
import type { Connection, ConnectionEvents } from '../../platform/network'

export type Accept = (connection: Connection) => ConnectionEvents

export class Early implements ConnectionEvents {
  readonly connection: Connection
  readonly #over: () => void
  #owner: ConnectionEvents | null = null
  #said: Buffer[] = []

  /** `over` runs when it waits no longer: it was let in, or has ended before. */
  constructor(connection: Connection, over: () => void) {
    this.connection = connection
    this.#over = over
  }

  enter(accept: Accept): void {
    this.#over()
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
    else this.#over()
  }
}
