/** A connection for scenarios: one request at a time, its reply decoded, held to what arrived byte by byte, and timed out. */
import net from 'node:net'
import { codecOf } from '../../src/protocol/codec'
import { framed } from '../../src/protocol/frame'
import { readResponseHeader, writeRequestHeader } from '../../src/protocol/header'
import type { Api, RequestDraft, ResponseOf } from '../../src/protocol/schema'
import { Reader } from '../../src/protocol/wire/reader'
import { bytesOf } from '../../src/protocol/wire/writer'

/** The broker closed the connection instead of answering. */
export class Closed extends Error {}
export class NoAnswer extends Error {}

const answerTimeoutMs = 15_000

export class Wire {
  private readonly socket: net.Socket
  private received = Buffer.alloc(0)
  private over = false
  private wake: () => void = () => {}
  private correlationId = 0

  private constructor(socket: net.Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', chunk => {
      this.received = Buffer.concat([this.received, chunk])
      this.wake()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.over = true
      this.wake()
    })
  }

  /** With `localAddress` the broker sees that it comes from there: any address of the loopback will do. */
  static open(port: number, localAddress = '127.0.0.1'): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ port, host: '127.0.0.1', localAddress })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Wire(socket))
      })
    })
  }

  /** Sends bytes as they are, no frame around them. */
  write(bytes: Buffer): void {
    this.socket.write(bytes)
  }

  /** Sends a request without waiting for anything. Returns its correlation id. */
  send<A extends Api>(api: A, version: number, body: RequestDraft<A>): number {
    const correlationId = ++this.correlationId
    const { buffers } = framed(writer => {
      writeRequestHeader(writer, api, { apiVersion: version, correlationId, clientId: 'oracle' })
      codecOf(api, 'request', version).write(writer, body as never)
    })
    for (const buffer of buffers) this.socket.write(buffer)
    return correlationId
  }

  async ask<A extends Api>(api: A, version: number, body: RequestDraft<A>): Promise<ResponseOf<A>> {
    const correlationId = this.send(api, version, body)
    return this.answer(api, version, correlationId)
  }

  /** Reads the next frame as the reply to a request sent before. */
  async answer<A extends Api>(api: A, version: number, correlationId: number): Promise<ResponseOf<A>> {
    const frame = await this.frame()
    const reader = new Reader(frame)
    const got = readResponseHeader(reader, api, version)
    if (got !== correlationId) throw new Error(`correlation id ${got}, not ${correlationId}`)
    const headerBytes = frame.length - reader.remaining
    const reply = codecOf(api, 'response', version).read(reader)
    const again = bytesOf(writer => codecOf(api, 'response', version).write(writer, reply as never))
    if (!again.equals(frame.subarray(headerBytes))) {
      throw new Error(
        `${api.name} v${version}: our codec does not reproduce the reply ${frame.subarray(headerBytes).toString('hex').slice(0, 400)}`,
      )
    }
    return reply as ResponseOf<A>
  }

  /** The next frame without its length. Throws Closed when the connection ends first, NoAnswer when none comes in time. */
  async frame(timeoutMs = answerTimeoutMs): Promise<Buffer> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      if (this.received.length >= 4) {
        const length = this.received.readInt32BE(0)
        if (this.received.length >= 4 + length) {
          const frame = this.received.subarray(4, 4 + length)
          this.received = this.received.subarray(4 + length)
          return frame
        }
      }
      if (this.over) throw new Closed('the connection was closed')
      const leftMs = deadline - Date.now()
      if (leftMs <= 0) throw new NoAnswer(`no answer within ${timeoutMs} ms`)
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, leftMs)
        this.wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  close(): void {
    this.socket.destroy()
  }
}
