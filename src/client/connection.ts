/** Our own small Kafka client: requests in, replies out, many in flight. For tests, tools and other brokers. */
import type { Cancel, Timers } from '../platform/clock'
import type { Address, Connection, Network } from '../platform/network'
import { codecOf } from '../protocol/codec'
import { Frames, framed } from '../protocol/frame'
import { readResponseHeader, writeRequestHeader } from '../protocol/header'
import type { Api, RequestDraft, ResponseOf } from '../protocol/schema'
import { Reader } from '../protocol/wire/reader'

/** The connection ended, or the answer did not come in time: whether the request was carried out is not known. */
export class Disconnected extends Error {
  override readonly name = 'Disconnected'
}

export interface ClientOptions {
  readonly network: Network
  readonly timers: Timers
  readonly clientId: string | null
  readonly requestTimeoutMs: number
  readonly maxFrameBytes: number
}

interface Waiting {
  readonly api: Api
  readonly version: number
  resolve(reply: unknown): void
  reject(error: Error): void
  readonly cancel: Cancel
}

export class ClientConnection {
  readonly #options: ClientOptions
  readonly #frames: Frames
  readonly #waiting = new Map<number, Waiting>()
  #connection: Connection | null = null
  #lastCorrelationId = 0
  #ended: Error | null = null

  private constructor(options: ClientOptions) {
    this.#options = options
    this.#frames = new Frames(options.maxFrameBytes, frame => this.#answered(Buffer.from(frame)))
  }

  /** Rejects with the network's error. */
  static async open(address: Address, options: ClientOptions): Promise<ClientConnection> {
    const client = new ClientConnection(options)
    client.#connection = await options.network.connect(address, () => ({
      data: chunk => client.#received(chunk),
      closed: error => client.#end(new Disconnected(error?.message ?? 'the broker closed the connection')),
    }))
    return client
  }

  get isOpen(): boolean {
    return this.#ended === null
  }

  /** Sends a request and waits for its reply. Rejects with Disconnected; throws Unwritable for a bad body. */
  request<A extends Api>(api: A, version: number, body: RequestDraft<A>): Promise<ResponseOf<A>> {
    const correlationId = this.#send(api, version, body)
    return new Promise<ResponseOf<A>>((resolve, reject) => {
      const cancel = this.#options.timers.after(this.#options.requestTimeoutMs, () => {
        this.#waiting.delete(correlationId)
        reject(new Disconnected(`no answer to ${api.name} within ${this.#options.requestTimeoutMs} ms`))
      })
      this.#waiting.set(correlationId, {
        api,
        version,
        resolve: reply => resolve(reply as ResponseOf<A>),
        reject,
        cancel,
      })
    })
  }

  /** Sends a request that gets no reply (Produce with acks=0). */
  tell<A extends Api>(api: A, version: number, body: RequestDraft<A>): void {
    this.#send(api, version, body)
  }

  close(): void {
    this.#connection?.destroy()
    this.#end(new Disconnected('closed by this side'))
  }

  #send<A extends Api>(api: A, version: number, body: RequestDraft<A>): number {
    if (this.#ended) throw this.#ended
    const correlationId = ++this.#lastCorrelationId
    const { buffers } = framed(writer => {
      writeRequestHeader(writer, api, { apiVersion: version, correlationId, clientId: this.#options.clientId })
      codecOf(api, 'request', version).write(writer, body as never)
    })
    this.#connection?.write(buffers)
    return correlationId
  }

  #received(chunk: Buffer): void {
    try {
      this.#frames.push(chunk)
    } catch (error) {
      this.#connection?.destroy()
      this.#end(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #answered(frame: Buffer): void {
    const waiting = this.#waiting.get(frame.readInt32BE(0))
    if (!waiting) return
    this.#waiting.delete(frame.readInt32BE(0))
    waiting.cancel()
    const reader = new Reader(frame)
    readResponseHeader(reader, waiting.api, waiting.version)
    waiting.resolve(codecOf(waiting.api, 'response', waiting.version).read(reader))
  }

  #end(why: Error): void {
    if (this.#ended) return
    this.#ended = why
    for (const { reject, cancel } of this.#waiting.values()) {
      cancel()
      reject(why)
    }
    this.#waiting.clear()
  }
}
