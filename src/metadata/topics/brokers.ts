/** Decisions about brokers: that they are there, and where, or not there. Partitions follow. */
import type { Decision, DecisionContext } from '../decision'
import { leadershipAfter, type Wish } from './leadership'
import type { StoreOperation } from '../store/store'
import { storeKeys, type StoredBroker, type StoredPartition } from '../image/stored'

/** Nothing to do when all is as it was. */
export function decideBroker(context: DecisionContext, id: number, broker: StoredBroker): Decision<void> {
  const { image } = context
  const { rack, endpoints, fenced = false } = broker
  const known = image.broker(id)
  const operations: StoreOperation[] = []
  const stored: StoredBroker = { rack, endpoints, ...(fenced && { fenced }) }
  const told = known && { rack: known.rack, endpoints: known.endpoints, ...(known.fenced && { fenced: true }) }
  if (JSON.stringify(told) !== JSON.stringify(stored)) {
    operations.push({ put: storeKeys.broker(id), value: JSON.stringify(stored) })
  }
  const isOther = known !== null && known.fenced !== fenced
  if (isOther)
    operations.push(...leadershipOperations(context, other => (other === id ? !fenced : alive(context, other))))
  return { if: [], do: operations, reply: undefined }
}

export function decideFence(context: DecisionContext, id: number): Decision<void> {
  const known = context.image.broker(id)
  if (!known) return { if: [], do: [], reply: undefined }
  return decideBroker(context, id, { rack: known.rack, endpoints: known.endpoints, fenced: true })
}

export const alive = ({ image }: DecisionContext, id: number): boolean => image.broker(id)?.fenced === false

/** What follows for every partition when those are there for whom `isAlive` holds. */
function leadershipOperations(context: DecisionContext, isAlive: (id: number) => boolean): StoreOperation[] {
  const operations: StoreOperation[] = []
  for (const topic of context.image.topics()) {
    for (const { index, ...partition } of topic.partitions) {
      const after = leadershipOf(context, topic.name, partition, {}, isAlive)
      if (after) operations.push({ put: storeKeys.partition(topic.id, index), value: JSON.stringify(after) })
    }
  }
  return operations
}

/** What becomes of a partition by a wish; null when nothing does. */
export function leadershipOf(
  context: DecisionContext,
  topic: string,
  partition: StoredPartition,
  wish: Wish,
  isAlive: (id: number) => boolean = id => alive(context, id),
): StoredPartition | null {
  const { minInsyncReplicas: minIsr, uncleanLeaderElectionEnable } = context.configs.topic(topic)
  return leadershipAfter(partition, { unclean: uncleanLeaderElectionEnable, ...wish }, { isAlive, minIsr })
}
