/**
 * Asks a broker every API in every version that it serves, with requests made from the declarations: one of everything, so
 * that golden frames cover what clients at hand do not use. `ask-every-version PORT`.
 */
import { connect } from 'node:net'
import { codecOf } from '../src/protocol/codec'
import { Frames, framed } from '../src/protocol/frame'
import { readResponseHeader, writeRequestHeader } from '../src/protocol/header'
import type { Value } from '../src/protocol/layout'
import { ApiVersions } from '../src/protocol/messages/api-versions'
import { CreateTopics } from '../src/protocol/messages/create-topics'
import { apis } from '../src/protocol/messages/index'
import { Metadata } from '../src/protocol/messages/metadata'
import type { Api } from '../src/protocol/schema'
import { holds, versionsOf } from '../src/protocol/versions'
import { zeroUuid } from '../src/protocol/wire/uuid'
import { Reader } from '../src/protocol/wire/reader'
import { sampleRequest } from './sample-requests'

const topic = 'sample'

const answerWithinMs = 5000
const port = Number(process.argv[2])
let correlationId = 0

/** Values that a broker makes something of, by the name of the field. */
function hintsOf(api: Api, version: number, topicId: string): Record<string, Value> {
  return {
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
      const known = hintsOf(api, version, await topicIdOf())
      const answer = await ask(api, version, sampleRequest(api, version, known))
      asked++
      if (answer !== null) answered++
      else process.stdout.write(`no answer: ${api.name} v${version}\n`)
    }
  }
  process.stdout.write(`${asked} asked, ${answered} answered\n`)
}

void main()
