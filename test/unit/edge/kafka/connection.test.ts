/** A client that is told to wait is answered at once, and its next request is not looked at until the time is up (KIP-219). */
import type { Timers } from '../../../../src/platform/clock'
import { apiVersions } from '../../../../src/broker/apis/api-versions'
import { routesOf } from '../../../../src/broker/pipeline'
import type { Stage } from '../../../../src/call/stage'
import type { Complaints } from '../../../../src/edge/kafka/complaints'
import { KafkaConnection } from '../../../../src/edge/kafka/connection'
import { RequestMemory } from '../../../../src/edge/kafka/request-memory'
import type { SaslOptions } from '../../../../src/edge/kafka/sasl-gate'
import { silentLogger } from '../../../../src/platform/logger'
import type { Connection } from '../../../../src/platform/network'
import { codecOf } from '../../../../src/protocol/codec'
import { framed } from '../../../../src/protocol/frame'
import { readResponseHeader, writeRequestHeader } from '../../../../src/protocol/header'
import { ApiVersions } from '../../../../src/protocol/messages/api-versions'
import { Reader } from '../../../../src/protocol/wire/reader'
import { PlainExchange } from '../../../../src/security/sasl/plain'
import { brokerWith } from '../../../support/handler-bench'
import { openMetadata } from '../../../support/metadata'

const version = 2

function request(correlationId: number): Buffer {
  const { buffers } = framed(writer => {
    writeRequestHeader(writer, ApiVersions, { apiVersion: version, correlationId, clientId: 'client' })
    codecOf(ApiVersions, 'request', version).write(writer, {} as never)
  })
  return Buffer.concat(buffers)
}

/** Replies come at once, or when `later` lets them, on a clock that shows `later.nowMs`. */
interface Later {
  nowMs: number
  readonly until: Promise<void>
}

async function opened(waits: number[], repeats = false, sasl: SaslOptions | null = null, later: Later | null = null) {
  const metadata = await openMetadata()
  const features = { supported: [], finalized: [], epoch: 1 }
  const broker = brokerWith(metadata, { apiVersions: () => [], features: () => features })
  const slow: Stage = (_handler, next) => (call, body) => {
    call.throttle(waits.shift() ?? 0)
    if (repeats) call.repeat()
    return later ? later.until.then(() => next(call, body)) : next(call, body)
  }
  const timers: { ms: number; run: () => void; isOff: boolean }[] = []
  const replies: { correlationId: number; throttleTimeMs: number }[] = []
  const shown: string[] = []
  const address = { host: '127.0.0.1', port: 1 }
  const socket = {
    local: address,
    remote: address,
    queuedBytes: () => 0,
    pause() {},
    resume() {},
    end() {},
    destroy() {},
    write(buffers: readonly Uint8Array[]) {
      for (let rest = Buffer.concat(buffers); rest.length > 0; rest = rest.subarray(4 + rest.readInt32BE(0))) {
        const reader = new Reader(rest.subarray(4, 4 + rest.readInt32BE(0)))
        if (sasl) {
          shown.push(rest.subarray(4, 4 + rest.readInt32BE(0)).toString('hex'))
          continue
        }
        const correlationId = readResponseHeader(reader, ApiVersions, version)
        const { throttleTimeMs } = codecOf(ApiVersions, 'response', version).read(reader)
        replies.push({ correlationId, throttleTimeMs })
      }
    },
  }
  const clock = { now: () => 0, monotonic: () => later?.nowMs ?? 0 }
  const ownTimers: Timers = {
    after(ms, run) {
      const timer = { ms, run, isOff: false }
      timers.push(timer)
      return () => void (timer.isOff = true)
    },
    endOfTurn: run => queueMicrotask(run),
  }
  const connection = new KafkaConnection(
    socket as unknown as Connection,
    {
      routes: routesOf([apiVersions], broker, [slow]),
      clock,
      timers: ownTimers,
      clientTime: { clock, timers: ownTimers },
      logger: { ...silentLogger, level: 'info' },
      complaints: { about() {} } as unknown as Complaints,
      listener: 'PLAINTEXT',
      maxFrameBytes: 1000,
      memory: new RequestMemory({ clock, logger: silentLogger, maxBytes: () => Infinity }),
      sasl,
    },
    () => {},
  )
  return { connection, timers, replies, shown, settled: () => new Promise(resolve => setImmediate(resolve)) }
}

test('its reply says how long, and what it sends meanwhile waits', async () => {
  const { connection, timers, replies, settled } = await opened([500])
  connection.data(Buffer.concat([request(1), request(2)]))
  connection.data(request(3))
  await settled()
  expect(replies).toEqual([{ correlationId: 1, throttleTimeMs: 500 }])
  expect(timers.map(({ ms }) => ms)).toEqual([500])
  timers[0]!.run()
  await settled()
  expect(replies.slice(1)).toEqual([
    { correlationId: 2, throttleTimeMs: 0 },
    { correlationId: 3, throttleTimeMs: 0 },
  ])
})

test('what it is told to wait begins when it is told, also where its reply had to wait', async () => {
  let answer = () => {}
  const later = { nowMs: 0, until: new Promise<void>(resolve => (answer = resolve)) }
  const { connection, timers, replies, settled } = await opened([500], false, null, later)
  connection.data(Buffer.concat([request(1), request(2)]))
  await settled()
  expect([replies, timers.map(({ ms }) => ms)]).toEqual([[], [500]])
  later.nowMs = 300
  answer()
  await settled()
  expect(replies).toEqual([{ correlationId: 1, throttleTimeMs: 500 }])
  expect(timers.map(({ ms, isOff }) => ({ ms, isOff }))).toEqual([
    { ms: 500, isOff: true },
    { ms: 500, isOff: false },
  ])
  timers[1]!.run()
  await settled()
  expect(replies[1]).toEqual({ correlationId: 2, throttleTimeMs: 0 })
})

test('who ends the connection takes the wish with him', async () => {
  const { connection, timers, replies, settled } = await opened([500])
  connection.data(Buffer.concat([request(1), request(2)]))
  connection.destroy()
  await settled()
  expect(timers[0]!.isOff).toBe(true)
  expect(replies.filter(({ correlationId }) => correlationId === 2)).toEqual([])
})

test('a reply that is repeated stands there twice, before that of the next request', async () => {
  const { connection, replies, settled } = await opened([], true)
  connection.data(Buffer.concat([request(1), request(2)]))
  await settled()
  expect(replies.map(({ correlationId }) => correlationId)).toEqual([1, 1, 2, 2])
})

test('who asks in the middle of saying who he is hears no, in the shape of what he asked, after the wait for failures', async () => {
  const sasl: SaslOptions = {
    mechanisms: ['PLAIN'],
    begin: () => new PlainExchange(new Map()),
    maxReauthMs: () => 0,
    maxReceiveBytes: () => 1000,
    failureDelayMs: () => 100,
  }
  const { connection, timers, shown, settled } = await opened([], false, sasl)
  const handshake = Buffer.from('0000000f0011000100000001ffff0005504c41494e', 'hex')
  handshake.writeInt32BE(handshake.length - 4)
  connection.data(Buffer.concat([handshake, request(2)]))
  expect(shown).toEqual(['0000000100000000000100' + '05504c41494e'])
  expect(timers.map(({ ms }) => ms)).toEqual([100])
  timers[0]!.run()
  await settled()
  // ILLEGAL_SASL_STATE, no APIs, no wait.
  expect(shown[1]).toBe('00000002' + '0022' + '00000000' + '00000000')
})
