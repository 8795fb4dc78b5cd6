/** ApiVersions, FindCoordinator, DescribeCluster, DescribeLogDirs, InitProducerId, and bytes that are no request at all. */
import { ApiVersions } from '../../../src/protocol/messages/api-versions'
import { DescribeCluster } from '../../../src/protocol/messages/describe-cluster'
import { DescribeLogDirs } from '../../../src/protocol/messages/describe-log-dirs'
import { FindCoordinator } from '../../../src/protocol/messages/find-coordinator'
import { Heartbeat } from '../../../src/protocol/messages/heartbeat'
import { InitProducerId } from '../../../src/protocol/messages/init-producer-id'
import { Metadata } from '../../../src/protocol/messages/metadata'
import { batch } from '../batches'
import { type Scenario, eachVersion, scene } from '../scenario'
import type { Subject } from '../subject'

/** Ranges are compared as a whole by the runner, since which APIs are served is the one thing that must differ for now. */
async function versions(
  subject: Subject,
  version: number,
  body: { clientSoftwareName?: string; clientSoftwareVersion?: string; clusterId?: string | null; nodeId?: number },
): Promise<void> {
  const reply = await subject.quiet(ApiVersions, body, version)
  subject.exercised.add(`${ApiVersions.key} ${version}`)
  subject.note(`ApiVersions v${version} ${JSON.stringify(body)}`, { ...reply, apiKeys: reply.apiKeys.length > 0 })
}

async function apiVersions(subject: Subject, version: number): Promise<void> {
  const software = version >= 3 ? { clientSoftwareName: 'oracle', clientSoftwareVersion: '1.0' } : {}
  await versions(subject, version, software)
  if (version < 3) return
  for (const clientSoftwareName of ['', 'bad name!', '-x', 'ok-1.0'])
    await versions(subject, version, { ...software, clientSoftwareName })
  if (version < 5) return
  await versions(subject, version, { ...software, clusterId: 'AAAAAAAAAAAAAAAAAAAAAA', nodeId: 1 })
  await versions(subject, version, { ...software, clusterId: null, nodeId: 1 })
  await versions(subject, version, { ...software, clusterId: null, nodeId: 9 })
  for (const nodeId of [-2, -1, 0, 1]) await versions(subject, version, { ...software, clusterId: '', nodeId })
  await versions(subject, version, { ...software, clusterId: 'AAAAAAAAAAAAAAAAAAAAAA', nodeId: -1 })
  const { clusterId } = await subject.quiet(DescribeCluster, { includeClusterAuthorizedOperations: false })
  subject.mask.learn(clusterId, 'cluster')
  for (const nodeId of [-1, 1, 9]) {
    const { errorCode } = await subject.quiet(ApiVersions, { ...software, clusterId, nodeId }, version)
    subject.note(`our cluster, node ${nodeId}`, errorCode)
  }
}

async function coordinators(subject: Subject, version: number): Promise<void> {
  const ask = (key: string, keyType: number) =>
    subject.ask(
      FindCoordinator,
      version >= 4 ? { coordinatorKeys: [key], keyType } : { key, ...(version >= 1 ? { keyType } : {}) },
      version,
    )
  await subject.eventually(
    FindCoordinator,
    version >= 4 ? { coordinatorKeys: [subject.name('g')] } : { key: subject.name('g') },
    reply => (version >= 4 ? reply.coordinators[0]?.errorCode : reply.errorCode) === 0,
    version,
  )
  await ask('', 0)
  if (version < 1) return
  for (const keyType of [3, 9, -1]) await ask('x', keyType)
  if (version < 4) return
  await subject.ask(
    FindCoordinator,
    { coordinatorKeys: [subject.name('a'), subject.name('b'), ''], keyType: 0 },
    version,
  )
  await subject.ask(FindCoordinator, { coordinatorKeys: [], keyType: 0 }, version)
}

async function logDirs(subject: Subject, version: number): Promise<void> {
  const topic = await subject.topic('t', 2)
  await subject.append(topic, batch(['some', 'records']))
  const ask = (topics: readonly { topic: string; partitions: readonly number[] }[] | null) =>
    subject.ask(DescribeLogDirs, { topics }, version)
  await ask([{ topic: topic.name, partitions: [0, 1] }])
  await ask([
    { topic: topic.name, partitions: [1, 7] },
    { topic: 'nowhere', partitions: [0] },
  ])
  await ask([])
  const all = await subject.quiet(DescribeLogDirs, { topics: null }, version)
  subject.note(
    'all, own rows',
    all.results.map(({ topics, ...rest }) => ({
      ...rest,
      topics: topics.filter(({ name }) => name === topic.name),
    })),
  )
}

async function producerIds(subject: Subject, version: number): Promise<void> {
  const ask = (body: {
    transactionalId: string | null
    transactionTimeoutMs?: number
    producerId?: number
    producerEpoch?: number
  }) => subject.ask(InitProducerId, { transactionTimeoutMs: 60_000, ...body }, version)
  await ask({ transactionalId: null })
  const { producerId } = await ask({ transactionalId: null })
  await ask({ transactionalId: '' })
  await ask({ transactionalId: null, transactionTimeoutMs: -1 })
  if (version < 3) return
  await ask({ transactionalId: null, producerId: -1, producerEpoch: 4 })
  await ask({ transactionalId: null, producerId, producerEpoch: -1 })
  await ask({ transactionalId: null, producerId, producerEpoch: 3 })
}

async function clusters(subject: Subject, version: number): Promise<void> {
  const ask = (body: {
    includeClusterAuthorizedOperations?: boolean
    endpointType?: number
    includeFencedBrokers?: boolean
  }) => subject.ask(DescribeCluster, { includeClusterAuthorizedOperations: false, ...body }, version)
  await ask({})
  await ask({ includeClusterAuthorizedOperations: true })
  if (version >= 1) for (const endpointType of [2, 0, 7]) await ask({ endpointType })
  if (version >= 2) await ask({ includeFencedBrokers: true })
}

/** Sends bytes on a new connection and notes how many bytes come back, or that the connection was closed. */
async function raw(subject: Subject, label: string, bytes: Buffer): Promise<void> {
  const wire = await subject.wire(label)
  wire.write(bytes)
  const outcome = await wire.frame(1500).then(
    frame => `an answer with error ${frame.readInt16BE(4)}`,
    error => (error as Error).message,
  )
  subject.note(label, outcome)
}

/** A frame around the start of a request header. */
function frameOf(apiKey: number, version: number, rest: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.alloc(8)
  body.writeInt16BE(apiKey)
  body.writeInt16BE(version, 2)
  body.writeInt32BE(77, 4)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + rest.length)
  return Buffer.concat([length, body, rest])
}

const clientId = Buffer.from([0, 1, 0x78])

async function garbage(subject: Subject): Promise<void> {
  await raw(subject, 'an unknown api', frameOf(999, 0, clientId))
  await raw(subject, 'an api between controllers', frameOf(52, 0, clientId))
  await raw(subject, 'a negative api', frameOf(-1, 0, clientId))
  await raw(subject, 'metadata of a version to come', frameOf(Metadata.key, 99, clientId))
  await raw(subject, 'a negative version', frameOf(Metadata.key, -1, clientId))
  await raw(subject, 'api versions of a version to come', frameOf(ApiVersions.key, 99, clientId))
  await raw(subject, 'no body', frameOf(Metadata.key, 9, clientId))
  await raw(subject, 'half a header', Buffer.from([0, 0, 0, 3, 0, 3, 0]))
  await raw(subject, 'an empty frame', Buffer.alloc(4))
  await raw(subject, 'a negative frame', Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]))
  await raw(subject, 'a huge frame', Buffer.from([0x7f, 255, 255, 255, 0, 3, 0, 0]))
  await raw(subject, 'http', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'))
  await raw(
    subject,
    'a list of two milliards',
    frameOf(Metadata.key, 1, Buffer.concat([clientId, Buffer.from([0x7f, 255, 255, 255])])),
  )
  await raw(
    subject,
    'a list of negative length',
    frameOf(Metadata.key, 1, Buffer.concat([clientId, Buffer.from([0x80, 0, 0, 0])])),
  )
  await raw(
    subject,
    'a string that is too long',
    frameOf(Metadata.key, 1, Buffer.concat([clientId, Buffer.from([0, 0, 0, 1, 0x7f, 255])])),
  )
  await raw(subject, 'a client id that is no text', frameOf(ApiVersions.key, 0, Buffer.from([0, 2, 0xff, 0xfe])))
  await raw(
    subject,
    'bytes behind the message',
    frameOf(ApiVersions.key, 0, Buffer.concat([clientId, Buffer.alloc(5)])),
  )
  await subject.ask(DescribeCluster, { includeClusterAuthorizedOperations: false })
}

/** Requests sent at once are answered in their order. */
async function pipelined(subject: Subject): Promise<void> {
  const topic = await subject.topic('t')
  const wire = await subject.wire('pipe')
  const ids = Array.from({ length: 20 }, (_, index) =>
    index % 2 === 0
      ? wire.send(Metadata, 9, { topics: [{ name: topic.name }], allowAutoTopicCreation: false })
      : wire.send(Heartbeat, 4, { groupId: 'nowhere', generationId: 1, memberId: 'x' }),
  )
  for (const [index, id] of ids.entries()) {
    if (index % 2 === 0) subject.note(`answer ${index}`, (await wire.answer(Metadata, 9, id)).topics)
    else subject.note(`answer ${index}`, await wire.answer(Heartbeat, 4, id))
  }
}

export const clusterScenarios: readonly Scenario[] = [
  eachVersion(ApiVersions, 'api versions', apiVersions),
  eachVersion(FindCoordinator, 'find coordinator', coordinators),
  eachVersion(DescribeLogDirs, 'describe log dirs', logDirs),
  eachVersion(InitProducerId, 'init producer id', producerIds),
  eachVersion(DescribeCluster, 'describe cluster', clusters),
  scene('bytes that are no request', garbage),
  scene('requests in a row', pipelined),
]
