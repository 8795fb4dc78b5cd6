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
