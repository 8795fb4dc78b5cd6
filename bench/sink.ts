/**
 * No broker: it answers a Produce request as one, and has not even looked at its records. How fast it is says how fast
 * the load generator, the sockets and the machine are by themselves: what a broker in one process could reach at most.
 *
 * With a path it does what a broker cannot leave out, in one thread and nothing else: it gathers the records, checks their CRC
 * and writes them to that file. What it reaches is as much as a broker of one thread could.
 *
 *     node scripts/run.js bench/sink.ts PORT [PATH]
 */
import fs from 'node:fs'

import net from 'node:net'
import { codecOf, decode } from '../src/protocol/codec'
import { framed } from '../src/protocol/frame'
import { readRequestHeader, type RequestHeader, writeResponseHeader } from '../src/protocol/header'
import { CreateTopics } from '../src/protocol/messages/create-topics'
import { DeleteTopics } from '../src/protocol/messages/delete-topics'
import { ListOffsets } from '../src/protocol/messages/list-offsets'
import { Produce } from '../src/protocol/messages/produce'
import type { Api, ResponseDraft } from '../src/protocol/schema'
import { crcAt } from '../src/protocol/records/batch'
import { crc32c } from '../src/protocol/records/crc32c'
import { Reader } from '../src/protocol/wire/reader'

/** More than all that stands before the records of a Produce request; other requests of the benchmark are shorter. */
const headBytes = 1024
/** No request of the benchmark is longer. */
const frameBytesMax = 2 * 1024 * 1024
/** As much as a broker reads at a time. */
const readBytes = 64 * 1024

function replyOf<A extends Api>(api: A, header: RequestHeader, body: ResponseDraft<A>): Buffer {
  const { buffers } = framed(writer => {
    writeResponseHeader(writer, api, header.apiVersion, header.correlationId)
    codecOf(api, 'response', header.apiVersion).write(writer, body as never)
  })
  return Buffer.concat(buffers as Buffer[])
}

const [port, path] = process.argv.slice(2)
const file = path === undefined ? null : fs.openSync(path, 'w')
/** The file begins anew here, so that it never fills the disk. */
const fileBytesMax = 1 << 30
let position = 0

/** Keeps one batch. */
function keep(batch: Buffer): void {
  if (crc32c(batch, 21) !== crcAt(batch)) throw new Error('the CRC of a batch does not hold')
  if (position + batch.length > fileBytesMax) position = 0
  position += fs.writeSync(file!, batch, 0, batch.length, position)
}

/** The head of a Produce request of one partition, version 3 to 8, and its reply; null without acks. */
function produced(header: RequestHeader, reader: Reader): Buffer | null {
  reader.int16()
  const acks = reader.int16()
  reader.int32()
  reader.int32()
  const name = reader.text(reader.int16())
  reader.int32()
  const index = reader.int32()
  if (file !== null) keep(reader.slice(reader.int32()))
  if (acks === 0) return null
  const partitionResponses = [{ index, errorCode: 0, baseOffset: 0, logAppendTimeMs: -1, logStartOffset: 0 }]
  return replyOf(Produce, header, { responses: [{ name, partitionResponses }] })
}

function answer(head: Buffer): Buffer | null {
  const reader = new Reader(head)
  const header = readRequestHeader(reader)
  const rest = () => reader.slice(reader.end - reader.at)
  if (header.apiKey === Produce.key) return produced(header, reader)
  if (header.apiKey === CreateTopics.key) {
    const { topics } = decode(codecOf(CreateTopics, 'request', header.apiVersion), rest())
    return replyOf(CreateTopics, header, { topics: topics.map(({ name }) => ({ name, errorCode: 0 })) })
  }
  if (header.apiKey === DeleteTopics.key) {
    const { topicNames } = decode(codecOf(DeleteTopics, 'request', header.apiVersion), rest())
    return replyOf(DeleteTopics, header, { responses: topicNames.map(name => ({ name, errorCode: 0 })) })
  }
  if (header.apiKey !== ListOffsets.key) throw new Error(`the sink has no answer to API key ${header.apiKey}`)
  const { topics } = decode(codecOf(ListOffsets, 'request', header.apiVersion), rest())
  const reply = topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0, timestamp: -1, offset: 0 })),
  }))
  return replyOf(ListOffsets, header, { topics: reply })
}

/** Frames of one connection: heads are kept, what follows is only counted. */
class Drain {
  /** With a file there is room for whole frames. */
  private readonly head = Buffer.alloc(4 + (file === null ? headBytes : frameBytesMax))
  private have = 0
  private left = 0
  private readonly send: (reply: Buffer) => void

  constructor(send: (reply: Buffer) => void) {
    this.send = send
  }

  take(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      if (this.have < 4 || this.have < Math.min(4 + this.head.readInt32BE(0), this.head.length)) {
        const wanted = this.have < 4 ? 4 : Math.min(4 + this.head.readInt32BE(0), this.head.length)
        const taken = bytes.copy(this.head, this.have, at, at + wanted - this.have)
        this.have += taken
        at += taken
        if (this.have === 4) this.left = this.head.readInt32BE(0)
        else if (this.have > 4) this.left -= taken
      } else {
        const taken = Math.min(this.left, bytes.length - at)
        this.left -= taken
        at += taken
      }
      if (this.have <= 4 || this.left > 0) continue
      const reply = answer(this.head.subarray(4, this.have))
      this.have = 0
      if (reply) this.send(reply)
    }
  }
}

const arrivals = Buffer.alloc(readBytes)
const server = net.createServer({ pauseOnConnect: true }, raw => {
  const drain = new Drain(reply => void socket.write(reply))
  // A server's sockets cannot be told where to read to; the handle moves to one that can.
  const handle = (raw as unknown as { _handle: object | null })._handle
  const onread = {
    buffer: arrivals,
    callback: (length: number) => {
      drain.take(arrivals.subarray(0, length))
      return true
    },
  }
  const socket = new net.Socket({ handle, onread } as unknown as net.SocketConstructorOpts)
  ;(raw as unknown as { _handle: object | null })._handle = null
  raw.destroy()
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.resume()
  socket.read(0)
})
server.listen(Number(port), '127.0.0.1')
