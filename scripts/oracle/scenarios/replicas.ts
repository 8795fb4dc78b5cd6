/** Leaders and replicas of one broker: elected, moved, listed; and the list of what has configs. */
import { AlterPartitionReassignments } from '../../../src/protocol/messages/alter-partition-reassignments'
import { AlterReplicaLogDirs } from '../../../src/protocol/messages/alter-replica-log-dirs'
import { DescribeLogDirs } from '../../../src/protocol/messages/describe-log-dirs'
import { ElectLeaders } from '../../../src/protocol/messages/elect-leaders'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/incremental-alter-configs'
import { ListConfigResources } from '../../../src/protocol/messages/list-config-resources'
import { ListPartitionReassignments } from '../../../src/protocol/messages/list-partition-reassignments'
import { published } from '../published'
import { type Scenario, eachVersion } from '../scenario'

export const replicaScenarios: readonly Scenario[] = [
  eachVersion(ElectLeaders, 'elect leaders', async (subject, version) => {
    const { name: topic } = await subject.topic('t', 2)
    const ask = (topicPartitions: { topic: string; partitions: number[] }[], electionType = 0) =>
      subject.ask(ElectLeaders, { topicPartitions, ...(version >= 1 ? { electionType } : {}) }, version)
    await ask([{ topic, partitions: [0, 1, 7] }])
    await ask([{ topic: subject.name('nowhere'), partitions: [0] }])
    await ask([{ topic: 'a b', partitions: [0, -1] }])
    await ask([{ topic, partitions: [] }])
    await ask([])
    if (version < 1) return
    await ask([{ topic, partitions: [0] }], 1)
    await ask([{ topic, partitions: [0] }], 3)
    await ask([], 3)
  }),
  eachVersion(AlterPartitionReassignments, 'reassign partitions', async (subject, version) => {
    const { name } = await subject.topic('t', 2)
    const ask = (partitionIndex: number, replicas: number[] | null, topic = name, more: object = {}) =>
      subject.ask(
        AlterPartitionReassignments,
        { topics: [{ name: topic, partitions: [{ partitionIndex, replicas }] }], ...more },
        version,
      )
    await ask(0, null)
    await ask(0, [1])
    await ask(0, [])
    await ask(0, [1, 1])
    await ask(0, [99])
    await ask(0, [-1])
    await ask(7, [1])
    await ask(0, [1], subject.name('nowhere'))
    await subject.ask(AlterPartitionReassignments, { topics: [] }, version)
    if (version >= 1) await ask(0, [1], name, { allowReplicationFactorChange: false })
  }),
  eachVersion(ListPartitionReassignments, 'list reassignments', async (subject, version) => {
    const { name } = await subject.topic('t', 2)
    await subject.ask(ListPartitionReassignments, { topics: null }, version)
    await subject.ask(ListPartitionReassignments, { topics: [{ name, partitionIndexes: [0, 7] }] }, version)
  }),
  eachVersion(AlterReplicaLogDirs, 'move replicas between directories', async (subject, version) => {
    const { name } = await subject.topic('t')
    const { results } = await subject.quiet(DescribeLogDirs, { topics: null })
    const ask = (path: string, topic = name, partitions = [0]) =>
      subject.ask(AlterReplicaLogDirs, { dirs: [{ path, topics: [{ name: topic, partitions }] }] }, version)
    await ask(results[0]!.logDir)
    await ask(results[0]!.logDir, name, [7])
    await ask(results[0]!.logDir, subject.name('nowhere'))
    await ask('/nowhere')
    await ask('not/absolute')
    await subject.ask(AlterReplicaLogDirs, { dirs: [] }, version)
  }),
  eachVersion(ListConfigResources, 'list config resources', async (subject, version) => {
    const subscription = subject.name('metrics')
    await subject.quiet(IncrementalAlterConfigs, {
      validateOnly: false,
      resources: [
        {
          resourceType: 16,
          resourceName: subscription,
          configs: [{ name: 'interval.ms', configOperation: 0, value: '5000' }],
        },
      ],
    })
    await published(subject)
    // Others play beside it, with subscriptions of their own.
    const ask = async (asked: { readonly resourceTypes?: number[] }) => {
      subject.exercised.add(`${ListConfigResources.key} ${version}`)
      const { configResources, ...rest } = await subject.quiet(ListConfigResources, asked, version)
      const own = configResources.filter(row => row.resourceType !== 16 || row.resourceName === subscription)
      subject.note(`ListConfigResources ${JSON.stringify(asked)}`, { ...rest, own })
    }
    if (version === 0) return ask({})
    for (const resourceTypes of [[16], [4, 8], [99], [0]]) await ask({ resourceTypes })
  }),
]
