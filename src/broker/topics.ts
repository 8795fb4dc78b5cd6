/** Requests name topics by name or by id, per version; replies group partitions by topic. Both in one place. */
import type { MetadataImage } from '../metadata/image'

export const zeroTopicId = '0'.repeat(32)

export interface Resolved {
  readonly name: string
  readonly topicId: string
  /** An id that no topic has. */
  readonly unknown: boolean
}

interface Named {
  readonly name: string
  readonly topicId: string
}

/** What an entry of a request means: by id from the version on that has ids, by name before. */
export function resolveTopic(image: MetadataImage, { name, topicId }: Named, byId: boolean): Resolved {
  if (!byId) return { name, topicId: image.topic(name)?.id ?? zeroTopicId, unknown: false }
  const topic = image.topicById(topicId)
  return topic ? { name: topic.name, topicId, unknown: false } : { name: '', topicId, unknown: true }
}

interface Group<T> {
  readonly name: string
  readonly topicId: string
  readonly partitions: Map<number, T>
}

/** What each partition is asked for; one that is named twice is asked for what was said last, as in Kafka. */
export function lastOfEach<T extends { readonly name: string; readonly topicId?: string }, P>(
  topics: readonly T[],
  partitionsOf: (topic: T) => readonly P[],
  indexOf: (partition: P) => number,
): { readonly topic: T; readonly asked: P; readonly index: number }[] {
  const [topic] = topics
  const [partition] = topic ? partitionsOf(topic) : []
  // One alone, as most have, is not named twice.
  if (topics.length === 1 && topic && partition !== undefined && partitionsOf(topic).length === 1) {
    return [{ topic, asked: partition, index: indexOf(partition) }]
  }
  const asked = new Map<string, { topic: T; asked: P; index: number }>()
  for (const topic of topics) {
    for (const partition of partitionsOf(topic)) {
      const index = indexOf(partition)
      asked.set(`${topic.name}\0${topic.topicId ?? ''}\0${index}`, { topic, asked: partition, index })
    }
  }
  return [...asked.values()]
}

/** Replies by topic and partition in the order in which they were first set; a partition named twice is answered once. */
export class ByTopic<T> {
  readonly #groups = new Map<string, Group<T>>()

  set(name: string, topicId: string, index: number, reply: T): void {
    const key = name === '' ? topicId : name
    let group = this.#groups.get(key)
    if (!group) this.#groups.set(key, (group = { name, topicId, partitions: new Map() }))
    group.partitions.set(index, reply)
  }

  some(holds: (reply: T) => boolean): boolean {
    for (const { partitions } of this.#groups.values()) {
      for (const reply of partitions.values()) if (holds(reply)) return true
    }
    return false
  }

  topics<R>(make: (name: string, topicId: string, partitions: T[]) => R): R[] {
    return [...this.#groups.values()].map(({ name, topicId, partitions }) =>
      make(name, topicId, [...partitions.values()]),
    )
  }
}
