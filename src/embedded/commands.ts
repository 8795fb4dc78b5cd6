/** What a broker in a test can be asked, wherever it runs. Everything here can be copied from one thread to another. */
import type { StartOptions, TopicSpec } from './options'

export interface ClusterFacts {
  /** By which it is named in further commands. */
  readonly cluster: number
  readonly host: string
  readonly port: number
  readonly clusterId: string
}

/** A connection that is open. */
export interface ClientFacts {
  readonly clientId: string | null
  /** As ApiVersions told it (KIP-511), `unknown` otherwise. */
  readonly software: string
  /** The port at the client's end. */
  readonly port: number
  readonly host: string
  readonly produces: boolean
  readonly fetches: boolean
  /** Memberships that this connection has spoken for. */
  readonly members: readonly { readonly group: string; readonly memberId: string }[]
}

export interface Commands {
  readonly start: { readonly takes: StartOptions; readonly gives: ClusterFacts }
  /** Gives those who had not disconnected. */
  readonly stop: { readonly takes: { readonly drainMs: number }; readonly gives: readonly ClientFacts[] }
  readonly connections: { readonly takes: null; readonly gives: readonly ClientFacts[] }
  readonly createTopics: { readonly takes: readonly TopicSpec[]; readonly gives: null }
  readonly deleteTopics: { readonly takes: readonly string[]; readonly gives: null }
}

export type Command = keyof Commands
export type Takes<C extends Command> = Commands[C]['takes']
export type Gives<C extends Command> = Commands[C]['gives']

/** Where commands go. Rejects with BrokerError. */
export interface Engine {
  ask<C extends Command>(cluster: number, command: C, argument: Takes<C>): Promise<Gives<C>>
  /** Ends everything that still runs, and gives back what it ran on. */
  close(): Promise<void>
}

export interface EngineEvents {
  /** A line of the broker's log. */
  log(line: string): void
}

/** The broker refused, or is gone. `code` is Kafka's name of an error, or the system's (`EADDRINUSE`); null without one. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError'
  readonly code: string | null

  constructor(message: string, code: string | null) {
    super(message)
    this.code = code
  }
}

/** An error as it travels. */
export interface ToldError {
  readonly message: string
  readonly code: string | null
}

export function toldError(error: unknown): ToldError {
  if (!(error instanceof Error)) return { message: String(error), code: null }
  const { code, error: kafka } = error as { code?: unknown; error?: unknown }
  const named = [kafka, code].find(one => typeof one === 'string')
  return { message: error.message, code: (named as string | undefined) ?? null }
}

/** How messages between the two look. */
export type Asked = { [C in Command]: { id: number; cluster: number; command: C; argument: Takes<C> } }[Command]
export type Told =
  | { readonly id: number; readonly answer: unknown; readonly error?: never }
  | { readonly id: number; readonly error: ToldError; readonly answer?: never }
  | { readonly id: null; readonly log: string }
