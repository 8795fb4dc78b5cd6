/**
 * Asks a broker every API in every version that it serves, with requests made from the declarations: one of everything, so
 * that golden frames cover what clients at hand do not use. `ask-every-version PORT`.
 */
import { connect } from 'node:net'
import CRC32 from 'crc-32'
import { codecOf, shapeOf } from '../src/protocol/codec'
import { Frames, framed } from '../src/protocol/frame'
import { readResponseHeader, writeRequestHeader } from '../src/protocol/header'
import { fallbackOf, type Layout, layoutOf, type Member, type Value } from '../src/protocol/layout'
import { ApiVersions } from '../src/protocol/messages/api-versions'
import { CreateTopics } from '../src/protocol/messages/create-topics'
import { apis } from '../src/protocol/messages/index'
import { Metadata } from '../src/protocol/messages/metadata'
import { buildBatch } from '../src/protocol/records/records'
import type { Api } from '../src/protocol/schema'
import { holds, versionsOf } from '../src/protocol/versions'
import { zeroUuid } from '../src/protocol/wire/uuid'
import { Reader } from '../src/protocol/wire/reader'

const topic = 'sample'
const answerWithinMs = 5000
const port = Number(process.argv[2])
let correlationId = 0

interface Known {
  readonly api: Api
  readonly version: number
  readonly topicId: string
}

/** Values that a broker makes something of, by the name of the field. */
function hintOf(member: Member, { api, version, topicId }: Known): Value {
  const hints: Record<string, Value> = {
    groupId: `sample-${api.key}-${version}`,
    transactionalId: `sample-${api.key}-${version}`,
    memberId: '',
    name: topic,
    topic,
    topicName: topic,
    topicId,
    resourceType: 2,
    resourceTypeFilter: 1,
    patternTypeFilter: 1,
    resourceName: topic,
    patternType: 3,
    host: '*',
    principal: 'User:sample',
    operation: 3,
    permissionType: 3,
    key: 'sample',
    mechanism: 1,
    protocolType: 'consumer',
    numPartitions: 1,
    replicationFactor: 1,
    count: 2,
    path: '/nowhere',
    assignments: [],
    configs: [],
    sessionTimeoutMs: 6000,
    rebalanceTimeoutMs: 6000,
    timeoutMs: 1000,
    transactionTimeoutMs: 1000,
    maxWaitMs: 10,
    maxBytes: 10_000,
    partitionMaxBytes: 10_000,
    replicaId: -1,
    acks: 1,
    timestamp: -1,
    maxNumOffsets: 1,
    maxTimestamp: -1,
  }
  return hints[member.name]
}

function sampleOf(layout: Layout, known: Known): Value {
  return Object.fromEntries(layout.plain.map(member => [member.name, valueOf(member, layout, known)]))
}

function valueOf(member: Member, layout: Layout, known: Known): Value {
  const hint = hintOf(member, known)
  const type = member.kind === 'string' ? 'string' : typeof fallbackOf(member)
  if (hint !== undefined && typeof hint === type) return hint
  switch (member.kind) {
    case 'array':
      return [valueOf(member.element as Member, layout, known)]
    case 'struct':
      return sampleOf(member.struct as Layout, known)
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

/** Null when the broker closes the connection or does not answer in time. */
function ask(api: Api, version: number, request: Value): Promise<Value> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    const frames = new Frames(1 << 24, frame => {
      const reader = new Reader(Buffer.from(frame))
      readResponseHeader(reader, api, version)
      end(codecOf(api, 'response', version).read(reader))
    })
    const end = (answer: Value): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => end(null), answerWithinMs)
    socket.on('error', () => end(null)).on('close', () => end(null))
    socket.on('data', bytes => frames.push(Buffer.from(bytes)))
    const { buffers } = framed(writer => {
      writeRequestHeader(writer, api, { apiVersion: version, correlationId: ++correlationId, clientId: 'declarations' })
      codecOf(api, 'request', version).write(writer, request)
    })
    for (const buffer of buffers) socket.write(buffer)
  })
}

async function topicIdOf(): Promise<string> {
  const created = { name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
  await ask(CreateTopics, 4, { topics: [created], timeoutMs: 1000, validateOnly: false })
  const answer = await ask(Metadata, 10, { topics: [{ name: topic, topicId: zeroUuid }] })
  return answer.topics[0].topicId
}

async function main(): Promise<void> {
  const { apiKeys } = await ask(ApiVersions, 0, {})
  let [asked, answered] = [0, 0]
  for (const api of apis) {
    const range = apiKeys.find((each: Value) => each.apiKey === api.key)
    for (const version of versionsOf(api.versions)) {
      if (range === undefined || version > range.maxVersion || version < range.minVersion) continue
      if (!holds(api.versions, version, false)) continue
      const known = { api, version, topicId: await topicIdOf() }
      const answer = await ask(api, version, sampleOf(layoutOf(shapeOf(api, 'request'), version), known))
      asked++
      if (answer !== null) answered++
      else process.stdout.write(`no answer: ${api.name} v${version}\n`)
    }
  }
  process.stdout.write(`${asked} asked, ${answered} answered\n`)
}

void main()
