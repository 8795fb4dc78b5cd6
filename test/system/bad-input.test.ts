/**
 * What broken and hostile clients send to a node on loopback: it answers with the protocol's own error or closes the
 * connection with one line in its log, serves everybody else all the while, and its memory does not grow.
 */
import { connect, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ClientConnection } from '../../src/client/connection'
import { readConfig } from '../../src/node/config/config'
import { type Node, startNode } from '../../src/node/node'
import { lineLogger } from '../../src/platform/logger'
import { nodeTimers } from '../../src/platform/node/clock'
import { nodeNetwork } from '../../src/platform/node/network'
import { nodePlatform } from '../../src/platform/node/platform'
import { Dice } from '../../src/platform/simulated/dice'
import { codecOf, decode } from '../../src/protocol/codec'
import { ApiVersions } from '../../src/protocol/messages/api-versions'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { Fetch } from '../../src/protocol/messages/fetch'
import { Metadata } from '../../src/protocol/messages/metadata'
import { Produce } from '../../src/protocol/messages/produce'
import { makeBatch } from '../support/batches'
import { framedBytes, mutated, requestFrame } from '../support/hostile'

const mib = 1024 * 1024
const topic = 'input'
const batchBytes = 512 * 1024
const batches = 16

let node: Node
let probe: ClientConnection
const lines: string[] = []
const sockets = new Set<Socket>()

/** Its records have times of long ago, and are to stay however long this takes. */
const settings = ['odradek.connection.log.closed.per.minute=100000', 'log.retention.ms=-1']

beforeAll(async () => {
  const logger = lineLogger(
    line => void lines.push(line),
    () => 0,
    'info',
  )
  const { config } = readConfig({
    flags: { port: '0', host: '127.0.0.1', profile: 'test', set: settings },
    environment: {},
    readFile: () => Buffer.alloc(0),
    defaultProfile: 'test',
  })
  node = await startNode(nodePlatform({ logger }), config)
  const options = { network: nodeNetwork, timers: nodeTimers, clientId: 'probe', requestTimeoutMs: 50_000 }
  probe = await ClientConnection.open(node.address, { ...options, maxFrameBytes: 32 * mib })
  await probe.request(CreateTopics, 7, {
    topics: [{ name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
  })
  for (let i = 0; i < batches; i += 1) await produce(makeBatch({ valueBytes: batchBytes }))
})

afterEach(() => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
})

afterAll(async () => {
  probe.close()
  await node.stop()
})

const produceOf = (records: Buffer) => ({
  transactionalId: null,
  acks: -1,
  timeoutMs: 5_000,
  topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
})

async function produce(records: Buffer): Promise<number> {
  const { responses } = await probe.request(Produce, 9, produceOf(records))
  return responses[0]!.partitionResponses[0]!.errorCode
}

const fetchOf = (fetchOffset: number, maxBytes: number) => ({
  maxWaitMs: 0,
  minBytes: 0,
  maxBytes,
  topics: [{ topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: maxBytes }] }],
})

/** Another client on another connection: it is served at once, whatever the others do. */
async function isServed(): Promise<void> {
  const { responses } = await probe.request(Fetch, 12, fetchOf(3, 1_000))
  expect(responses[0]!.partitions[0]).toMatchObject({ errorCode: 0 })
  expect(responses[0]!.partitions[0]!.records!.length).toBeGreaterThan(batchBytes)
}

async function opened(): Promise<Socket> {
  const socket = connect(node.address.port, '127.0.0.1')
  sockets.add(socket)
  socket.on('error', () => {})
  await new Promise<void>(resolve => socket.once('connect', resolve))
  return socket
}

/** What came back: the reply behind its length, or null when the connection was closed. */
async function exchange(bytes: Buffer, end = false): Promise<Buffer | null> {
  const socket = await opened()
  const reply = new Promise<Buffer | null>(resolve => {
    let received = Buffer.alloc(0)
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk])
      if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) resolve(received.subarray(4))
    })
    socket.on('close', () => resolve(null))
  })
  if (end) socket.end(bytes)
  else socket.write(bytes)
  const result = await reply
  socket.destroy()
  return result
}

/** Lines since the last look. What ends a connection is told in the turn in which it ends. */
const newLines = (): string[] => lines.splice(0)

const valid = requestFrame(Metadata, 12, { topics: [], allowAutoTopicCreation: false })

function patched(frame: Buffer, patch: (frame: Buffer) => void): Buffer {
  const copy = Buffer.from(frame)
  patch(copy)
  return copy
}

const header = (apiKey: number, version: number, flexible: boolean): Buffer => {
  const bytes = Buffer.alloc(flexible ? 11 : 10)
  bytes.writeInt16BE(apiKey, 0)
  bytes.writeInt16BE(version, 2)
  bytes.writeInt32BE(7, 4)
  bytes.writeInt16BE(-1, 8)
  return bytes
}
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
/** A request of Metadata v12 with such a body. */
const body12 = (text: string): Buffer => framedBytes(Buffer.concat([header(3, 12, true), hex(text)]))
/** A request of Metadata v8, which is not flexible. */
const body8 = (text: string): Buffer => framedBytes(Buffer.concat([header(3, 8, false), hex(text)]))
/** Unsigned varint. */
function varint(value: number): string {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.from([...bytes, rest]).toString('hex')
}
/** So many empty tagged fields that nobody knows. */
const tags = (count: number): string =>
  varint(count) + Array.from({ length: count }, (_, i) => `${varint(i + 100)}00`).join('')

describe('a connection is closed, with one line', () => {
  test.each<[string, Buffer]>([
    ['an API that there is not', patched(valid, frame => frame.writeInt16BE(9_999, 4))],
    ['a negative API', patched(valid, frame => frame.writeInt16BE(-1, 4))],
    ['an API of other listeners', patched(valid, frame => frame.writeInt16BE(52, 4))],
    ['a version that there is not', patched(valid, frame => frame.writeInt16BE(99, 6))],
    ['a negative version', patched(valid, frame => frame.writeInt16BE(-1, 6))],
    ['a length of 2^31-1', hex('7fffffff 00000000')],
    ['a negative length', hex('ffffffff 00000000')],
    ['the least length there is', hex('80000000 00000000')],
    ['an empty frame', hex('00000000')],
    ['a frame shorter than a header', hex('00000003 000300')],
    ['text: another protocol', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['a TLS hello', hex('1603010200 010001fc0303')],
    ['a request cut short', framedBytes(valid.subarray(4, -2))],
    ['a list of 2^31-1 topics', body8('7fffffff')],
    ['a list of -2 topics', body8('fffffffe')],
    ['a list of 100,000,000 topics', body8('05f5e100')],
    ['a list of 2^32-2 topics in a varint', body12('ffffffff0f')],
    ['a varint that does not end', body12('ffffffffffffff')],
    ['a name longer than the frame', body8('00000001 7fff')],
    ['a negative name', body8('00000001 fffe')],
    ['a client id longer than the frame', framedBytes(hex('0003 000c 00000007 7fff'))],
    ['more tags than bytes', body12('01 01 00 ffffffff07')],
    ['a tag longer than the frame', body12('01 01 00 01 64 ffffffff07')],
    ['fewer tags than it says', framedBytes(Buffer.concat([valid.subarray(4, -1), hex('05 00')]))],
  ])('%s', async (_, bytes) => {
    newLines()
    expect(await exchange(bytes)).toBeNull()
    expect(newLines()).toEqual([expect.stringMatching(/ warn {2}connection-closed client=\S+ why=/)])
    await isServed()
  })

  test('garbage, many times over', async () => {
    const dice = new Dice('garbage')
    newLines()
    for (let i = 0; i < 200; i += 1) {
      const bytes = framedBytes(dice.bytes(dice.between(0, 300)))
      // An API that is not, so that nothing is served by chance.
      if (bytes.length >= 6) bytes.writeInt16BE(dice.between(1_000, 9_000), 4)
      expect(await exchange(bytes)).toBeNull()
    }
    expect(newLines()).toHaveLength(200)
    await isServed()
  })
})

describe('the protocol has a word for it', () => {
  test('a version of ApiVersions that there is not: UNSUPPORTED_VERSION in version 0, with what there is', async () => {
    const { minVersion: lowest, maxVersion: highest } = node.broker.apiVersions().find(({ apiKey }) => apiKey === 18)!
    const request = requestFrame(ApiVersions, 4, { clientSoftwareName: 'a', clientSoftwareVersion: '1' })
    for (const version of [highest + 1, 99, 32_767, -1]) {
      const reply = await exchange(patched(request, frame => frame.writeInt16BE(version, 6)))
      const { errorCode, apiKeys } = decode(codecOf(ApiVersions, 'response', 0), reply!.subarray(4))
      expect({ errorCode, apiKeys }).toEqual({
        errorCode: 35,
        apiKeys: [{ apiKey: 18, minVersion: lowest, maxVersion: highest }],
      })
    }
    await isServed()
  })

  test('many unknown tags are passed over', async () => {
    for (const count of [1, 100, 20_000]) {
      const bytes = framedBytes(Buffer.concat([header(3, 12, true), hex(`01 01 00 ${tags(count)}`)]))
      expect(await exchange(bytes)).not.toBeNull()
    }
    await isServed()
  })

  const one = makeBatch({ timestamps: [1_700_000_000_000, 1_700_000_000_001] })
  /** The check sum is made to fit again. */
  test.each<[string, number, Buffer]>([
    ['a bad CRC', 2, patched(one, batch => (batch[70]! ^= 1))],
    ['a batch cut short', 87, one.subarray(0, -3)],
    ['a batch that says it is longer', 87, patched(one, batch => batch.writeInt32BE(0x7fffffff, 8))],
    ['a batch of negative length', 2, patched(one, batch => batch.writeInt32BE(-5, 8))],
    ['records that are none', 87, Buffer.alloc(5)],
    ['no batch', 87, Buffer.alloc(0)],
    ['two batches', 87, Buffer.concat([one, one])],
    ['a batch that is too large', 10, makeBatch({ valueBytes: 2 * mib })],
  ])('%s', async (_, errorCode, records) => {
    newLines()
    expect(await produce(records)).toBe(errorCode)
    expect(newLines().length).toBeLessThanOrEqual(1)
    await isServed()
  })

  test.each([-1, 0, 1, 3, 0x7fffffff])('a batch that says it has %i records', async count => {
    const { crc32c } = jest.requireActual<typeof import('@node-rs/crc32')>('@node-rs/crc32')
    const bytes = patched(one, batch => {
      batch.writeInt32BE(count, 57)
      batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
    })
    expect([2, 87]).toContain(await produce(bytes))
    await isServed()
  })

  test('more partitions than anybody needs', async () => {
    for (const numPartitions of [0x7fffffff, 0, -2]) {
      const { topics } = await probe.request(CreateTopics, 7, {
        topics: [{ name: `many${numPartitions}`, numPartitions, replicationFactor: 1, assignments: [], configs: [] }],
      })
      expect(topics[0]!.errorCode).not.toBe(0)
    }
    await isServed()
  })
})

describe('memory stays flat', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void

  /** Bytes held outside and inside of the heap, once what is not needed is gone. */
  async function held(): Promise<number> {
    for (let i = 0; i < 3; i += 1) {
      await new Promise(resolve => setImmediate(resolve))
      collect()
    }
    const { arrayBuffers, heapUsed } = process.memoryUsage()
    return arrayBuffers + heapUsed
  }

  /** Lets the node see what has been sent: it answers a probe that was sent later. */
  async function settled(): Promise<void> {
    for (let i = 0; i < 5; i += 1) await isServed()
  }

  test('over thousands of damaged requests: 16 MiB', async () => {
    const dice = new Dice('memory')
    const frames = [
      valid,
      requestFrame(Fetch, 12, fetchOf(0, 1_000)),
      requestFrame(Produce, 9, produceOf(makeBatch({ valueBytes: 2_000 }))),
    ]
    const some = async (count: number) => {
      for (let i = 0; i < count; i += 1) {
        const socket = await opened()
        const isOver = new Promise<void>(resolve => socket.once('close', () => resolve()))
        socket.on('data', () => socket.destroy())
        socket.end(mutated(frames[i % frames.length]!, dice))
        await isOver
        sockets.delete(socket)
        if (i % 100 === 0) await isServed()
      }
      newLines()
    }
    await some(300)
    const before = await held()
    await some(3_000)
    expect((await held()) - before).toBeLessThan(16 * mib)
    await isServed()
  })

  test('100 connections that announce 100 MB and send 10 bytes: 3 MiB each at most, and none afterwards', async () => {
    const before = await held()
    const residentBefore = process.memoryUsage().rss
    for (let i = 0; i < 100; i += 1) (await opened()).write(hex('05f5e100 00030000000000000000'))
    await settled()
    expect((await held()) - before).toBeLessThan(300 * mib)
    // What was announced has not been touched.
    expect(process.memoryUsage().rss - residentBefore).toBeLessThan(64 * mib)
    for (const socket of sockets) socket.destroy()
    await settled()
    expect((await held()) - before).toBeLessThan(64 * mib)
  })

  test('20 connections that ask for 8 GB and read nothing: 8 MiB each at most', async () => {
    const before = await held()
    const asked = requestFrame(Fetch, 12, fetchOf(0, 8 * mib))
    for (let i = 0; i < 20; i += 1) {
      const socket = await opened()
      socket.pause()
      for (let n = 0; n < 50; n += 1) socket.write(asked)
    }
    await settled()
    expect((await held()) - before).toBeLessThan(20 * 8 * mib)
    await isServed()
  })

  test('200 half-open connections, and 50 that send half a header', async () => {
    const before = await held()
    for (let i = 0; i < 200; i += 1) await opened()
    for (let i = 0; i < 50; i += 1) (await opened()).write(hex('000000'))
    await settled()
    expect((await held()) - before).toBeLessThan(16 * mib)
  })
})
