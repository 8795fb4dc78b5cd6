/** Byte streams. TCP in a process, pipes in a simulated world; the edge sees no difference. */

export interface Address {
  readonly host: string
  readonly port: number
}

/** What a connection tells its owner. Handlers are set once, before any event can happen. */
export interface ConnectionEvents {
  /** Bytes that arrived. The buffer is only lent: it is valid during the call, so copy what must stay. */
  data(chunk: Buffer): void
  /**
   * Where the owner wants the next bytes, so that they need not be copied; `data` may then be called with a piece of that,
   * from its beginning on, or as ever. Asked after `data`; good until the next one. Null where it does not matter.
   */
  room?(): Buffer | null
  /** Everything handed to `write` has left for the operating system. */
  drain?(): void
  /** Over, for whatever reason; comes exactly once and last. */
  closed(error: Error | null): void
}

export interface Connection {
  readonly remote: Address
  readonly local: Address
  /**
   * Queues bytes. False when the peer is slower than we are: wait for `drain` before producing more. `gone` runs when
   * nobody looks at the buffers any more, sent or not; they must stay as they are until then.
   */
  write(buffers: readonly Uint8Array[], gone?: () => void): boolean
  /** Bytes queued and not yet taken by the operating system. */
  queuedBytes(): number
  pause(): void
  resume(): void
  /** Sends what is queued, then closes. */
  end(): void
  /** Closes at once. */
  destroy(): void
}

export interface Listener {
  readonly address: Address
  /** Stops accepting. Connections that are open stay open. */
  close(): Promise<void>
}

export interface Network {
  /** Connections of this process that came by any listener and are not closed. */
  readonly acceptedCount: number
  /** Port 0 picks a free one. Rejects with an ErrnoException (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`). */
  listen(address: Address, accept: (connection: Connection) => ConnectionEvents): Promise<Listener>
  connect(address: Address, events: (connection: Connection) => ConnectionEvents): Promise<Connection>
}
