/** Records of a cluster, without a client: as a producer without retries writes them, and a `read_committed` consumer sees them. */
import { isInternalTopic } from '../../metadata/topics/internal-topics'
import type { Core } from '../../node/core'
import type { Partition } from '../../partition/partition'
import type { Clock, Timers } from '../../platform/clock'
import { batchBytesAt, isControlAt, isTransactionalAt, lastOffsetAt, producerIdAt } from '../../protocol/records/batch'
import { Refusal } from '../../protocol/errors'
import { buildBatch, recordsOf } from '../../protocol/records/records'
import type { AbortedTransaction } from '../../storage/log'
import {
  BrokerError,
  type RawRecord,
  type ReadAnswer,
  type ReadAsk,
  type ToProduce,
  type Written,
} from '../contract/commands'
import { nearest } from '../contract/kinds'
import { pickPartition } from './partitioner'
import { createTopics } from './topics'
import { until } from './until'

/** Read from one partition at a time; the caller comes back for more. */
const pieceBytes = 1024 * 1024

export interface DataWorld {
  readonly clock: Clock
  readonly timers: Timers
}

/** One batch for each record, in their order. A topic that is missing is made. Rejects as Produce would refuse. */
export async function produce(core: Core, clock: Clock, topic: string, records: readonly ToProduce[]) {
  if (isInternalTopic(topic)) {
    throw new BrokerError(
      `${topic} is written by the broker alone: a record of somebody else would keep it from reading its own`,
      'INVALID_TOPIC_EXCEPTION',
    )
  }
  if (!core.metadata.image.topic(topic)) await createTopics(core, [{ name: topic }])
  const count = core.metadata.image.topic(topic)!.partitions.length
  const written: Written[] = []
  for (const { key, value, headers, partition: wanted, timestampMs: givenMs } of records) {
    const index = wanted ?? pickPartition(key, count, core.partitions.find(topic, 0)?.end ?? 0)
    if (index >= count) throw new BrokerError(noPartition(topic, index, count), 'UNKNOWN_TOPIC_OR_PARTITION')
    const timestampMs = givenMs ?? clock.now()
    const batch = buildBatch({ records: [{ timestampMs, key, value, headers }] })
    const { baseOffset, logAppendTimeMs } = await append(core, clock, { topic, index, batch })
    written.push({ partition: index, offset: baseOffset, timestampMs: Math.max(timestampMs, logAppendTimeMs) })
  }
  return written
}

/** Rejects with what the partition has against it, and which one that is. */
async function append(
  core: Core,
  clock: Clock,
  { topic, index, batch }: { readonly topic: string; readonly index: number; readonly batch: Buffer },
) {
  try {
    const partition = core.partitions.led(topic, index)
    const appended = partition.produce(batch, -1, clock.now())
    await partition.durable(appended.nextOffset)
    return appended
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new BrokerError(`a record for ${topic}-${index} was refused: ${error.message}`, error.error)
  }
}

const noPartition = (topic: string, index: number | null, count: number): string =>
  `${topic} has no partition ${index}: it has ${count}, from 0 on`

/** What is read from, of one moment. */
export interface Inside {
  readonly core: Core
  /** Another one for each reset and restore. */
  readonly era: number
  /** Where a partition ended when the era began; 0 for what came since. */
  endAtFirst(partition: Partition): number
}

/** Where a reader is in a life of the topic. */
interface Position {
  /** Null before the first look. */
  readonly life: string | null
  readonly next: ReadonlyMap<number, number>
}

/**
 * What there is from the given places on, at most a piece of it; waits for the first record for at most `waitMs`. When the
 * topic is not any more what it was, reading begins anew. Rejects where what there is, is less than was asked for, since a
 * partition is not there or nobody leads it.
 */
export async function read(inside: () => Inside, world: DataWorld, ask: ReadAsk): Promise<ReadAnswer> {
  let at: Position = { life: ask.life ?? null, next: new Map(ask.next) }
  let isAnew = false
  let records: RawRecord[] = []
  const leftMs = await until(world, ask.waitMs, () => {
    const now = inside()
    const life = lifeOf(now, ask.topic)
    const isOther = at.life !== null && at.life !== life
    isAnew ||= isOther
    const found = readOnce(now, { ...ask, isLater: isAnew }, isOther ? new Map() : at.next)
    at = { life, next: found.next }
    records = found.records
    return records.length > 0
  })
  const { core } = inside()
  const isUp = (ask.waitMs === 0 || leftMs < 0) && !ask.goesOn
  if (isUp) checkPartitions(core, ask)
  return {
    records,
    next: [...at.next],
    life: at.life!,
    isAnew,
    leftMs,
    nowMs: world.clock.monotonic(),
    without: isUp ? missing(core, ask.topic) : null,
  }
}

function lifeOf({ core, era }: Inside, name: string): string {
  const topic = core.metadata.image.topic(name)
  return topic ? `${era} ${topic.id}` : ''
}

function checkPartitions({ metadata, partitions: held }: Core, { topic, partition: only }: ReadAsk): void {
  const partitions = metadata.image.topic(topic)?.partitions ?? []
  const wanted = only === null ? partitions : partitions.filter(({ index }) => index === only)
  if (wanted.length === 0 && partitions.length > 0) {
    throw new BrokerError(noPartition(topic, only, partitions.length), 'INVALID_PARTITIONS')
  }
  const dead = wanted.filter(({ index, leader }) => leader < 0 || held.held(topic, index).leader < 0)
  if (dead.length === 0) return
  const which = dead.map(({ index }) => `${topic}-${index}`).join(', ')
  throw new BrokerError(
    `nobody leads ${which}, so nobody can read that: the option \`partition\` names another`,
    'LEADER_NOT_AVAILABLE',
  )
}

/** `isLater`: who reads from the end began to before this life of the topic did. */
function readOnce(
  { core, endAtFirst }: Inside,
  { topic, from, to = null, partition: only, isLater }: ReadAsk & { readonly isLater: boolean },
  before: ReadonlyMap<number, number>,
) {
  const next = new Map(before)
  const records: RawRecord[] = []
  for (const { index, leader } of core.metadata.image.topic(topic)?.partitions ?? []) {
    if (only !== null && index !== only) continue
    // As long as it has no leader nobody can read it.
    if (leader < 0) continue
    const partition = core.partitions.held(topic, index)
    if (partition.leader < 0) continue
    const first = isLater && from === 'end' ? endAtFirst(partition) : offsetOf(partition, from)
    const at = next.get(index) ?? first
    const end = to === null ? Number.POSITIVE_INFINITY : offsetOf(partition, to)
    next.set(index, readPartition(partition, Math.max(at, partition.start), end, records))
  }
  return { records, next }
}

function offsetOf(partition: Partition, from: ReadAsk['from']): number {
  if (from === 'start') return partition.start
  if (from === 'end') return partition.lastStableOffset
  if (typeof from === 'number') return from
  return partition.log.findByTime(from.timestampMs, partition.start)?.offset ?? partition.lastStableOffset
}

interface Bounds {
  readonly upTo: number
  readonly end: number
}

/** Adds what is below `end` to `into`, and returns where to go on. Adds nothing only when there is nothing. */
function readPartition(partition: Partition, from: number, end: number, into: RawRecord[]): number {
  const upTo = partition.lastStableOffset
  const had = into.length
  let next = from
  // A whole piece may be of transactions that were aborted.
  while (next < Math.min(upTo, end) && into.length === had) next = readPiece(partition, next, { upTo, end }, into)
  return next
}

/** Whole batches below `upTo`, of which some records may be beyond `end`. */
function readPiece(partition: Partition, from: number, { upTo, end }: Bounds, into: RawRecord[]): number {
  const { batches, next } = committed(partition, from, upTo)
  for (const { buffer, at } of batches) readBatch(partition, buffer, at, { from, end }, into)
  return next
}

/** Whether a `read_committed` consumer that goes on at `from` would be given anything: markers and what was aborted is nothing. */
export function hasUnread(partition: Partition, from: number): boolean {
  const upTo = partition.lastStableOffset
  for (let at = Math.max(from, partition.start); at < upTo; ) {
    const { batches, next } = committed(partition, at, upTo)
    // The first that has any is enough: who waits asks again and again.
    if (batches.some(batch => recordsOf(batch.buffer, batch.at).some(({ offset }) => offset >= from))) return true
    at = next
  }
  return false
}

/** The batches of a piece that hold what consumers are given, and where the next piece begins. */
function committed(partition: Partition, from: number, upTo: number) {
  const aborted = partition.log.aborted.between(from, upTo)
  const batches: { readonly buffer: Buffer; readonly at: number }[] = []
  let next = from
  for (const buffer of partition.read(from, { maxBytes: pieceBytes, upTo }).buffers) {
    for (let at = 0; at < buffer.length; at += batchBytesAt(buffer, at)) {
      next = lastOffsetAt(buffer, at) + 1
      if (!isControlAt(buffer, at) && !isAborted(buffer, at, aborted)) batches.push({ buffer, at })
    }
  }
  // Compaction may have left nothing behind the last batch.
  return { batches, next: next === from ? upTo : next }
}

function readBatch(
  { index }: Partition,
  buffer: Buffer,
  at: number,
  { from, end }: { readonly from: number; readonly end: number },
  into: RawRecord[],
): void {
  for (const { offset, timestampMs, key, value, headers } of recordsOf(buffer, at)) {
    if (offset < from || offset >= end) continue
    // Copies: what is read here goes to another thread, and must not take the whole log along.
    const copied = headers.map(header => ({ key: header.key, value: copyOf(header.value) }))
    into.push({ partition: index, offset, timestampMs, key: copyOf(key), value: copyOf(value), headers: copied })
  }
}

const copyOf = (bytes: Buffer | null): Uint8Array | null => (bytes === null ? null : new Uint8Array(bytes))

function isAborted(buffer: Buffer, at: number, aborted: readonly AbortedTransaction[]): boolean {
  if (aborted.length === 0 || !isTransactionalAt(buffer, at)) return false
  const [producerId, last] = [producerIdAt(buffer, at), lastOffsetAt(buffer, at)]
  return aborted.some(one => one.producerId === producerId && one.firstOffset <= last && last <= one.lastOffset)
}

/** Throws BrokerError when there is no such topic. */
export function checkTopic(core: Core, topic: string): void {
  const why = missing(core, topic)
  if (why !== null) throw new BrokerError(why, 'UNKNOWN_TOPIC_OR_PARTITION')
}

const toldMax = 20

/** Null when there is such a topic. */
function missing({ metadata }: Core, topic: string): string | null {
  if (metadata.image.topic(topic)) return null
  const names = [...metadata.image.topics()].filter(({ internal }) => !internal).map(({ name }) => name)
  const there = names.length === 0 ? 'there are none' : `there are ${names.slice(0, toldMax).join(', ')}`
  const near = nearest(names, topic)
  return `there is no topic ${topic}; ${there}${near && `.${near}`}`
}
