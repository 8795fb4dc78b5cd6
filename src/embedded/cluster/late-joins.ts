/**
 * Who joins a group at the end of a topic misses what has been sent before, which puzzles whoever has just sent it: the log
 * says so. It is seen by a client that hears that its group has committed nothing, and then asks where a partition ends.
 */
import type { Call } from '../../call/call'
import type { Body } from '../../call/handler'
import { isPromise, type Stage } from '../../call/stage'
import type { Logger } from '../../platform/logger'

interface Topics {
  /** Null when no topic has that id. */
  topicName(id: string): string | null
  /** Where the log of a partition begins; null when there is none. */
  logStart(topic: string, index: number): number | null
}

const latest = -1
const firstOfManyGroups = 8
const firstWithOneOffset = 1
/** What is remembered of clients that never ask again is forgotten with all the rest. */
const placesMax = 10_000

export class LateJoins {
  readonly #logger: Logger
  readonly #topics: () => Topics
  /** Groups that have committed nothing, by client and partition. */
  readonly #unplaced = new Map<string, string>()

  constructor(logger: Logger, topics: () => Topics) {
    this.#logger = logger
    this.#topics = topics
  }

  readonly stage: Stage = (handler, next) => {
    const { name } = handler.api
    if (name !== 'OffsetFetch' && name !== 'ListOffsets') return next
    return (call, request) => {
      const heard = (reply: Body): Body => {
        if (reply === null) return null
        if (name === 'OffsetFetch') this.#fetched(call, request, reply)
        else if (call.version >= firstWithOneOffset && this.#unplaced.size > 0) this.#listed(call, request, reply)
        return reply
      }
      const reply = next(call, request)
      return isPromise(reply) ? reply.then(heard) : heard(reply)
    }
  }

  #fetched({ version, clientId }: Call, { groupId }: Body, { topics, groups }: Body): void {
    const all: readonly Body[] = version >= firstOfManyGroups ? groups : [{ groupId, topics }]
    for (const group of all) {
      for (const { name, topicId, partitions } of group.topics) {
        const topic = name || this.#topics().topicName(topicId)
        for (const { partitionIndex, committedOffset, errorCode } of partitions) {
          const place = placeOf(clientId, topic, partitionIndex)
          this.#unplaced.delete(place)
          if (errorCode !== 0 || committedOffset >= 0) continue
          if (this.#unplaced.size >= placesMax) this.#unplaced.clear()
          this.#unplaced.set(place, group.groupId)
        }
      }
    }
  }

  #listed({ clientId }: Call, request: Body, { topics }: Body): void {
    const skipped = new Map<string, { readonly group: string; readonly topic: string; records: number }>()
    for (const { name: topic, partitions } of request.topics) {
      for (const { partitionIndex, timestamp } of partitions) {
        const place = placeOf(clientId, topic, partitionIndex)
        const group = this.#unplaced.get(place)
        if (group === undefined) continue
        const told = partitionIn(topics, topic, partitionIndex)
        if (told?.errorCode !== 0) continue
        // Whoever asks where it begins reads it all.
        this.#unplaced.delete(place)
        const start = this.#topics().logStart(topic, partitionIndex)
        const records = Number(timestamp) === latest && start !== null ? Number(told.offset) - start : 0
        if (records <= 0) continue
        const key = JSON.stringify([group, topic])
        const known = skipped.get(key)
        if (known) known.records += records
        else skipped.set(key, { group, topic, records })
      }
    }
    for (const { group, topic, records } of skipped.values()) {
      this.#logger.info('group-joined-at-latest', { group, topic, skipped: records, says: advice })
    }
  }
}

const advice =
  'what was sent before is not read: wait for the group before you send, or let it begin at the earliest offset'

const placeOf = (clientId: string | null, topic: string, index: number): string =>
  JSON.stringify([clientId, topic, index])

const partitionIn = (topics: readonly Body[], topic: string, index: number): Body | undefined =>
  topics.find(({ name }) => name === topic)?.partitions.find((one: Body) => one.partitionIndex === index)
