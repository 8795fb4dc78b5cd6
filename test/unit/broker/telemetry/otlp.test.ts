/** Names and values out of OpenTelemetry messages, and out of nonsense. */
import fc from 'fast-check'
import { metricsIn } from '../../../../src/broker/telemetry/otlp'

const bytesField = (number: number, bytes: Buffer) =>
  Buffer.concat([Buffer.from([number * 8 + 2]), varint(bytes.length), bytes])

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(9, 4 * 8 + 1)
  bytes.writeDoubleLE(value, 1)
  return bytes
}

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(9, 6 * 8 + 1)
  bytes.writeBigInt64LE(BigInt(value), 1)
  return bytes
}

const metric = (name: string, kind: 5 | 7, point: Buffer) =>
  Buffer.concat([
    bytesField(1, Buffer.from(name)),
    bytesField(3, Buffer.from('ms')),
    bytesField(kind, bytesField(1, point)),
  ])

const messageOf = (...metrics: Buffer[]) =>
  bytesField(
    1,
    Buffer.concat([
      bytesField(1, Buffer.alloc(3)),
      bytesField(2, Buffer.concat(metrics.map(each => bytesField(2, each)))),
    ]),
  )

test('gauges and sums, of both kinds of numbers', () => {
  const message = messageOf(metric('a.one', 5, double(1.5)), metric('b.two', 7, integer(-7)))
  expect(metricsIn(message)).toEqual([
    { name: 'a.one', value: 1.5 },
    { name: 'b.two', value: -7 },
  ])
  expect(metricsIn(Buffer.alloc(0))).toEqual([])
})

test('what is no such message is told from one', () => {
  expect(metricsIn(Buffer.from('no protobuf'))).toBeNull()
  expect(metricsIn(messageOf(metric('a', 5, double(1))).subarray(0, -1))).toBeNull()
  expect(metricsIn(Buffer.alloc(11, 0xff))).toBeNull()
})

test('any bytes are read to their end or refused, and more than some metrics are not kept', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), bytes => void metricsIn(Buffer.from(bytes))))
  const many = Array.from({ length: 10_001 }, () => metric('a', 5, double(1)))
  expect(metricsIn(messageOf(...many))).toHaveLength(10_000)
})
