/** Who is asking, through which door, in which version. Facts only: services live in the broker. */

import type { Cancel } from '../platform/clock'

export interface Call {
  /** Kind and name: `User:ann`. */
  readonly principal: string
  /** Whether the client has proved that. */
  readonly isAuthenticated: boolean
  /** Whether it was proved with a delegation token, which its owner may have given away. */
  readonly isByToken: boolean
  readonly namespace: string
  readonly listener: string
  readonly clientId: string | null
  /** The address a group description shows, as Kafka writes it: `/127.0.0.1`. */
  readonly clientHost: string
  readonly version: number
  readonly apiKey: number
  /** Of the request as it came, without the length before it. */
  readonly requestBytes: number
  readonly connection: CallConnection
  /**
   * Called by a handler that borrows before it first waits: the request's buffer then stays as it is until what is returned
   * is called, once. Undefined where the buffer cannot be kept.
   */
  readonly keep?: (() => () => void) | undefined
  /** Runs `run` once when nobody looks at the reply's buffers any more: it has left, or never will. Say it once. */
  whenSent(run: () => void): void
  /** Lets the connection begin its next request while this one waits for its reply. */
  accepted(): void
  /** The reply says that the client should wait so long, and its connection is not listened to meanwhile (KIP-219). */
  throttle(ms: number): void
  /** The reply is sent twice, as nobody should: for those who want to see what their client makes of it. */
  repeat(): void
}

/** The connection behind a call: where it arrived, what its client says of itself, and its end. */
export interface CallConnection {
  /** Unique among the connections of this process. */
  readonly id: number
  readonly localHost: string
  readonly localPort: number
  readonly remoteHost: string
  readonly remotePort: number
  clientSoftwareName: string
  clientSoftwareVersion: string
  /** Runs when the connection is over; in a later turn when it already is. The result takes the wish back. */
  onClosed(run: () => void): Cancel
  /**
   * Runs when the connection is about to end, for it is closed or the broker stops: who waits for something better then
   * answers with what there is. Otherwise as `onClosed`.
   */
  onEnding(run: () => void): Cancel
  readonly isClosed: boolean
  /** Closes it at once, for the reason given. */
  close(why: string): void
}
