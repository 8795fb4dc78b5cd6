/** The partitions a fetch asks for, one after the other, each named by name and id. */
import type { MetadataImage } from '../../metadata/image/image'
import type { FetchRequest } from '../../protocol/messages/fetch'
import { resolveTopic } from '../topics'

export interface Wanted {
  /** Identifies the partition within a session: by name, or by id in versions that have ids. */
  readonly key: string
  /** Empty for an id that no topic had so far. */
  readonly topic: string
  /** Whose partition it has to be; of no meaning in versions without ids. */
  readonly topicId: string
  readonly index: number
  readonly fetchOffset: number
  readonly maxBytes: number
  readonly currentLeaderEpoch: number
  readonly lastFetchedEpoch: number
}

/** In the order of the request; a partition named twice counts once, as it was named last. */
export function wantedOf(image: MetadataImage, request: FetchRequest, byId: boolean): Wanted[] {
  const wanted = new Map<string, Wanted>()
  for (const { topic: name, topicId, partitions } of request.topics) {
    const resolved = resolveTopic(image, { name, topicId }, byId)
    for (const asked of partitions) {
      const key = keyOf(byId, name, topicId, asked.partition)
      wanted.set(key, {
        key,
        topic: resolved.name,
        topicId: resolved.topicId,
        index: asked.partition,
        fetchOffset: asked.fetchOffset,
        maxBytes: asked.partitionMaxBytes,
        currentLeaderEpoch: asked.currentLeaderEpoch,
        lastFetchedEpoch: asked.lastFetchedEpoch,
      })
    }
  }
  return [...wanted.values()]
}

export function forgottenOf(request: FetchRequest, byId: boolean): string[] {
  return request.forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
    partitions.map(index => keyOf(byId, topic, topicId, index)),
  )
}

const keyOf = (byId: boolean, name: string, topicId: string, index: number): string =>
  `${byId ? topicId : name}\0${index}`
