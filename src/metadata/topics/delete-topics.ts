/** The decision on DeleteTopics, by name and by id. */
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
import type { StoreOperation } from '../store/store'
import { storeKeys } from '../image/stored'
import type { StoredDeletion } from '../image/tables'

const zeroId = '0'.repeat(32)

const invalid = (message: string) => failed('INVALID_REQUEST', message)

/** A topic as a request names it: by name with the zero id, or by id with a null name. */
export interface TopicReference {
  readonly name: string | null
  readonly topicId: string
}

export interface TopicDeletion extends EntryOutcome {
  readonly name: string | null
  readonly topicId: string
}

/** Says of a topic by its name, and as the request names it, why the caller may not delete it; null when he may. */
export type DeletionRefusal = (name: string, reference: TopicReference) => TopicDeletion | null

/** Deletes what is named once and exists; what is named twice is left alone. Names are answered in their order. */
export function decideDeleteTopics(
  { image }: DecisionContext,
  references: readonly TopicReference[],
  charge: Charge = free,
  refusalOf: DeletionRefusal = () => null,
): Decision<TopicDeletion[]> {
  const reply: TopicDeletion[] = []
  const refuse = (reference: TopicReference, outcome: EntryOutcome) => reply.push({ ...reference, ...outcome })
  const { names, ids } = sorted(references, refuse)
  const given = new Set<string>()
  const doomed: TopicReference[] = []
  const [byId, byName] = [byCount(ids), byCount(names)]
  for (const topicId of byId.repeated) refuse({ name: null, topicId }, invalid('Duplicate topic id.'))
  for (const topicId of byId.once) {
    given.add(topicId)
    const name = image.topicById(topicId)?.name ?? null
    const refusal = name === null ? null : refusalOf(name, { name: null, topicId })
    if (refusal) reply.push(refusal)
    else doomed.push({ name, topicId })
  }
  for (const name of byName.repeated) refuse({ name, topicId: zeroId }, invalid('Duplicate topic name.'))
  for (const name of byName.once.sort()) {
    const refusal = refusalOf(name, { name, topicId: zeroId })
    if (refusal) {
      reply.push(refusal)
      continue
    }
    const topicId = image.topic(name)?.id ?? zeroId
    if (!given.has(topicId)) {
      doomed.push({ name, topicId })
      continue
    }
    doomed.splice(
      doomed.findIndex(other => other.topicId === topicId),
      1,
    )
    refuse({ name, topicId }, invalid('The provided topic name maps to an ID that was already supplied.'))
  }
  const operations: StoreOperation[] = []
  for (const reference of doomed) {
    const outcome = entryOutcome(
      () => {
        const topic = image.topicById(reference.topicId)
        if (topic) charge(topic.partitions.length)
        return deleteTopic(reference, topic, operations)
      },
      failure => failure,
    )
    reply.push({ ...reference, ...outcome })
  }
  return { if: [], do: operations, reply }
}

function sorted(
  references: readonly TopicReference[],
  refuse: (reference: TopicReference, outcome: EntryOutcome) => void,
) {
  const names: string[] = []
  const ids: string[] = []
  for (const reference of references) {
    if (reference.name === null && reference.topicId === zeroId) {
      refuse(reference, invalid('Neither topic name nor id were specified.'))
    } else if (reference.name !== null && reference.topicId !== zeroId) {
      refuse(reference, invalid('You may not specify both topic name and topic id.'))
    } else if (reference.name === null) ids.push(reference.topicId)
    else names.push(reference.name)
  }
  return { names, ids }
}

function byCount(all: readonly string[]): { once: string[]; repeated: string[] } {
  const times = new Map<string, number>()
  for (const one of all) times.set(one, (times.get(one) ?? 0) + 1)
  const once = [...times.keys()].filter(one => times.get(one) === 1)
  return { once, repeated: [...times.keys()].filter(one => times.get(one)! > 1) }
}

function deleteTopic({ name }: TopicReference, topic: TopicImage | null, operations: StoreOperation[]): EntryOutcome {
  if (!topic) {
    throw name === null
      ? new EntryFailure('UNKNOWN_TOPIC_ID', 'This server does not host this topic ID.')
      : new EntryFailure('UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.')
  }
  // Whoever starts after a crash has to tell logs that are to be removed from logs that nobody knows.
  const deletion: StoredDeletion = { name: topic.name }
  operations.push(
    { put: storeKeys.row('deletion', topic.id), value: JSON.stringify(deletion) },
    { remove: storeKeys.topicName(topic.name) },
    { remove: storeKeys.topic(topic.id) },
    ...topic.partitions.map(({ index }) => ({ remove: storeKeys.partition(topic.id, index) })),
    { remove: storeKeys.config('topic', topic.name) },
  )
  return succeeded
}
