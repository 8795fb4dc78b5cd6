/** Frames that went between real clients and a real Kafka are read as what they said, and written again byte by byte. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { allRecords, allShapes } from '../../../scripts/all-shapes'
import { type Exchange, exchangeOf, plain, rewritten } from '../../../scripts/golden'
import { type GoldenRecord, goldenRecord, type GoldenSample } from '../../../scripts/record-records'
import { emitted, interpreted, shapeOf } from '../../../src/protocol/codec'
import { readRequestHeader } from '../../../src/protocol/header'
import { groupRecords, shareRecords, transactionRecords } from '../../../src/protocol/internal/index'
import { layoutOf } from '../../../src/protocol/layout'
import { apis } from '../../../src/protocol/messages/index'
import type { Api, Shape } from '../../../src/protocol/schema'
import { rangeOf, versionsOf } from '../../../src/protocol/versions'
import { Reader } from '../../../src/protocol/wire/reader'
import { bytesOf } from '../../../src/protocol/wire/writer'

const folder = resolve(__dirname, '..', '..', 'golden', 'frames')
const files = readdirSync(folder).filter(file => file.endsWith('.json'))
const exchanges = files.flatMap(file => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Exchange[])

const apiNamed = (name: string): Api => apis.find(api => api.name === name) as Api

/** A broker serves these only with a plugin that receives the metrics. */
const unrecorded = ['GetTelemetrySubscriptions 0', 'PushTelemetry 0']

test('every API and version is there, save for those that say why not', () => {
  const recorded = new Set(exchanges.map(({ api, version }) => `${api} ${version}`))
  const missing = apis.flatMap(api =>
    versionsOf(api.versions)
      .map(version => `${api.name} ${version}`)
      .filter(name => !recorded.has(name)),
  )
  expect(missing).toEqual(unrecorded)
})

test.each(files)('%s', file => {
  for (const exchange of exchanges.filter(({ api }) => `${api}.json` === file)) {
    const { version, request, response } = exchange
    const api = apiNamed(exchange.api)
    const bytes = [request, response].map(frame => (frame === null ? null : Buffer.from(frame.hex, 'hex')))
    expect(exchangeOf(bytes[0] as Buffer, bytes[1] ?? null, exchange)).toEqual(exchange)
    expect(rewritten(api, request, 'request', version)).toBe(request.hex)
    if (response !== null) expect(rewritten(api, response, 'response', version)).toBe(response.hex)
  }
})

test('emitted codecs and the interpreter agree on all of them', () => {
  for (const { api: name, version, request } of exchanges) {
    const api = apiNamed(name)
    const layout = layoutOf(shapeOf(api, 'request'), version)
    const [plain, fast] = [interpreted(layout), emitted(layout)].map(codec => {
      const reader = new Reader(Buffer.from(request.hex, 'hex'))
      readRequestHeader(reader)
      const message = codec.read(reader)
      return { message, again: bytesOf(writer => codec.write(writer, message)).toString('hex') }
    })
    expect(fast).toEqual(plain)
  }
})

const read = <T>(file: string): T[] => JSON.parse(readFileSync(join(folder, '..', 'records', file), 'utf8')) as T[]

test('records of internal topics that a broker stored are read as they were, and written again', () => {
  const stored = read<GoldenRecord>('stored.json')
  expect(stored.length).toBeGreaterThanOrEqual(25)
  for (const golden of stored) {
    const value = golden.value === null ? null : Buffer.from(golden.value.hex, 'hex')
    const family = [groupRecords, transactionRecords, shareRecords].find(records =>
      records.some(record => record.name === golden.record),
    )
    expect(goldenRecord(family ?? [], Buffer.from(golden.key.hex, 'hex'), value, golden.broker)).toEqual(golden)
  }
})

describe('samples made with the classes of Kafka, with every field filled', () => {
  const samples = read<GoldenSample>('samples.json')

  test('are there for each version of the records, and for the newest of each request and response', () => {
    const records = allRecords.flatMap(({ key, value }) => [key, value])
    const ofRecords = records.flatMap(shape => versionsOf(shape.versions).map(version => `${shape.name} ${version}`))
    const ofApis = apis.flatMap(api =>
      ['Request', 'Response'].map(part => `${api.name}${part} ${rangeOf(api.versions).max}`),
    )
    const versions = new Set(samples.map(({ shape, version }) => `${shape} ${version}`))
    expect([...versions].sort()).toEqual([...ofRecords, ...ofApis].sort())
  })

  test('are read as Kafka says and written again', () => {
    for (const { shape: name, version, hex, value } of samples) {
      const shape = allShapes.find(other => other.name === name) as Shape
      const bytes = Buffer.from(hex, 'hex')
      for (const codec of [interpreted, emitted].map(make => make(layoutOf(shape, version)))) {
        const message = codec.read(new Reader(bytes))
        expect(plain(message)).toEqual(value)
        expect(bytesOf(writer => codec.write(writer, message)).toString('hex')).toBe(hex)
      }
    }
  })
})
