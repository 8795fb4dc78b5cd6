/** Looks at all that a broker shows, while nobody else does anything. */
import { groupMetadataTopic } from '../../src/metadata/topics/internal-topics'
import type { Node } from '../../src/node/node'
import { DescribeGroups } from '../../src/protocol/messages/describe-groups'
import { Fetch } from '../../src/protocol/messages/fetch'
import { Metadata } from '../../src/protocol/messages/metadata'
import { OffsetFetch } from '../../src/protocol/messages/offset-fetch'
import type { ResponseOf } from '../../src/protocol/schema'
import type { Seen, SeenPartition } from './judge'
import type { ReadRecord } from './ledger'
import type { Line } from './line'
import { recordsIn } from './reading'
import type { Stage } from './stage'

const storageError = 56

export async function look(stage: Stage, node: Node, line: Line): Promise<Seen> {
  const { topics } = await line.ask(Metadata, 12, { topics: null, allowAutoTopicCreation: false })
  const partitions: SeenPartition[] = []
  for (const { name, topicId, isInternal, errorCode, partitions: all } of topics) {
    if (errorCode !== 0) stage.ledger.anomalies.push(`metadata: ${name} has error ${errorCode}`)
    if (isInternal) continue
    for (const { partitionIndex } of all) {
      const seen = await readAll(stage, node, line, name!, topicId, partitionIndex)
      if (seen) partitions.push(seen)
    }
  }
  const commits: Seen['commits'][number][] = []
  const hasGroups = topics.some(({ name }) => name === groupMetadataTopic)
  for (const { name } of stage.mix.groups) commits.push(...(await committedBy(stage, line, name, hasGroups)))
  return {
    topics: topics.map(({ name, topicId, partitions: all }) => ({ name: name!, id: topicId, partitions: all.length })),
    partitions,
    commits,
  }
}

/** Null when it is offline and a fault of the disk explains that. */
async function readAll(
  stage: Stage,
  node: Node,
  line: Line,
  name: string,
  topicId: string,
  partition: number,
): Promise<SeenPartition | null> {
  const records: ReadRecord[] = []
  const local = node.broker.partitions.find(name, partition)
  let next = local?.start ?? 0
  // What comes in very small pieces has to be there before the request counts as lost.
  const partitionMaxBytes = stage.mix.pieceBytes < 500 ? 64 * 1024 : 1024 * 1024
  for (;;) {
    const { responses } = await line.ask(Fetch, 13, {
      maxWaitMs: 0,
      minBytes: 0,
      topics: [{ topicId, partitions: [{ partition, fetchOffset: next, partitionMaxBytes }] }],
    })
    const told = responses[0]!.partitions[0]!
    if (told.errorCode !== 0 || !local) {
      if (told.errorCode === storageError && stage.wasDiskFaulty()) return null
      stage.ledger.anomalies.push(`unreadable: ${name}-${partition} from ${next}: error ${told.errorCode}`)
      return null
    }
    const read = recordsIn(told.records, next)
    records.push(...read)
    if (read.length > 0 && read.at(-1)!.offset + 1 < told.highWatermark) {
      next = read.at(-1)!.offset + 1
      continue
    }
    const { highWatermark, logStartOffset: start } = told
    return { topicId, partition, start, highWatermark, end: local.end, records }
  }
}

async function committedBy(
  stage: Stage,
  line: Line,
  group: string,
  isServed: boolean,
): Promise<Seen['commits'][number][]> {
  const told = isServed ? await offsetsOf(stage, line, group) : { errorCode: 0, topics: [] }
  if (told.errorCode !== 0) {
    if (!stage.wasDiskFaulty()) stage.ledger.anomalies.push(`unreadable: offsets of ${group}: error ${told.errorCode}`)
    return []
  }
  const commits: Seen['commits'][number][] = []
  for (const topic of stage.ledger.topics) {
    if (topic.id === null || topic.deleted !== 'no') continue
    const found = told.topics.find(({ name }) => name === topic.name)
    for (let partition = 0; partition < topic.partitions; partition += 1) {
      const one = found?.partitions.find(({ partitionIndex }) => partitionIndex === partition)
      commits.push({ group, topicId: topic.id, partition, offset: Number(one?.committedOffset ?? -1) })
    }
  }
  return commits
}

const offsetsOf = (stage: Stage, line: Line, group: string) =>
  patiently(stage, async () => {
    const { groups } = await line.ask(OffsetFetch, 9, {
      groups: [{ groupId: group, topics: null }],
      requireStable: true,
    })
    return groups[0]!
  })

/** Groups as the coordinator describes them, by name. */
export async function describeGroups(stage: Stage, line: Line): Promise<Map<string, string>> {
  const described = new Map<string, string>()
  for (const { name } of stage.mix.groups) {
    const group = await patiently(stage, async () => {
      const { groups } = await line.ask(DescribeGroups, 5, { groups: [name] })
      return groups[0]!
    })
    if (isSettled(group)) described.set(name, JSON.stringify(group))
  }
  return described
}

/** What is between two generations is not remembered, nor need it be. */
const isSettled = ({ errorCode, groupState }: ResponseOf<typeof DescribeGroups>['groups'][number]): boolean =>
  errorCode === 0 && (groupState === 'Stable' || groupState === 'Empty')

/** A coordinator that loads is asked again for a while. */
async function patiently<T extends { errorCode: number }>(stage: Stage, ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const told = await ask()
    if (told.errorCode === 0 || tries === 100) return told
    await stage.world.sleep(20)
  }
}
