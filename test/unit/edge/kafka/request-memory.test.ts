/** What requests hold that have not arrived in full, counted where their memory is taken. */
import { apiVersions } from '../../../../src/broker/apis/api-versions'
import { routesOf } from '../../../../src/broker/pipeline'
import type { Complaints } from '../../../../src/edge/kafka/complaints'
import { KafkaConnection } from '../../../../src/edge/kafka/connection'
import { RequestMemory } from '../../../../src/edge/kafka/request-memory'
import { bufferPool } from '../../../../src/platform/buffer-pool'
import type { Timers } from '../../../../src/platform/clock'
import { silentLogger } from '../../../../src/platform/logger'
import type { Connection } from '../../../../src/platform/network'
import { longRequest } from '../../../support/long-request'
import { brokerWith } from '../../../support/handler-bench'
import { openMetadata } from '../../../support/metadata'

const mib = 1024 * 1024
const requestBytes = 9 * mib
const idleMs = 60_000

/** A client with a long request, which sends while it is listened to. */
class Client {
  isPaused = false
  isClosed = false
  replies = 0
  sentBytes = 0
  readonly #request = longRequest(requestBytes)
  connection!: KafkaConnection

  /** Sends up to so many bytes in pieces, and no more once it is paused. */
  send(bytes = this.#request.length): void {
    const endBytes = Math.min(this.sentBytes + bytes, this.#request.length)
    while (this.sentBytes < endBytes && !this.isPaused && !this.isClosed) {
      const piece = this.#request.subarray(this.sentBytes, Math.min(this.sentBytes + 64 * 1024, endBytes))
      this.sentBytes += piece.length
      this.connection.data(piece)
    }
  }
}

async function opened(maxBytes: number) {
  const broker = brokerWith(await openMetadata(), {
    apiVersions: () => [],
    features: () => ({ supported: [], finalized: [], epoch: 1 }),
  })
  const time = { nowMs: 0 }
  const clock = { now: () => 0, monotonic: () => time.nowMs }
  const timers: Timers = { after: () => () => {}, endOfTurn: run => queueMicrotask(run) }
  const lines: string[] = []
  const logger = { ...silentLogger, level: 'info' as const, warn: (event: string) => void lines.push(event) }
  const memory = new RequestMemory({ clock, logger, maxBytes: () => maxBytes })
  const address = { host: '127.0.0.1', port: 1 }
  const connect = () => {
    const client = new Client()
    const socket = {
      local: address,
      remote: address,
      queuedBytes: () => 0,
      pause: () => void (client.isPaused = true),
      resume: () => void (client.isPaused = false),
      end() {},
      destroy: () => void (client.isClosed = true),
      write: () => void (client.replies += 1),
    }
    client.connection = new KafkaConnection(
      socket as unknown as Connection,
      {
        routes: routesOf([apiVersions], broker, []),
        clock,
        timers,
        clientTime: { clock, timers },
        logger,
        complaints: { about() {} } as unknown as Complaints,
        listener: 'PLAINTEXT',
        maxFrameBytes: 100 * mib,
        memory,
        sasl: null,
      },
      () => {},
    )
    return client
  }
  return { connect, memory, time, lines }
}

/** What frames have taken of the pool and not given back, at most, while `run` runs. */
function mostHeld(run: () => void): number {
  const [take, give] = [bufferPool.take.bind(bufferPool), bufferPool.give.bind(bufferPool)]
  let [held, most] = [0, 0]
  jest.spyOn(bufferPool, 'take').mockImplementation(sizeBytes => {
    const buffer = take(sizeBytes)
    most = Math.max(most, (held += buffer.length))
    return buffer
  })
  jest.spyOn(bufferPool, 'give').mockImplementation(buffer => {
    held -= buffer.length
    give(buffer)
  })
  run()
  jest.restoreAllMocks()
  return most
}

test.each([
  ['all of 16 where there is no limit', Infinity, 16],
  ['those who came while anything was left', 10 * mib, 2],
])('long requests that arrive hold as much as they may: %s', async (_, maxBytes, admitted) => {
  const { connect, memory } = await opened(maxBytes)
  const clients = Array.from({ length: 16 }, connect)
  const most = mostHeld(() => {
    for (const client of clients) client.send(requestBytes - 1)
  })
  expect(clients.map(({ isPaused }) => isPaused)).toEqual(clients.map((_, nth) => nth >= admitted))
  expect(memory.heldBytes).toBe(admitted * (requestBytes - 4))
  // One that grows is there twice for a moment; one that waits has what was read with its length.
  expect(most).toBeLessThan((admitted + 1) * requestBytes + 16 * 64 * 1024)
  // In the order in which they came, each is answered when those before it have made room.
  for (const client of clients) client.send()
  expect(clients.map(({ replies }) => replies)).toEqual(clients.map(() => 1))
  expect([memory.heldBytes, memory.waiting]).toEqual([0, 0])
})

test('short requests are answered however much is held, and the log says once a minute that others wait', async () => {
  const { connect, lines } = await opened(mib)
  for (let nth = 0; nth < 4; nth++) connect().send(1000)
  const short = connect()
  short.connection.data(longRequest(100))
  const pieces = longRequest(60_000)
  short.connection.data(pieces.subarray(0, 10))
  short.connection.data(pieces.subarray(10))
  expect([short.replies, short.isPaused, lines]).toEqual([2, false, ['requests-wait']])
})

test('who ends makes room, also one that waited', async () => {
  const { connect, memory } = await opened(mib)
  const [first, second, third] = [connect(), connect(), connect()]
  for (const client of [first, second, third]) client.send(1000)
  second.connection.closed(null)
  expect([memory.waiting, third.isPaused]).toEqual([1, true])
  first.connection.closed(null)
  expect([memory.waiting, third.isPaused, memory.heldBytes]).toEqual([0, false, requestBytes - 4])
  third.connection.closed(null)
  expect(memory.heldBytes).toBe(0)
})

test('one that comes a byte at a time may be closed when others have waited for too long, and they may not', async () => {
  const { connect, time } = await opened(mib)
  const slow = connect()
  slow.send(1000)
  time.nowMs = 2 * idleMs
  slow.send(1)
  expect(slow.connection.isIdleFor(idleMs)).toBe(false)
  const other = connect()
  other.send(1000)
  expect([slow, other].map(({ connection }) => connection.isIdleFor(idleMs))).toEqual([true, false])
  time.nowMs = 4 * idleMs
  expect(other.connection.isIdleFor(idleMs)).toBe(false)
  slow.connection.destroy()
  expect([other.isPaused, other.connection.isIdleFor(idleMs)]).toEqual([false, false])
  time.nowMs = 6 * idleMs
  expect(other.connection.isIdleFor(idleMs)).toBe(true)
})
