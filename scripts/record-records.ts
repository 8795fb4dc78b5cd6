/**
 * Records golden keys and values of Kafka's internal topics: `record-records NAME DATA SAMPLES`. DATA is the data directory
 * of a broker that is stopped; of each type and version in it the longest up to a limit is kept. SAMPLES is what
 * MessageSamples.java printed with the classes of that broker. Fails on what cannot be read, or would be written otherwise.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codecOfShape, decode, encode } from '../src/protocol/codec'
import { decodeKey, decodeValue, encodeKey, encodeValue, recordTypeOf } from '../src/protocol/internal/encoding'
import { groupRecords, shareRecords, transactionRecords } from '../src/protocol/internal/index'
import { rangeOf } from '../src/protocol/versions'
import { allShapes } from './all-shapes'
import { batchBytesAt, isControlAt } from '../src/protocol/records/batch'
import { recordsOf } from '../src/protocol/records/records'
import type { RecordDeclaration } from '../src/protocol/schema'
import { agrees, plain } from './golden'

export interface GoldenRecord {
  readonly record: string
  /** Version of the value; null for a tombstone. */
  readonly version: number | null
  readonly broker: string
  readonly key: { readonly hex: string; readonly value: unknown }
  readonly value: { readonly hex: string; readonly value: unknown } | null
}

export interface GoldenSample {
  readonly shape: string
  readonly version: number
  readonly hex: string
  readonly value: unknown
}

const enoughBytes = 600
const topics: Readonly<Record<string, readonly RecordDeclaration[]>> = {
  __consumer_offsets: groupRecords,
  __transaction_state: transactionRecords,
  __share_group_state: shareRecords,
}

/** Reads a record and writes it again. Throws when it is not the same, or of no known type. */
export function goldenRecord(
  records: readonly RecordDeclaration[],
  key: Buffer,
  value: Buffer | null,
  broker: string,
): GoldenRecord {
  const type = recordTypeOf(key)
  const record = records.find(other => other.type === type)
  if (record === undefined) throw new Error(`no record has type ${type}`)
  const readKey = decodeKey(record, key)
  if (!encodeKey(record, readKey).equals(key))
    throw new Error(`${record.name}: key ${key.toString('hex')} is written otherwise`)
  const keyOf = { hex: key.toString('hex'), value: plain(readKey) }
  if (value === null) return { record: record.name, version: null, broker, key: keyOf, value: null }
  const version = value.readInt16BE(0)
  const readValue = decodeValue(record, value)
  if (!encodeValue(record, version, readValue).equals(value)) {
    throw new Error(`${record.name} v${version}: value ${value.toString('hex')} is written otherwise`)
  }
  return {
    record: record.name,
    version,
    broker,
    key: keyOf,
    value: { hex: value.toString('hex'), value: plain(readValue) },
  }
}

function isBetter(one: GoldenRecord, other: GoldenRecord): boolean {
  const [size, otherSize] = [one, other].map(each => each.key.hex.length + (each.value?.hex.length ?? 0)) as [
    number,
    number,
  ]
  if (size > enoughBytes * 2) return size < otherSize
  return otherSize > enoughBytes * 2 || size > otherSize
}

/** One line of MessageSamples.java. Throws when we read something else than Kafka's JSON says, or write it otherwise. */
function goldenSample(line: string): GoldenSample {
  const [name = '', version = '', hex = '', json = ''] = line.split('\t')
  const shape = allShapes.find(other => other.name === name.replace(/Data$/, ''))
  if (shape === undefined) throw new Error(`${name} is not declared`)
  const codec = codecOfShape(shape, Number(version))
  const read = decode(codec, Buffer.from(hex, 'hex'))
  const value = plain(read)
  agrees(value, JSON.parse(json), `${name} v${version}`)
  if (encode(codec, read).toString('hex') !== hex) throw new Error(`${name} v${version}: ${hex} is written otherwise`)
  return { shape: shape.name, version: Number(version), hex, value }
}

/** Of requests and responses the newest version is enough, since golden frames have them all; of records every one. */
function isKept({ shape, version }: GoldenSample): boolean {
  return (
    !/(Request|Response)$/.test(shape) ||
    allShapes.some(other => other.name === shape && rangeOf(other.versions).max === version)
  )
}

function write(file: string, items: readonly unknown[]): void {
  mkdirSync('test/golden/records', { recursive: true })
  writeFileSync(`test/golden/records/${file}`, `[\n${items.map(item => JSON.stringify(item)).join(',\n')}\n]\n`)
}

function main([broker, data, samples]: readonly string[]): void {
  if (broker === undefined || data === undefined || samples === undefined) {
    throw new Error('usage: record-records NAME DATA SAMPLES')
  }
  const lines = readFileSync(samples, 'utf8').trim().split('\n')
  write('samples.json', lines.map(goldenSample).filter(isKept))
  const kept = new Map<string, GoldenRecord>()
  let read = 0
  for (const folder of readdirSync(data)) {
    const records = topics[folder.replace(/-\d+$/, '')]
    if (records === undefined) continue
    for (const file of readdirSync(join(data, folder)).filter(name => name.endsWith('.log'))) {
      const bytes = readFileSync(join(data, folder, file))
      for (let at = 0; at + 12 <= bytes.length && batchBytesAt(bytes, at) > 12; at += batchBytesAt(bytes, at)) {
        if (isControlAt(bytes, at)) continue
        for (const { key, value } of recordsOf(bytes, at)) {
          if (key === null) continue
          const golden = goldenRecord(records, Buffer.from(key), value === null ? null : Buffer.from(value), broker)
          const name = `${golden.record} ${golden.version}`
          const known = kept.get(name)
          if (known === undefined || isBetter(golden, known)) kept.set(name, golden)
          read++
        }
      }
    }
  }
  const sorted = [...kept].sort(([a], [b]) => a.localeCompare(b))
  write(
    'stored.json',
    sorted.map(([, golden]) => golden),
  )
  process.stdout.write(`${read} records and ${lines.length} samples read and written alike, ${kept.size} kept\n`)
}

if (process.argv[1]?.endsWith('/record-records.ts')) main(process.argv.slice(2))
