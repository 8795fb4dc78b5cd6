/**
 * The load generator: a process of its own that costs little. Requests are built once and sent again and again; of replies only the
 * length, the error code and, for a fetch, the number of record bytes are looked at. Takes a Job as JSON, prints a LoadResult as JSON.
 */
import net from 'node:net'
import { codecOf } from '../src/protocol/codec'
import { framed } from '../src/protocol/frame'
import { writeRequestHeader } from '../src/protocol/header'
import { Fetch } from '../src/protocol/messages/fetch'
import { Produce } from '../src/protocol/messages/produce'
import type { Api, RequestDraft } from '../src/protocol/schema'
import type { LoadJob, LoadResult } from './job'
import { Latencies, ownCpu } from './latencies'
import { batchOf, type Producer, stampProducer } from './payload'
import { producerOf, transactions } from './transactions'

/** Not flexible, so that fields of replies stand at fixed places; every broker and client since 2018 has them. */
const produceVersion = 7
const fetchVersion = 11
const maxTopicBytes = 200

function requestOf<A extends Api>(api: A, version: number, body: RequestDraft<A>): Buffer {
  const { buffers } = framed(writer => {
    writeRequestHeader(writer, api, { apiVersion: version, correlationId: 1, clientId: 'bench' })
    codecOf(api, 'request', version).write(writer, body as never)
  })
  return Buffer.concat(buffers as Buffer[])
}

function produceRequest(job: LoadJob, index: number, batch: Buffer, acks: number): Buffer {
  const topicData = [{ name: job.topic, partitionData: [{ index, records: batch }] }]
  return requestOf(Produce, produceVersion, { acks, timeoutMs: 30_000, topicData })
}

/** Where the offset stands in a fetch of one partition: before the log start offset and the maximum, and two empty tails. */
function fetchRequest(job: LoadJob, partition: number): { request: Buffer; offsetAt: number } {
  const marker = 0x0123_4567_89ab
  const partitions = [{ partition, fetchOffset: marker, partitionMaxBytes: job.fetchBytes }]
  const body = {
    replicaId: -1,
    maxWaitMs: 1000,
    minBytes: 1,
    maxBytes: job.fetchBytes,
    isolationLevel: job.isReadCommitted ? 1 : 0,
    topics: [{ topic: job.topic, partitions }],
    forgottenTopicsData: [],
  }
  const request = requestOf(Fetch, fetchVersion, body)
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(marker))
  return { request, offsetAt: request.indexOf(bytes) }
}

/** Heads of replies are gathered here; what follows is only counted. */
const headBytes = 128 + maxTopicBytes

/** One connection: keeps `depth` requests in flight until the job's count is used up. */
class Lane {
  private readonly socket: net.Socket
  private readonly head = Buffer.alloc(headBytes)
  private headLength = 0
  private left = -1
  private readonly sentAt: number[] = []
  private sentHead = 0
  received = 0

  constructor(
    port: number,
    private_: { onReply: (lane: Lane, head: Buffer, sentAtMs: number) => void; onEnd: (why: string) => void },
  ) {
    this.socket = net.connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.alloc(1 << 20),
        callback: (bytes, buffer) => {
          this.take(Buffer.from(buffer.buffer, buffer.byteOffset, bytes), private_.onReply)
          return true
        },
      },
    })
    this.socket.on('error', error => private_.onEnd(error.message))
    this.socket.on('close', () => private_.onEnd('the broker closed the connection'))
  }

  ready(): Promise<void> {
    return new Promise(resolve => this.socket.once('connect', () => resolve()))
  }

  send(request: Buffer): boolean {
    this.sentAt.push(performance.now())
    return this.socket.write(request)
  }

  /** For requests that are never answered. */
  sendSilently(request: Buffer): Promise<void> | null {
    return this.socket.write(request) ? null : new Promise(resolve => this.socket.once('drain', resolve))
  }

  close(): void {
    this.socket.removeAllListeners('close')
    this.socket.destroy()
  }

  private take(bytes: Buffer, onReply: (lane: Lane, head: Buffer, sentAtMs: number) => void): void {
    let at = 0
    while (at < bytes.length) {
      if (this.left < 0) at += this.takeLength(bytes, at)
      if (this.left < 0) return
      const taken = Math.min(this.left, bytes.length - at)
      const kept = Math.min(taken, headBytes - this.headLength)
      if (kept > 0) bytes.copy(this.head, this.headLength, at, at + kept)
      this.headLength += Math.max(0, kept)
      this.left -= taken
      this.received += taken
      at += taken
      if (this.left > 0) return
      this.left = -1
      const head = this.head.subarray(0, this.headLength)
      this.headLength = 0
      const sentAtMs = this.sentAt[this.sentHead++] ?? 0
      if (this.sentHead > 4096) {
        this.sentAt.splice(0, this.sentHead)
        this.sentHead = 0
      }
      onReply(this, head, sentAtMs)
    }
  }

  /** The four bytes of a length may come in parts; they are gathered at the start of `head`. */
  private takeLength(bytes: Buffer, at: number): number {
    const taken = Math.min(4 - this.headLength, bytes.length - at)
    bytes.copy(this.head, this.headLength, at, at + taken)
    this.headLength += taken
    if (this.headLength === 4) {
      this.left = this.head.readInt32BE(0)
      this.headLength = 0
    }
    return taken
  }
}

function fail(why: string): never {
  process.stdout.write(`${JSON.stringify({ failed: why })}\n`)
  process.exit(1)
}

/** Offset of a partition's error code in replies: correlation id, counts, the topic's name, the partition. */
const produceErrorAt = (topic: string): number => 4 + 4 + 2 + topic.length + 4 + 4
const fetchErrorAt = (topic: string): number => 4 + 4 + 2 + 4 + 4 + 2 + topic.length + 4 + 4
const fetchRecordsAt = (topic: string): number => fetchErrorAt(topic) + 2 + 8 + 8 + 8 + 4 + 4

interface Source {
  /** The next request of a lane. */
  next(lane: number): Buffer
  /** Throws away nothing: bytes of records that a reply stands for. */
  bytesOf(head: Buffer): number
}

function produceSource(job: LoadJob): Source {
  const batch = batchOf(job.batchBytes, job.recordBytes, job.isKeyed)
  const requests = Array.from({ length: job.connections }, (_, lane) =>
    produceRequest(job, lane % job.partitions, batch, job.acks),
  )
  const errorAt = produceErrorAt(job.topic)
  return {
    next: lane => requests[lane] ?? fail('no such lane'),
    bytesOf: head => {
      const errorCode = head.readInt16BE(errorAt)
      if (errorCode !== 0) fail(`produce: error ${errorCode}`)
      return batch.length
    },
  }
}

/** Every request has the next sequence, and so a checksum of its own, which the generator has to make. */
async function idempotentSource(job: LoadJob): Promise<Source> {
  const batch = batchOf(job.batchBytes, job.recordBytes)
  const count = batch.readInt32BE(57)
  const lanes: { readonly producer: Producer; sequence: number }[] = []
  for (let lane = 0; lane < job.connections; lane++) {
    lanes.push({ producer: await producerOf(job, null), sequence: 0 })
  }
  const errorAt = produceErrorAt(job.topic)
  return {
    next: lane => {
      const own = lanes[lane] ?? fail('no such lane')
      const stamped = stampProducer(Buffer.from(batch), own.producer, own.sequence)
      own.sequence += count
      return produceRequest(job, lane % job.partitions, stamped, -1)
    },
    bytesOf: head => {
      const errorCode = head.readInt16BE(errorAt)
      if (errorCode !== 0) fail(`produce: error ${errorCode}`)
      return batch.length
    },
  }
}

function fetchSource(job: LoadJob): Source {
  const batch = batchOf(job.batchBytes, job.recordBytes)
  const batches = Math.max(1, Math.floor(job.fetchBytes / batch.length))
  const recordsEach = batch.readInt32BE(57) * batches
  const lanes = Array.from({ length: job.connections }, (_, lane) => ({
    ...fetchRequest(job, lane % job.partitions),
    at: 0,
  }))
  const end = job.recordsPerPartition
  const [errorAt, recordsAt] = [fetchErrorAt(job.topic), fetchRecordsAt(job.topic)]
  return {
    next: lane => {
      const own = lanes[lane] ?? fail('no such lane')
      if (own.at + recordsEach > end) own.at = 0
      own.request.writeBigInt64BE(BigInt(own.at), own.offsetAt)
      own.at += recordsEach
      // A write may be queued, and the buffer is changed for the next request.
      return job.depth === 1 ? own.request : Buffer.from(own.request)
    },
    bytesOf: head => {
      const errorCode = head.readInt16BE(errorAt)
      const bytes = head.readInt32BE(recordsAt)
      if (errorCode !== 0) fail(`fetch: error ${errorCode}`)
      if (bytes < batch.length) fail(`fetch: ${bytes} bytes of records, expected ${batches * batch.length}`)
      return bytes
    },
  }
}

/** Sends until the count is reached, with replies. */
async function answered(job: LoadJob, source: Source): Promise<LoadResult> {
  const latencies = new Latencies()
  let bytes = 0
  let asked = 0
  let answers = 0
  let finish: () => void = () => {}
  const done = new Promise<void>(resolve => {
    finish = resolve
  })
  const lanes: Lane[] = []
  const onReply = (lane: Lane, head: Buffer, sentAtMs: number): void => {
    bytes += source.bytesOf(head)
    answers++
    latencies.add(performance.now() - sentAtMs)
    if (asked < job.requests) {
      asked++
      lane.send(source.next(lanes.indexOf(lane)))
    } else if (answers === asked) finish()
  }
  for (let index = 0; index < job.connections; index++) lanes.push(new Lane(job.port, { onReply, onEnd: fail }))
  await Promise.all(lanes.map(lane => lane.ready()))
  const began = performance.now()
  for (let depth = 0; depth < job.depth; depth++) {
    for (const [index, lane] of lanes.entries()) {
      if (asked >= job.requests) break
      asked++
      lane.send(source.next(index))
    }
  }
  await done
  const seconds = (performance.now() - began) / 1000
  for (const lane of lanes) lane.close()
  return {
    bytes,
    requests: answers,
    seconds,
    p50Ms: latencies.quantileMs(0.5),
    p99Ms: latencies.quantileMs(0.99),
    cpuSeconds: ownCpu(),
  }
}

/** Produce with acks=0: as fast as the sockets take it, then one acknowledged request a lane to know that all is there. */
async function unanswered(job: LoadJob): Promise<LoadResult> {
  const batch = batchOf(job.batchBytes, job.recordBytes)
  const each = Math.ceil(job.requests / job.connections)
  let acknowledged: () => void = () => {}
  const errorAt = produceErrorAt(job.topic)
  const onReply = (_lane: Lane, head: Buffer): void => {
    if (head.readInt16BE(errorAt) !== 0) fail(`produce: error ${head.readInt16BE(errorAt)}`)
    acknowledged()
  }
  const lanes = Array.from({ length: job.connections }, () => new Lane(job.port, { onReply, onEnd: fail }))
  await Promise.all(lanes.map(lane => lane.ready()))
  const began = performance.now()
  let waiting = lanes.length
  const all = new Promise<void>(resolve => {
    acknowledged = () => {
      waiting--
      if (waiting === 0) resolve()
    }
  })
  await Promise.all(
    lanes.map(async (lane, index) => {
      const request = produceRequest(job, index % job.partitions, batch, 0)
      for (let sent = 0; sent < each; sent++) {
        const full = lane.sendSilently(request)
        if (full !== null) await full
      }
      lane.send(produceRequest(job, index % job.partitions, batch, 1))
    }),
  )
  await all
  const seconds = (performance.now() - began) / 1000
  for (const lane of lanes) lane.close()
  const requests = (each + 1) * lanes.length
  return { bytes: requests * batch.length, requests, seconds, p50Ms: 0, p99Ms: 0, cpuSeconds: ownCpu() }
}

async function main(): Promise<void> {
  const job = JSON.parse(process.argv[2] ?? '{}') as LoadJob
  if (job.topic.length > maxTopicBytes) fail('the name of the topic is too long')
  const result =
    job.kind === 'fetch'
      ? await answered(job, fetchSource(job))
      : job.kind === 'transactions'
        ? await transactions(job)
        : job.acks === 0
          ? await unanswered(job)
          : await answered(job, job.isIdempotent ? await idempotentSource(job) : produceSource(job))
  process.stdout.write(`${JSON.stringify(result)}\n`)
  process.exit(0)
}

main().catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)))
