/** The log says which records a group does not read because it came after them. */
import { FindCoordinator } from '../../../../src/protocol/messages/find-coordinator'
import { ListOffsets } from '../../../../src/protocol/messages/list-offsets'
import { OffsetCommit } from '../../../../src/protocol/messages/offset-commit'
import { OffsetFetch } from '../../../../src/protocol/messages/offset-fetch'
import { EngineBench } from '../../../support/engine-bench'

const [latest, earliest] = [-1, -2]
const indexes = [0, 1]

async function bench() {
  const at = new EngineBench()
  const { cluster, port } = await at.start({ topics: [{ name: 'orders', partitions: 2 }], log: 'info' })
  for (const partition of [0, 0, 1]) {
    const record = { key: null, value: Buffer.from('a'), headers: [], partition, timestampMs: null }
    await at.ask(cluster, 'produce', { topic: 'orders', records: [record] })
  }
  const clients = new Map<string, Awaited<ReturnType<EngineBench['connect']>>>()
  const by = async (client: string) => {
    if (!clients.has(client)) clients.set(client, await at.connect(port, client))
    return clients.get(client)!
  }
  await at.world.until((await by('other')).request(FindCoordinator, 4, { keyType: 0, coordinatorKeys: ['late'] }))
  const fetch = async (client: string, groupId: string) => {
    const topics = [{ name: 'orders', partitionIndexes: indexes }]
    await at.world.until((await by(client)).request(OffsetFetch, 8, { groups: [{ groupId, topics }] }))
  }
  const commit = async (groupId: string, partitionIndex: number) => {
    const partitions = [{ partitionIndex, committedOffset: 1, committedMetadata: '' }]
    const ask = { groupId, generationIdOrMemberEpoch: -1, memberId: '', topics: [{ name: 'orders', partitions }] }
    await at.world.until((await by('other')).request(OffsetCommit, 8, ask))
  }
  const list = async (client: string, timestamp: number) => {
    const partitions = indexes.map(partitionIndex => ({ partitionIndex, timestamp }))
    await at.world.until(
      (await by(client)).request(ListOffsets, 7, { replicaId: -1, topics: [{ name: 'orders', partitions }] }),
    )
  }
  const told = () =>
    at.lines
      .filter(line => line.includes('group-joined-at-latest'))
      .map(line => / (group=.*skipped=\d+)/.exec(line)![1])
  return { fetch, commit, list, told }
}

test('who has committed nothing and begins at the end has missed what is there', async () => {
  const { fetch, list, told } = await bench()
  await fetch('svc', 'late')
  await list('svc', latest)
  expect(told()).toEqual(['group=late topic=orders skipped=3'])
  await list('svc', latest)
  expect(told()).toHaveLength(1)
})

test('where something has been committed nothing is missed', async () => {
  const { fetch, commit, list, told } = await bench()
  await commit('late', 0)
  await fetch('svc', 'late')
  await list('svc', latest)
  expect(told()).toEqual(['group=late topic=orders skipped=1'])
})

test('who begins at the beginning, and who only asks where the end is, has missed nothing', async () => {
  const { fetch, list, told } = await bench()
  await fetch('svc', 'early')
  await list('svc', earliest)
  await list('svc', latest)
  await fetch('svc', 'early')
  await list('another', latest)
  expect(told()).toEqual([])
})
