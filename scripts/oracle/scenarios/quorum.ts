/** What is asked of the quorum and of the cluster as a whole: who leads, who takes part, which features are in force. */
import { AddRaftVoter } from '../../../src/protocol/messages/add-raft-voter'
import { ApiVersions } from '../../../src/protocol/messages/api-versions'
import { DescribeQuorum } from '../../../src/protocol/messages/describe-quorum'
import { RemoveRaftVoter } from '../../../src/protocol/messages/remove-raft-voter'
import { UnregisterBroker } from '../../../src/protocol/messages/unregister-broker'
import { UnregisterController } from '../../../src/protocol/messages/unregister-controller'
import { UpdateFeatures } from '../../../src/protocol/messages/update-features'
import { type Scenario, eachVersion } from '../scenario'
import type { Subject } from '../subject'

async function describesQuorum(subject: Subject, version: number): Promise<void> {
  const ask = (topicName: string, ...indexes: number[]) =>
    subject.ask(
      DescribeQuorum,
      { topics: [{ topicName, partitions: indexes.map(partitionIndex => ({ partitionIndex })) }] },
      version,
    )
  const { topics, nodes, errorCode } = await subject.quiet(
    DescribeQuorum,
    { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] },
    version,
  )
  subject.exercised.add(`55 ${version}`)
  const [row] = topics[0]!.partitions
  const seen = (replica: { lastFetchTimestamp: number; lastCaughtUpTimestamp: number; logEndOffset: number }) => ({
    ...replica,
    logEndOffset: replica.logEndOffset > 0,
    lastFetchTimestamp: Math.sign(replica.lastFetchTimestamp),
    lastCaughtUpTimestamp: Math.sign(replica.lastCaughtUpTimestamp),
  })
  subject.note('quorum', {
    errorCode,
    topics: topics.length,
    row: {
      ...row!,
      highWatermark: row!.highWatermark > 0,
      currentVoters: row!.currentVoters.map(seen),
      observers: row!.observers.map(seen),
    },
    nodes: nodes.map(({ nodeId, listeners }) => ({ nodeId, listeners: listeners.map(({ name }) => name) })),
  })
  await ask('__cluster_metadata', 1)
  await ask('__cluster_metadata')
  await ask('__cluster_metadata', 0, 0)
  await ask(subject.name('other'), 0)
  await subject.ask(DescribeQuorum, { topics: [] }, version)
}

interface Wanted {
  readonly feature: string
  readonly maxVersionLevel: number
  readonly upgradeType?: number
  readonly allowDowngrade?: boolean
}

const features = ['metadata.version', 'transaction.version', 'eligible.leader.replicas.version', 'nonsense.version', '']
/** Their levels are told apart from Kafka's once they are served. */
const featuresToCome = ['kraft.version', 'group.version', 'share.version', 'streams.version']

/** Only asks whether it would be done, since features are everybody's. */
async function updatesFeatures(subject: Subject, version: number): Promise<void> {
  const ask = (wanted: readonly Wanted[], validateOnly = true) =>
    subject.ask(
      UpdateFeatures,
      {
        timeoutMs: 10_000,
        featureUpdates: wanted.map(({ allowDowngrade = false, ...row }) =>
          version === 0 ? { feature: row.feature, maxVersionLevel: row.maxVersionLevel, allowDowngrade } : row,
        ),
        ...(version >= 1 ? { validateOnly } : {}),
      },
      version,
    )
  await ask([], false)
  if (version === 0) {
    for (const feature of ['kraft.version', 'nonsense.version', '']) {
      for (const maxVersionLevel of [-1, 99]) await ask([{ feature, maxVersionLevel }])
      await ask([{ feature, maxVersionLevel: 99, allowDowngrade: true }])
    }
    for (const feature of features) {
      for (const maxVersionLevel of [0, 1, 7]) await ask([{ feature, maxVersionLevel, allowDowngrade: true }])
    }
    return
  }
  for (const feature of features) {
    for (const upgradeType of [0, 1, 2, 3, 4]) {
      for (const maxVersionLevel of [-1, 0, 1, 2, 3, 7, 29, 30, 31, 32, 33, 34, 99]) {
        await ask([{ feature, maxVersionLevel, upgradeType }])
      }
    }
  }
  for (const feature of featuresToCome) {
    for (const upgradeType of [0, 1, 2, 3, 4]) {
      for (const maxVersionLevel of [-1, 99]) await ask([{ feature, maxVersionLevel, upgradeType }])
    }
  }
  await ask([
    { feature: 'transaction.version', maxVersionLevel: 1, upgradeType: 2 },
    { feature: 'transaction.version', maxVersionLevel: 2, upgradeType: 1 },
  ])
  await ask([
    { feature: 'transaction.version', maxVersionLevel: 2, upgradeType: 1 },
    { feature: 'nonsense.version', maxVersionLevel: 1 },
    { feature: 'metadata.version', maxVersionLevel: 33 },
  ])
  await ask([{ feature: 'transaction.version', maxVersionLevel: 2 }], false)
  const { finalizedFeatures } = await subject.quiet(ApiVersions, {
    clientSoftwareName: 'x',
    clientSoftwareVersion: '1',
  })
  subject.note(
    'in force',
    finalizedFeatures.filter(({ name }) => features.includes(name)),
  )
}

const directory = '0'.repeat(31) + '7'

async function asksForVoters(subject: Subject, version: number): Promise<void> {
  const base = { clusterId: null, timeoutMs: 1000, voterId: 7, voterDirectoryId: directory, listeners: [] }
  await subject.ask(AddRaftVoter, base, version)
  subject.note(
    'another cluster',
    (await subject.quiet(AddRaftVoter, { ...base, clusterId: 'nonsense' }, version)).errorCode,
  )
  await subject.ask(AddRaftVoter, { ...base, voterId: 1 }, version)
  await subject.ask(AddRaftVoter, { ...base, voterId: -1 }, version)
  const listeners = [{ name: 'CONTROLLER', host: '127.0.0.1', port: 9 }]
  await subject.ask(AddRaftVoter, { ...base, listeners }, version)
}

async function removesVoters(subject: Subject, version: number): Promise<void> {
  const base = { clusterId: null, voterId: 7, voterDirectoryId: directory }
  await subject.ask(RemoveRaftVoter, base, version)
  const other = await subject.quiet(RemoveRaftVoter, { ...base, clusterId: 'nonsense' }, version)
  subject.note('another cluster', other.errorCode)
  await subject.ask(RemoveRaftVoter, { ...base, voterId: 1 }, version)
  await subject.ask(RemoveRaftVoter, { ...base, voterId: -1 }, version)
}

async function unregisters(subject: Subject): Promise<void> {
  for (const brokerId of [99, -1, 2]) await subject.ask(UnregisterBroker, { brokerId })
}

async function unregistersControllers(subject: Subject): Promise<void> {
  for (const controllerId of [99, -1, 2, 1]) await subject.ask(UnregisterController, { controllerId })
}

export const quorumScenarios: readonly Scenario[] = [
  eachVersion(DescribeQuorum, 'quorum', describesQuorum),
  eachVersion(UpdateFeatures, 'update features', updatesFeatures),
  eachVersion(AddRaftVoter, 'add voters', asksForVoters),
  eachVersion(RemoveRaftVoter, 'remove voters', removesVoters),
  eachVersion(UnregisterBroker, 'unregister broker', unregisters),
  eachVersion(UnregisterController, 'unregister controllers', unregistersControllers),
]
