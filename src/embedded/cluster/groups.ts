/** What a consumer group does, and how far it is behind. */
import type { Broker } from '../../broker/broker'
import type { Core } from '../../node/core'
import type { Clock } from '../../platform/clock'
import { ConsumerProtocolAssignment } from '../../protocol/embedded/consumer-protocol-assignment'
import { decodeBlob } from '../../protocol/embedded/consumer-protocol'
import { Refusal } from '../../protocol/errors'
import { groupMetadataTopic, partitionOfKey } from '../../metadata/topics/internal-topics'
import { hasUnread } from './data'
import { BrokerError, type GroupFacts, type GroupWish, type MemberFacts, type PartitionLag } from '../contract/commands'

const newestDescribe = 6

/**
 * A group that nobody has joined or committed for has state Dead and no members, as in Kafka. Rejects with BrokerError when
 * the coordinator cannot tell.
 */
export async function groupFacts(core: Core, { now }: Clock, group: string): Promise<GroupFacts> {
  const none = { group, state: 'Dead', members: [], lag: [] }
  const { partitions } = core
  const broker = coordinatorOf(core, group)
  if (broker === null) return none
  try {
    const { groupState, members } = await broker.groups.describe(group, newestDescribe)
    const facts = members.map(
      ({ memberId, clientId, clientHost, memberAssignment }): MemberFacts => ({
        memberId,
        clientId,
        host: clientHost.replace(/^\//, ''),
        assigned: assignedIn(memberAssignment),
      }),
    )
    const committed = await committedOf(broker, group)
    for (const { assigned } of facts) {
      for (const { topic, partition } of assigned) {
        if (!committed.some(one => one.topic === topic && one.partition === partition)) {
          committed.push({ topic, partition, offset: null })
        }
      }
    }
    const lag = committed.flatMap(({ topic, partition, offset }): PartitionLag[] => {
      const led = partitions.find(topic, partition)
      if (!led) return []
      const from = Math.max(offset ?? led.start, led.start)
      const end = led.lastStableOffset
      const records = Math.max(0, end - from)
      // The first record that is left, whatever its time.
      const oldest = records > 0 ? (led.log.findByTime(0, from)?.timestampMs ?? null) : null
      const seconds = oldest === null ? 0 : Math.max(0, (now() - oldest) / 1000)
      return [{ topic, partition, committed: offset, end, records, seconds }]
    })
    return { group, state: groupState, members: facts, lag }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.error === 'GROUP_ID_NOT_FOUND') return none
    throw new BrokerError(`the coordinator of group ${group} cannot tell: ${error.message}`, error.error)
  }
}

function coordinatorOf({ brokers, metadata }: Core, group: string): Broker | null {
  const partition = partitionOfKey(metadata.image.topic(groupMetadataTopic), group)
  return brokers.find(({ broker }) => broker.id === partition?.leader)?.broker ?? null
}

async function committedOf(
  broker: Broker,
  group: string,
): Promise<{ topic: string; partition: number; offset: number | null }[]> {
  const topics = await broker.groups.fetch(group, null, false)
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, committedOffset }) => ({
      topic: name,
      partition: partitionIndex,
      offset: Number(committedOffset) < 0 ? null : Number(committedOffset),
    })),
  )
}

/** Other protocols than that of consumers (Connect) say what they like here. */
function assignedIn(assignment: Buffer): MemberFacts['assigned'] {
  if (assignment.length < 2) return []
  try {
    const { message } = decodeBlob(ConsumerProtocolAssignment, assignment)
    return message.assignedPartitions.flatMap(({ topic, partitions }) =>
      partitions.map(partition => ({ topic, partition })),
    )
  } catch {
    return []
  }
}

/** `partitions` are those of which the facts tell. */
export function isAsWished(
  facts: GroupFacts,
  { state, members, assigned, caughtUp }: GroupWish,
  partitions: Core['partitions'],
): boolean {
  if (state !== null && facts.state !== state) return false
  if (members !== null && facts.members.length !== members) return false
  const topics = new Set(facts.members.flatMap(member => member.assigned.map(({ topic }) => topic)))
  if (!assigned.every(topic => topics.has(topic))) return false
  return !caughtUp || (facts.state !== 'Dead' && facts.lag.every(lag => isDone(lag, partitions)))
}

/** Clients commit one past their last record, and do not see what stands behind it when it is the end of a transaction. */
function isDone({ topic, partition, committed, records }: PartitionLag, partitions: Core['partitions']): boolean {
  if (records === 0) return true
  const led = partitions.find(topic, partition)
  return led === null || !hasUnread(led, committed ?? led.start)
}
