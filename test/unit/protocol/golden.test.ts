/** Frames that went between real clients and a real Kafka are read as what they said, and written again byte by byte. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Exchange, exchangeOf, rewritten } from '../../../scripts/golden'
import { emitted, interpreted, shapeOf } from '../../../src/protocol/codec'
import { readRequestHeader } from '../../../src/protocol/header'
import { layoutOf } from '../../../src/protocol/layout'
import { apis } from '../../../src/protocol/messages/index'
import type { Api } from '../../../src/protocol/schema'
import { versionsOf } from '../../../src/protocol/versions'
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
