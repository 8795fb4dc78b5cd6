/** The decision on CreatePartitions: more partitions for topics that exist. */
import { partitionsPerRequestMax } from './create-topics'
import {
  EntryFailure,
  entryOutcome,
  failed,
  free,
  succeeded,
  type Charge,
  type Decision,
  type DecisionContext,
  type EntryOutcome,
} from '../decision'
import type { TopicImage } from '../image/image'
import { keyedPartitions } from './internal-topics'
import { assignedPartition, checkAssignment, placeReplicas } from './placement'
import type { StoreOperation } from '../store/store'
import { storeKeys, type StoredPartition, type StoredTopic } from '../image/stored'

export interface PartitionsSpec {
  readonly name: string
  /** How many partitions the topic is to have. */
  readonly count: number
  /** Replicas of the added ones; null to let the broker place them. */
  readonly assignments: readonly { readonly brokerIds: readonly number[] }[] | null
}

export interface PartitionsCreation extends EntryOutcome {
  readonly name: string
}

export function decideCreatePartitions(
  context: DecisionContext,
  specs: readonly PartitionsSpec[],
  charge: Charge = free,
): Decision<PartitionsCreation[]> {
  const times = new Map<string, number>()
  for (const { name } of specs) times.set(name, (times.get(name) ?? 0) + 1)
  const reply: PartitionsCreation[] = [...times]
    .filter(([, count]) => count > 1)
    .map(([name]) => ({ name, ...failed('INVALID_REQUEST', 'Duplicate topic name.') }))
  const once = specs.filter(({ name }) => times.get(name) === 1)
  const added = (spec: PartitionsSpec) =>
    Math.max(0, spec.count - (context.image.topic(spec.name)?.partitions.length ?? spec.count))
  if (once.reduce((sum, spec) => sum + added(spec), 0) > partitionsPerRequestMax) {
    const outcome = failed('POLICY_VIOLATION', 'Excessively large number of additional partitions per request.')
    return { if: [], do: [], reply: [...times.keys()].map(name => ({ name, ...outcome })) }
  }
  const operations: StoreOperation[] = []
  for (const spec of once) {
    const outcome = entryOutcome(
      () => createPartitions(context, spec, operations, charge),
      failure => failure,
    )
    reply.push({ name: spec.name, ...outcome })
  }
  return { if: [], do: operations, reply }
}

function createPartitions(
  context: DecisionContext,
  spec: PartitionsSpec,
  operations: StoreOperation[],
  charge: Charge,
): EntryOutcome {
  const topic = context.image.topic(spec.name)
  if (!topic) throw new EntryFailure('UNKNOWN_TOPIC_OR_PARTITION')
  const present = topic.partitions.length
  if (spec.count === present) {
    throw new EntryFailure('INVALID_PARTITIONS', `Topic already has ${present} partition(s).`)
  }
  if (spec.count < present) {
    const why = `The topic ${spec.name} currently has ${present} partition(s); ${spec.count} would not be an increase.`
    throw new EntryFailure('INVALID_PARTITIONS', why)
  }
  charge(spec.count - present)
  const partitions = newPartitions(context, spec, topic)
  const stored: StoredTopic = {
    name: topic.name,
    partitions: spec.count,
    ...(topic.internal && { keyedPartitions: keyedPartitions(topic) }),
  }
  operations.push({ put: storeKeys.topic(topic.id), value: JSON.stringify(stored) })
  for (const [at, partition] of partitions.entries()) {
    operations.push({ put: storeKeys.partition(topic.id, present + at), value: JSON.stringify(partition) })
  }
  return succeeded
}

/** New partitions have as many replicas as the topic's first one. */
function newPartitions({ image, random }: DecisionContext, spec: PartitionsSpec, topic: TopicImage): StoredPartition[] {
  const added = spec.count - topic.partitions.length
  const replicationFactor = topic.partitions[0]!.replicas.length
  if (spec.assignments === null) return placeReplicas(image, random, added, replicationFactor)
  if (spec.assignments.length !== added) {
    const only = `but only ${spec.assignments.length} assignment(s) were specified.`
    const why = `Attempted to add ${added} additional partition(s), ${only}`
    throw new EntryFailure('INVALID_REPLICA_ASSIGNMENT', why)
  }
  return spec.assignments.map(({ brokerIds }, at) => {
    checkAssignment(image, brokerIds, replicationFactor)
    return assignedPartition(image, brokerIds, topic.partitions.length + at)
  })
}
