/** Requests name topics by name or by id, per version; replies group partitions by topic. Both in one place. */
import type { MetadataImage } from '../metadata/image/image'

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

interface Reply<T> {
  readonly name: string
  readonly topicId: string
  readonly index: number
  reply: T
}

/** Replies by topic and partition in the order in which they were first set; a partition named twice is answered once. */
export class ByTopic<T> {
  /** The first reply, which for most requests is the only one. */
  #first: Reply<T> | null = null
  /** All of them, from the second on. */
  #all: Map<string, Map<number, Reply<T>>> | null = null

  set(name: string, topicId: string, index: number, reply: T): void {
    const first = this.#first
    if (first === null) this.#first = { name, topicId, index, reply }
    else if (first.index === index && keyOf(first) === keyOf({ name, topicId })) first.reply = reply
    else {
      if (!this.#all) this.#all = new Map([[keyOf(first), new Map([[first.index, first]])]])
      const key = keyOf({ name, topicId })
      let partitions = this.#all.get(key)
      if (!partitions) this.#all.set(key, (partitions = new Map()))
      const known = partitions.get(index)
      if (known) known.reply = reply
      else partitions.set(index, { name, topicId, index, reply })
    }
  }

  some(holds: (reply: T) => boolean): boolean {
    return this.#groups().some(group => group.some(({ reply }) => holds(reply)))
  }

  topics<R>(make: (name: string, topicId: string, partitions: T[]) => R): R[] {
    return this.#groups().map(group =>
      make(
        group[0]!.name,
        group[0]!.topicId,
        group.map(({ reply }) => reply),
      ),
    )
  }

  #groups(): Reply<T>[][] {
    if (this.#all) return Array.from(this.#all.values(), partitions => [...partitions.values()])
    return this.#first ? [[this.#first]] : []
  }
}

const keyOf = ({ name, topicId }: Named): string => (name === '' ? topicId : name)
