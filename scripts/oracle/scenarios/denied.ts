/** What is answered to whom nothing is allowed, of every API in every version. */
import type { Value } from '../../../src/protocol/layout'
import { apis } from '../../../src/protocol/messages/index'
import type { Api, RequestDraft } from '../../../src/protocol/schema'
import { sampleRequest } from '../../sample-requests'
import { eachVersion, type Scenario } from '../scenario'
import type { Subject, Topic } from '../subject'

export const noTopic = '0'.repeat(32)

const hintsFor = (subject: Subject, api: Api, { name, id }: Topic): Readonly<Record<string, Value>> => ({
  name: api.name === 'DescribeUserScramCredentials' ? 'ann' : name,
  topic: name,
  topicName: name,
  topicNames: [name],
  topicId: id,
  groupId: subject.name('g'),
  groupsNames: [subject.name('g')],
  groups: subject.name('g'),
  transactionalId: subject.name('x'),
  v3AndBelowTransactionalId: subject.name('x'),
  transactionalIds: subject.name('x'),
  key: subject.name('g'),
  coordinatorKeys: [subject.name('g'), subject.name('h')],
  clusterId: null,
  memberId: '',
  resourceType: 2,
  resourceTypeFilter: 2,
  patternTypeFilter: 3,
  resourcePatternType: 3,
  resourceName: name,
  resourceNameFilter: name,
  host: '*',
  principal: 'User:ann',
  operation: 3,
  permissionType: 3,
  mechanism: 1,
  protocolType: 'consumer',
  numPartitions: 1,
  replicationFactor: 1,
  count: 2,
  assignments: [],
  configs: [],
  sessionTimeoutMs: 6000,
  rebalanceTimeoutMs: 6000,
  timeoutMs: 5000,
  transactionTimeoutMs: 1000,
  maxWaitMs: 10,
  maxBytes: 10_000,
  partitionMaxBytes: 10_000,
  replicaId: -1,
  acks: 1,
  timestamp: -1,
  maxNumOffsets: 1,
  producerId: 7,
  v3AndBelowProducerId: 7,
  partitions: undefined as Value,
  includeClusterAuthorizedOperations: true,
  includeTopicAuthorizedOperations: true,
  includeAuthorizedOperations: true,
  endpointType: 1,
  allowAutoTopicCreation: true,
  responsePartitionLimit: 10,
})

/** These ask who somebody is, not what he may do. */
const notAsked = new Set(['ApiVersions', 'SaslHandshake', 'SaslAuthenticate', 'GetTelemetrySubscriptions'])

/** Asks twice, for a topic that is there and for one that is not. */
async function denied(subject: Subject, api: Api, version: number): Promise<void> {
  const present = await subject.topic('t')
  for (const topic of [present, { name: subject.name('nope'), id: noTopic.replace(/^0/, '1') }]) {
    const request = sampleRequest(api, version, hintsFor(subject, api, topic))
    await subject.ask(api, request as RequestDraft<Api>, version, subject.guest)
  }
}

export const deniedScenarios: readonly Scenario[] = apis
  .filter(({ name }) => !notAsked.has(name))
  .map(api => eachVersion(api, `access: denied ${api.name}`, (subject, version) => denied(subject, api, version)))
