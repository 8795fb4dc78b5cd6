/**
 * Names and values out of pushed metrics, which are an OpenTelemetry `MetricsData` message (opentelemetry-proto v1). Only what
 * Kafka's clients push is looked at: gauges and sums of numbers. Protocol buffers are fields of a number, a kind, and bytes.
 *
 *     MetricsData      1 resource metrics -> 2 scope metrics -> 2 metric
 *     Metric           1 name, 5 gauge, 7 sum; both: 1 data points
 *     NumberDataPoint  4 value as double, 6 value as 64-bit integer
 */

export interface Metric {
  readonly name: string
  readonly value: number
}

/** A push has some hundreds at most; the rest of one that has more is left out. */
const metricsMax = 10_000

const kinds = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** `from` and `to` bound the value of bytes, or of a number of fixed size. */
type FieldVisitor = (number: number, kind: number, from: number, to: number) => void

/** Null for what is no such message. Takes time for each byte once for each level, whatever is in them. */
export function metricsIn(message: Buffer): readonly Metric[] | null {
  const found: Metric[] = []
  try {
    inside(message, [1], resource => inside(resource, [2], scope => inside(scope, [2], metric => take(metric, found))))
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
  return found
}

function take(metric: Buffer, into: Metric[]): void {
  let name = ''
  inside(metric, [1], bytes => (name = bytes.toString('utf8')))
  inside(metric, [5, 7], series => inside(series, [1], point => into.length < metricsMax && add(point, name, into)))
}

function add(point: Buffer, name: string, into: Metric[]): void {
  eachField(point, (number, kind, from) => {
    if (kind !== kinds.fixed64) return
    if (number === 4) into.push({ name, value: point.readDoubleLE(from) })
    else if (number === 6) into.push({ name, value: Number(point.readBigInt64LE(from)) })
  })
}

function inside(message: Buffer, wanted: readonly number[], visit: (bytes: Buffer) => void): void {
  eachField(message, (number, kind, from, to) => {
    if (kind === kinds.bytes && wanted.includes(number)) visit(message.subarray(from, to))
  })
}

/** Throws RangeError where the bytes end too early, or are of a number or kind that there is not. */
function eachField(message: Buffer, visit: FieldVisitor): void {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 1; shift < 2 ** 63; shift *= 128) {
      if (at >= message.length) throw new RangeError('a number ends too early')
      const byte = message[at++]!
      value += (byte & 127) * shift
      if (byte < 128) return value
    }
    throw new RangeError('a number is too long')
  }
  while (at < message.length) {
    const tag = varint()
    const [number, kind] = [Math.floor(tag / 8), tag % 8]
    if (number === 0) throw new RangeError('there is no field 0')
    const sizeBytes = kind === kinds.bytes ? varint() : kind === kinds.fixed64 ? 8 : kind === kinds.fixed32 ? 4 : 0
    if (kind === kinds.varint) varint()
    else if (sizeBytes === 0 && kind !== kinds.bytes) throw new RangeError(`there is no kind ${kind}`)
    if (sizeBytes > message.length - at) throw new RangeError('a field ends too early')
    visit(number, kind, at, at + sizeBytes)
    at += sizeBytes
  }
}
