/** Decisions on who leads a partition, when somebody asks for it: ElectLeaders (KIP-183, KIP-460), or a test. */
import { errors } from '../../protocol/errors'
import { alive, leadershipOf } from './brokers'
import { type Decision, type DecisionContext, type EntryOutcome, failed, succeeded } from '../decision'
import type { StoreOperation } from '../store/store'
import { storeKeys, type StoredPartition } from '../image/stored'

export interface WantedElection {
  readonly topic: string
  readonly partitions: readonly number[]
}

export interface ElectedTopic {
  readonly topic: string
  readonly partitions: readonly (EntryOutcome & { readonly index: number })[]
}

/** Null stands for all partitions, and then only those are told of that need an election. */
export function decideElections(
  context: DecisionContext,
  wanted: readonly WantedElection[] | null,
  unclean: boolean,
): Decision<ElectedTopic[]> {
  const operations: StoreOperation[] = []
  const all = Array.from(wanted ? [] : context.image.topics(), ({ name, partitions }) => ({
    topic: name,
    partitions: partitions.map(({ index }) => index),
  }))
  const reply = (wanted ?? all).map(({ topic, partitions }) => {
    const outcomes = partitions.map(index => ({ index, ...elect(context, topic, index, unclean, operations) }))
    return { topic, partitions: wanted ? outcomes : outcomes.filter(isNeeded) }
  })
  return { if: [], do: operations, reply }
}

const isNeeded = ({ errorCode }: EntryOutcome): boolean => errorCode !== errors.ELECTION_NOT_NEEDED.code

function elect(
  context: DecisionContext,
  name: string,
  index: number,
  unclean: boolean,
  operations: StoreOperation[],
): EntryOutcome {
  const topic = context.image.topic(name)
  const found = topic?.partitions[index]
  if (!topic) return failed('UNKNOWN_TOPIC_OR_PARTITION', `No such topic as ${name}`)
  if (!found) return failed('UNKNOWN_TOPIC_OR_PARTITION', `No such partition as ${name}-${index}`)
  const { index: _index, ...partition } = found
  const preferred = partition.replicas[0]!
  const isNeedless = unclean ? partition.leader >= 0 : partition.leader === preferred
  if (isNeedless) return failed('ELECTION_NOT_NEEDED', 'Leader election not needed for topic partition.')
  const after = leadershipOf(context, name, partition, unclean ? { unclean } : { leader: preferred, unclean })
  if (!after || after.leader < 0 || (!unclean && after.leader !== preferred)) {
    const error = unclean ? 'ELIGIBLE_LEADERS_NOT_AVAILABLE' : 'PREFERRED_LEADER_NOT_AVAILABLE'
    return failed(error, errors[error].says)
  }
  operations.push({ put: storeKeys.partition(topic.id, index), value: JSON.stringify(after) })
  return succeeded
}

/**
 * Makes a broker lead a partition. One that has no replica takes the place of the present leader's, as a reassignment and
 * an election would do together.
 */
export function decideMove(context: DecisionContext, name: string, index: number, to: number): Decision<EntryOutcome> {
  const refuse = (outcome: EntryOutcome): Decision<EntryOutcome> => ({ if: [], do: [], reply: outcome })
  const topic = context.image.topic(name)
  const found = topic?.partitions[index]
  if (!topic || !found) return refuse(failed('UNKNOWN_TOPIC_OR_PARTITION', `there is no partition ${name}-${index}`))
  if (!context.image.broker(to)) return refuse(failed('BROKER_ID_NOT_REGISTERED', `there is no node ${to}`))
  if (!alive(context, to)) return refuse(failed('BROKER_NOT_AVAILABLE', `node ${to} is down`))
  const { index: _index, ...partition } = found
  if (partition.leader < 0) return refuse(failed('LEADER_NOT_AVAILABLE', `${name}-${index} has no leader to move`))
  const after = leadershipOf(context, name, withReplica(partition, to), { leader: to })
  if (!after) return refuse(succeeded)
  return {
    if: [],
    do: [{ put: storeKeys.partition(topic.id, index), value: JSON.stringify(after) }],
    reply: succeeded,
  }
}

function withReplica(partition: StoredPartition, id: number): StoredPartition {
  const { replicas, isr, leader } = partition
  if (replicas.includes(id)) return partition
  const instead = (one: number): number => (one === leader ? id : one)
  return { ...partition, replicas: replicas.map(instead), isr: isr.map(instead) }
}
