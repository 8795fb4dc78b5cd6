/** Topics of coordinators that grow on a running broker: what was kept before is found, and what comes is kept where it is looked for. */
import { CreatePartitions } from '../../../src/protocol/messages/create-partitions'
import { FindCoordinator } from '../../../src/protocol/messages/find-coordinator'
import { ListGroups } from '../../../src/protocol/messages/list-groups'
import { OffsetCommit } from '../../../src/protocol/messages/offset-commit'
import { OffsetFetch } from '../../../src/protocol/messages/offset-fetch'
import { type Scenario, scene } from '../scenario'
import type { Subject, Topic } from '../subject'
import { Client } from '../transactional-client'

const grownTo = 9
const topics = ['__consumer_offsets', '__transaction_state']

async function grow(subject: Subject): Promise<void> {
  const asked = topics.map(name => ({ name, count: grownTo, assignments: null }))
  await subject.ask(CreatePartitions, { topics: asked, timeoutMs: 5000, validateOnly: false })
  for (const name of topics) await subject.settled(name, grownTo)
}

const fetchOf = (groupId: string, { name }: Topic) => ({
  groupId,
  topics: [{ name, partitionIndexes: [0] }],
  groups: [],
})

async function groups(subject: Subject, topic: Topic): Promise<{ commit(): Promise<void>; fetch(): Promise<void> }> {
  const ids = Array.from({ length: 8 }, (_, index) => subject.name(`g${index}`))
  const found = ({ coordinators }: { readonly coordinators: readonly { readonly errorCode: number }[] }) =>
    coordinators.every(({ errorCode }) => errorCode === 0)
  await subject.eventually(FindCoordinator, { keyType: 0, coordinatorKeys: ids }, found, 4)
  const commit = async () => {
    for (const [index, groupId] of ids.entries()) {
      const partitions = [{ partitionIndex: 0, committedOffset: index + 1, committedMetadata: '' }]
      const ask = { groupId, generationIdOrMemberEpoch: -1, topics: [{ name: topic.name, partitions }] }
      await subject.ask(OffsetCommit, ask, 8)
    }
  }
  const fetch = async () => {
    for (const groupId of ids) await subject.ask(OffsetFetch, fetchOf(groupId, topic), 7)
    await subject.ask(FindCoordinator, { keyType: 0, coordinatorKeys: ids }, 4)
  }
  return { commit, fetch }
}

export const grownCoordinatorScenarios: readonly Scenario[] = [
  scene('topics of coordinators that grow', async subject => {
    const topic = await subject.topic('t')
    const own = await groups(subject, topic)
    await own.commit()
    const clients = Array.from({ length: 6 }, (_, index) => new Client(subject, index % 2 === 0 ? 1 : 2, `tx${index}`))
    for (const client of clients) {
      await client.init()
      if (client.generation === 1) await client.add([[topic.name, [0]]])
      await client.produce(topic, 0)
      await client.commitOffsets(subject.name('g0'), topic, 1)
    }
    await grow(subject)
    await own.fetch()
    for (const client of clients) await client.end(client.generation === 1)
    await own.commit()
    await own.fetch()
    for (const client of clients) await client.init()
    await subject.ask(ListGroups, { statesFilter: ['Dead'] })
  }),
]
