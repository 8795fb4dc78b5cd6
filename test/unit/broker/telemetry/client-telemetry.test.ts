/** What is remembered of clients that push their metrics, and for how long. */
import { gzipSync } from 'node:zlib'
import { ClientTelemetry } from '../../../../src/broker/telemetry/client-telemetry'
import type { Call } from '../../../../src/call/call'
import { silentLogger } from '../../../../src/platform/logger'

const connection = { clientSoftwareName: 'a', clientSoftwareVersion: '1', remoteHost: '10.0.0.9', remotePort: 4711 }
const call = { clientId: 'client', connection } as unknown as Call
const idOf = (n: number) => (n + 1_000).toString(16).padStart(32, '0')
const nobody = '0'.repeat(32)

function telemetryOf(intervalMs = 1_000) {
  const lines: object[] = []
  const at = { nowMs: 1_000_000, configs: { intervalMs, metrics: ['*'], match: [] } }
  const overrides = { texts: new Map() }
  const telemetry = new ClientTelemetry({
    clock: { now: () => at.nowMs, monotonic: () => at.nowMs },
    random: { next: () => 0, bytes: count => Buffer.alloc(count, 7) },
    logger: { ...silentLogger, info: (event, fields) => void lines.push({ event, ...fields }) },
    image: () => ({ overridden: () => ['one'], overrides: () => overrides.texts }) as never,
    configs: () => at.configs as never,
    maxBytes: () => 100,
  })
  const push = (clientInstanceId: string, subscriptionId: number, more: object = {}) =>
    telemetry.push(call, {
      clientInstanceId,
      subscriptionId,
      terminating: false,
      compressionType: 0,
      metrics: Buffer.alloc(0),
      ...more,
    })
  return { telemetry, push, at, lines, overrides }
}

test('a client without an id is given one', () => {
  const { telemetry } = telemetryOf()
  expect(telemetry.subscribe(call, nobody).instanceId).toBe('0707070707074707870707070707070707'.slice(0, 32))
})

test('what is pushed is told in a line', () => {
  const { telemetry, push, lines } = telemetryOf()
  const { subscription } = telemetry.subscribe(call, idOf(1))
  push(idOf(1), subscription.id, { metrics: gzipSync(Buffer.from('no protobuf')), compressionType: 1 })
  expect(lines).toEqual([
    {
      event: 'client.metrics',
      client: 'client',
      instance: 'AAAAAAAAAAAAAAAAAAAD6Q',
      bytes: 31,
      metrics: 0,
      terminating: false,
    },
  ])
})

test('what becomes too large is refused, before there is memory for it', () => {
  const { telemetry, push } = telemetryOf()
  const { subscription } = telemetry.subscribe(call, idOf(1))
  const bomb = { metrics: gzipSync(Buffer.alloc(10_000)), compressionType: 1 }
  expect(() => push(idOf(1), subscription.id, bomb)).toThrow(expect.objectContaining({ error: 'INVALID_RECORD' }))
})

test('a client that does not come for long is forgotten, and so are the eldest of very many', () => {
  const { telemetry, at } = telemetryOf()
  telemetry.subscribe(call, idOf(1))
  expect(() => telemetry.subscribe(call, idOf(1))).toThrow(
    expect.objectContaining({ error: 'THROTTLING_QUOTA_EXCEEDED' }),
  )
  for (let n = 2; n <= 16_386; n += 1) telemetry.subscribe(call, idOf(n))
  telemetry.subscribe(call, idOf(1))
  at.nowMs += 60_001
  telemetry.subscribe(call, idOf(16_386))
})

test('when a subscription changes, every client counts anew', () => {
  const { telemetry, push, at, overrides } = telemetryOf()
  const { subscription } = telemetry.subscribe(call, idOf(1))
  overrides.texts = new Map()
  at.configs = { ...at.configs, intervalMs: 2_000 }
  expect(() => push(idOf(1), subscription.id)).toThrow(expect.objectContaining({ error: 'UNKNOWN_SUBSCRIPTION_ID' }))
  expect(telemetry.subscribe(call, idOf(1)).subscription.intervalMs).toBe(2_000)
})
