/** Turns a reply into plain values that may be compared between brokers: what must differ is replaced by what it stands for. */
import {
  attributesAt,
  baseOffsetAt,
  baseSequenceAt,
  baseTimestampAt,
  batchBytesAt,
  crcAt,
  lastOffsetDeltaAt,
  leaderEpochAt,
  magicAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
} from '../../src/protocol/records/batch'
import { crc32c } from '../../src/protocol/records/crc32c'
import { messagesOf } from '../../src/protocol/records/legacy'
import { recordsOf } from '../../src/protocol/records/records'

export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain }

const nowSlackMs = 10 * 60_000
/** By which rows of lists say what they are about. */
const namesOfRows = ['name', 'groupId', 'topicName', 'topic', 'transactionalId', 'resourceName']
const timeKey = /(?:timestamp|TimeMs|Timestamp|TimestampMs)$/

/** A time that means "when it happened" is masked; one that a scenario chose, or -1, is compared. */
function timeOf(value: number): Plain {
  return Math.abs(Date.now() - value) < nowSlackMs ? '$now' : value
}

interface FetchedTopic {
  readonly topic?: string
  readonly topicId?: string
  readonly partitions?: readonly unknown[]
}

/** Kafka appends partitions that it refused to a Fetch reply at its end, in a second row of their topic. */
function gathered(rows: readonly unknown[]): unknown[] {
  const topics = new Map<string, FetchedTopic>()
  for (const row of rows as FetchedTopic[]) {
    if (row.partitions === undefined || row.topic === undefined) return [...rows]
    const key = `${row.topic} ${row.topicId}`
    topics.set(key, { ...row, partitions: [...(topics.get(key)?.partitions ?? []), ...row.partitions] })
  }
  return [...topics.values()]
}

/** Messages of magic 0 or 1, unpacked: two compressors need not make the same bytes. Reading them checks their CRCs. */
function oldMessages(set: Buffer): Plain[] {
  const wrapper = { magic: magicAt(set), attributes: set[17] ?? -1 }
  return messagesOf(set).map(({ offset, timestampMs, key, value }) => ({
    ...wrapper,
    offset,
    time: timeOf(timestampMs),
    key: key?.toString('latin1') ?? null,
    value: value?.toString('latin1') ?? null,
  }))
}

export class Mask {
  private readonly port: number
  private readonly stamp: string
  /** Texts that a broker made up, and what they stand for. */
  private readonly known = new Map<string, string>()
  private readonly counts = new Map<string, number>()

  constructor(port: number, stamp: string) {
    this.port = port
    this.stamp = stamp
  }

  /** Makes `text` appear as `$kind0`, `$kind1`, ... in the order of first sight, or as `as` when that is given. */
  learn(text: string, kind: string, as?: string): void {
    if (text === '' || this.known.has(text)) return
    const index = this.counts.get(kind) ?? 0
    this.counts.set(kind, index + 1)
    this.known.set(text, as ?? `$${kind}${index}`)
  }

  learnTopicId(id: string, name: string): void {
    if (/^0*$/.test(id)) return
    this.learn(id, 'id', `$id(${name})`)
    this.learn(Buffer.from(id, 'hex').toString('base64url'), 'id64', `$id(${name})`)
  }

  plain(value: unknown, key = ''): Plain {
    if (value === null || value === undefined) return null
    if (typeof value === 'boolean') return value
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
    if (typeof value === 'number') return this.number(value, key)
    if (typeof value === 'string') return this.text(value, key)
    if (Buffer.isBuffer(value))
      return key === 'records' ? this.batches(value) : this.text(value.toString('latin1'), 'bytes')
    if (Array.isArray(value)) return this.list(value, key)
    return this.struct(value as Record<string, unknown>)
  }

  private number(value: number, key: string): Plain {
    if (key === 'port' && value === this.port) return '$port'
    if (key !== 'throttleTimeMs' && timeKey.test(key)) return timeOf(value)
    if (key === 'sessionId') return value === 0 ? 0 : '$session'
    if ((key === 'totalBytes' || key === 'usableBytes') && value > 0) return '$bytes'
    if (key === 'finalizedFeaturesEpoch') return value >= 0 ? '$epoch' : value
    if (key === 'producerId' && value >= 0) {
      this.learn(`producer ${value}`, 'producer')
      return this.known.get(`producer ${value}`) ?? value
    }
    return value
  }

  private text(value: string, key: string): Plain {
    if (key === 'clusterId' && /^[\w-]{22}$/.test(value)) return '$cluster'
    if (key === 'logDir') return '$dir'
    if (
      (key === 'memberId' || key === 'leader' || key === 'coordinatorKey') &&
      /-[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value)
    )
      this.learn(value, 'member')
    const whole = this.known.get(value)
    if (whole !== undefined) return whole
    let text = value
    for (const [from, to] of this.known) if (from.length > 12 && text.includes(from)) text = text.replaceAll(from, to)
    return text.replaceAll(`127.0.0.1:${this.port}`, '$address').replace(/within \[-?\d+, -?\d+\]/g, 'within [$times]')
  }

  private struct(value: Record<string, unknown>): Plain {
    const name = value['name'] ?? value['topicName'] ?? value['topic']
    const id = value['topicId'] ?? value['id']
    if (typeof name === 'string' && name !== '' && typeof id === 'string' && /^[0-9a-f]{32}$/.test(id))
      this.learnTopicId(id, name)
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, this.plain(field, key)]))
  }

  /** Kafka keeps many lists in hash tables, so rows are compared in the order of their content. */
  private list(value: readonly unknown[], key: string): Plain[] {
    const own = value.filter(row => !this.isOfAnother(row))
    const rows = (key === 'responses' ? gathered(own) : own).map(row => this.plain(row, key))
    if (!rows.every(row => row !== null && typeof row === 'object' && !Array.isArray(row))) return rows
    return rows
      .map(row => [JSON.stringify(row), row] as const)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([, row]) => row)
  }

  /** Rows about the topics, groups, transactions and resources of other scenarios, as in a list of all topics. */
  private isOfAnother(row: unknown): boolean {
    const fields = (typeof row === 'object' ? row : null) as Record<string, unknown> | null
    const name = namesOfRows.map(key => fields?.[key]).find(value => typeof value === 'string')
    return typeof name === 'string' && /^s\d+-/.test(name) && !name.startsWith(`${this.stamp}-`)
  }

  /** Whole batches only: a reply may end with a part of one, which every client ignores. */
  private batches(bytes: Buffer): Plain {
    const list: Plain[] = []
    for (let at = 0; at + 17 <= bytes.length; ) {
      const size = batchBytesAt(bytes, at)
      if (at + size > bytes.length) break
      const whole = bytes.subarray(at, at + size)
      if (magicAt(whole) < 2) list.push(...oldMessages(whole))
      else list.push(this.batch(whole))
      at += size
    }
    return list
  }

  private batch(bytes: Buffer): Plain {
    const isControl = (attributesAt(bytes) & 0x20) !== 0
    return {
      baseOffset: baseOffsetAt(bytes),
      lastOffsetDelta: lastOffsetDeltaAt(bytes),
      leaderEpoch: leaderEpochAt(bytes),
      magic: magicAt(bytes),
      attributes: attributesAt(bytes),
      baseTimestamp: timeOf(baseTimestampAt(bytes)),
      maxTimestamp: timeOf(maxTimestampAt(bytes)),
      producerId: this.number(producerIdAt(bytes), 'producerId'),
      producerEpoch: producerEpochAt(bytes),
      baseSequence: baseSequenceAt(bytes),
      count: recordCountAt(bytes),
      crcHolds: crc32c(bytes, 21) === crcAt(bytes),
      sizeBytes: bytes.length,
      records: isControl
        ? recordsOf(bytes).map(({ offset, timestampMs, key, value }) => ({
            offset,
            time: timeOf(timestampMs),
            key: key?.toString('hex') ?? null,
            value: value?.toString('hex') ?? null,
          }))
        : recordsOf(bytes).map(record => ({
            offset: record.offset,
            time: timeOf(record.timestampMs),
            key: record.key?.toString('latin1') ?? null,
            value: record.value?.toString('latin1').slice(0, 200) ?? null,
            headers: record.headers.map(({ key, value }) => `${key}=${value?.toString('latin1') ?? null}`).join(),
          })),
    }
  }
}

export interface Difference {
  readonly path: string
  readonly kafka: Plain
  readonly ours: Plain
}

/** Every place in which two plain values differ, at most `max`. */
export function differencesOf(kafka: Plain, ours: Plain, path = '', max = 20): Difference[] {
  if (kafka === ours) return []
  const bothObjects = kafka !== null && ours !== null && typeof kafka === 'object' && typeof ours === 'object'
  if (!bothObjects || Array.isArray(kafka) !== Array.isArray(ours)) return [{ path, kafka, ours }]
  if (Array.isArray(kafka) && Array.isArray(ours)) {
    if (kafka.length !== ours.length) return [{ path: `${path}.length`, kafka, ours }]
    return kafka
      .flatMap((row, index) => differencesOf(row, ours[index] ?? null, `${path}[${index}]`, max))
      .slice(0, max)
  }
  const [a, b] = [kafka as Record<string, Plain>, ours as Record<string, Plain>]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .flatMap(key => differencesOf(a[key] ?? null, b[key] ?? null, path === '' ? key : `${path}.${key}`, max))
    .slice(0, max)
}
