/** The decision on AlterPartitionReassignments: replicas move to other brokers, or stop moving (KIP-455). */
import { errors } from '../../protocol/errors'
import { leadershipOf } from './brokers'
import {
  type Decision,
  type DecisionContext,
  EntryFailure,
  type EntryOutcome,
  entryOutcome,
  succeeded,
} from '../decision'
import type { Wish } from './leadership'
import { checkAssignment } from './placement'
import type { StoreOperation } from '../store/store'
import { storeKeys, type StoredPartition } from '../image/stored'

export interface WantedReassignment {
  readonly name: string
  readonly partitions: readonly {
    readonly partitionIndex: number
    /** Null stops a reassignment. */
    readonly replicas: readonly number[] | null
  }[]
}

export interface ReassignedTopic {
  readonly name: string
  readonly partitions: readonly (EntryOutcome & { readonly partitionIndex: number })[]
}

/** `mayResize` is whether there may be more replicas or fewer than before (KIP-860). */
export function decideReassignments(
  context: DecisionContext,
  wanted: readonly WantedReassignment[],
  mayResize: boolean,
): Decision<ReassignedTopic[]> {
  const operations: StoreOperation[] = []
  const reply = wanted.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, replicas }) => {
      const reassign = (): EntryOutcome => {
        const topic = context.image.topic(name)
        const found = topic?.partitions[partitionIndex]
        if (!topic || !found) {
          throw new EntryFailure('UNKNOWN_TOPIC_OR_PARTITION', errors.UNKNOWN_TOPIC_OR_PARTITION.says)
        }
        const { index, ...partition } = found
        const wish = replicas === null ? cancelled(partition) : wishFor(context, partition, replicas, mayResize)
        const after = leadershipOf(context, name, partition, wish)
        if (after) operations.push({ put: storeKeys.partition(topic.id, index), value: JSON.stringify(after) })
        return succeeded
      }
      return { partitionIndex, ...entryOutcome(reassign, outcome => outcome) }
    }),
  }))
  return { if: [], do: operations, reply }
}

const isMoving = ({ adding = [], removing = [] }: StoredPartition): boolean => adding.length + removing.length > 0

function wishFor(
  { image }: DecisionContext,
  partition: StoredPartition,
  target: readonly number[],
  mayResize: boolean,
): Wish {
  checkAssignment(image, target, null)
  const before = partition.replicas.filter(id => !(partition.adding ?? []).includes(id)).length
  if (!mayResize && before !== target.length) {
    const says = `The replication factor is changed from ${before} to ${target.length}`
    throw new EntryFailure('INVALID_REPLICATION_FACTOR', says)
  }
  const removing = partition.replicas.filter(id => !target.includes(id))
  const adding = target.filter(id => !partition.replicas.includes(id))
  return { replicas: [...target, ...removing], adding, removing }
}

function cancelled(partition: StoredPartition): Wish {
  if (!isMoving(partition)) throw new EntryFailure('NO_REASSIGNMENT_IN_PROGRESS')
  const { adding = [], isr } = partition
  if (isr.every(id => adding.includes(id))) {
    const says = 'Nobody in sync would be left if the reassignment was taken back'
    throw new EntryFailure('INVALID_REPLICA_ASSIGNMENT', says)
  }
  return { replicas: partition.replicas.filter(id => !adding.includes(id)), adding: [], removing: [] }
}
