/** Requests made from the declarations: one of everything, with values by the names of fields where a broker makes something of them. */
import CRC32 from 'crc-32'
import { shapeOf } from '../src/protocol/codec'
import { fallbackOf, type Layout, layoutOf, type Member, type Value } from '../src/protocol/layout'
import { buildBatch } from '../src/protocol/records/records'
import type { Api } from '../src/protocol/schema'

type Hints = { readonly [field: string]: Value }

export const sampleRequest = (api: Api, version: number, hints: Hints): Value =>
  sampleOf(layoutOf(shapeOf(api, 'request'), version), hints)

function sampleOf(layout: Layout, hints: Hints): Value {
  return Object.fromEntries(layout.plain.map(member => [member.name, valueOf(member, layout, hints)]))
}

function valueOf(member: Member, layout: Layout, hints: Hints): Value {
  const hint = hints[member.name]
  const type = member.kind === 'string' ? 'string' : typeof fallbackOf(member)
  if (hint !== undefined && typeof hint === type) return hint
  switch (member.kind) {
    case 'array':
      return [valueOf(member.element as Member, layout, hints)]
    case 'struct':
      return sampleOf(member.struct as Layout, hints)
    case 'records':
      return recordsFor(layout.version)
    case 'bytes':
      return Buffer.from('sample')
    default:
      return fallbackOf(member)
  }
}

/** A message set of magic 0 or 1 for the versions that carry those, else a batch. */
function recordsFor(version: number): Buffer {
  const value = Buffer.from('value')
  const timestampMs = 1_700_000_000_000
  if (version >= 3) return buildBatch({ records: [{ timestampMs, key: null, value }] })
  const magic = version >= 2 ? 1 : 0
  const timestamp = Buffer.alloc(magic === 1 ? 8 : 0)
  if (magic === 1) timestamp.writeBigInt64BE(BigInt(timestampMs))
  const lengths = Buffer.from('ffffffff00000005', 'hex')
  const body = Buffer.concat([Buffer.from([magic, 0]), timestamp, lengths, value])
  const head = Buffer.alloc(16)
  head.writeInt32BE(body.length + 4, 8)
  head.writeInt32BE(CRC32.buf(body), 12)
  return Buffer.concat([head, body])
}
