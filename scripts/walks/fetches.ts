/**
 * Stories of consumers with fetch sessions (KIP-227): what each reply leaves out, and in which order partitions get their turn.
 * All batches are of one length and all limits are multiples of it, since Kafka cuts the last batch of a partition and we do not.
 */
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DeleteRecords } from '../../src/protocol/messages/delete-records'
import { DeleteTopics } from '../../src/protocol/messages/delete-topics'
import { Fetch, type FetchResponse } from '../../src/protocol/messages/fetch'
import { ListOffsets } from '../../src/protocol/messages/list-offsets'
import { Metadata, type MetadataResponse } from '../../src/protocol/messages/metadata'
import { Produce } from '../../src/protocol/messages/produce'
import { baseOffsetAt, batchBytesAt } from '../../src/protocol/records/batch'
import type { Api } from '../../src/protocol/schema'
import { batch } from '../oracle/batches'
import type { Plain } from '../oracle/mask'
import type { Action, Built, Teller } from './stage'
import type { Kinds, Stories } from './story'

/** From which to which version each client asks: by names, by ids, and by either. */
const versions = [
  [7, 12],
  [13, 18],
  [7, 18],
] as const

const kinds: Kinds = [
  ['metadata', 6],
  ['full', 12],
  ['next', 40],
  ['odd', 6],
  ['produce', 20],
  ['delete records', 6],
  ['remove', 3],
  ['create', 5],
]

const records = () => batch(['the same'])
const batchBytes = records().length
const partitionCount = 2
const zeroId = '0'.repeat(32)
const nobodysId = '0123456789abcdef0123456789abcdef'
/** Kafka may not have heard yet that it leads a new partition. */
const notYet = [5, 6]

interface Session {
  id: number
  epoch: number
}

class FetchTeller implements Teller {
  readonly #stem: string
  readonly #version: (api: Api, dice: number) => number
  readonly #sessions: Session[] = versions.map(() => ({ id: 0, epoch: 0 }))
  /** The ids that a topic had, the last one last. */
  readonly #ids = new Map<string, string[]>()
  readonly #sessionNames = new Map<number, string>()

  constructor(stem: string, version: (api: Api, dice: number) => number) {
    this.#stem = stem
    this.#version = version
  }

  get #topics(): readonly string[] {
    return topicsOf(this.#stem)
  }

  build(action: Action): Built | null {
    const [versionDice = 0, topicDice = 0, partitionDice = 0, dice = 0] = action.rolls
    const of = <A extends Api>(api: A, version: number, body: Built<A>['body'], until?: Built['until']): Built => ({
      api,
      version,
      body: body as never,
      again: notYet,
      until,
    })
    const name = this.#topics[topicDice % 2]!
    const second = this.#topics[1]!
    const partitionIndex = partitionDice % partitionCount
    switch (action.kind) {
      case 'metadata':
        return of(Metadata, 12, {
          topics: this.#topics.slice(0, 2).map(each => ({ name: each })),
          allowAutoTopicCreation: false,
        })
      case 'produce': {
        const partitionData = [{ index: partitionIndex, records: records() }]
        return of(Produce, 9, { acks: -1, timeoutMs: 5000, topicData: [{ name, partitionData }] })
      }
      case 'delete records': {
        const partitions = [{ partitionIndex, offset: dice < 200 ? -1 : dice % 5 }]
        return of(DeleteRecords, 2, { topics: [{ name, partitions }], timeoutMs: 5000 })
      }
      case 'remove':
        return of(DeleteTopics, 4, { topicNames: [second], timeoutMs: 5000 }, ask => isGone(ask, second))
      case 'create': {
        const topic = {
          name: second,
          numPartitions: partitionCount,
          replicationFactor: 1,
          assignments: [],
          configs: [],
        }
        return of(CreateTopics, 7, { topics: [topic], timeoutMs: 5000 }, ask => isThere(ask, second))
      }
      default:
        return this.#fetch(action, versionDice)
    }
  }

  #fetch({ client, kind, rolls }: Action, versionDice: number): Built {
    const [, , , dice = 0, sizeDice = 0, forgetDice = 0, offsetDice = 0, countDice = 0] = rolls
    const [min, max] = versions[client]!
    const hasIds = this.#topics.slice(0, 2).every(name => this.#ids.has(name))
    const version = Math.min(Math.max(min, Math.min(max, this.#version(Fetch, versionDice))), hasIds ? 99 : 12)
    const session = this.#sessions[client]!
    const { sessionId, sessionEpoch } = sessionOf(kind, session, dice)
    const rows = this.#rows(kind === 'full' ? 1 + (countDice % 4) : countDice % 3, [dice, sizeDice, offsetDice])
    const forgotten = kind === 'full' || forgetDice < 700 ? [] : this.#rows(1 + (forgetDice % 2), [forgetDice, 0, 0])
    return {
      api: Fetch,
      version,
      body: {
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: batchBytes * (sizeDice % 7 === 0 ? 100 : 1 + (sizeDice % 4)),
        isolationLevel: offsetDice % 2,
        sessionId,
        sessionEpoch,
        topics: rows.map(({ name, id, ...row }) => ({ topic: name, topicId: id, partitions: [row] })),
        forgottenTopicsData: forgotten.map(({ name, id, partition }) => ({
          topic: name,
          topicId: id,
          partitions: [partition],
        })),
      } as never,
    }
  }

  #rows(count: number, [topicDice, sizeDice, offsetDice]: readonly [number, number, number]) {
    return Array.from({ length: count }, (_, nth) => {
      const name = this.#topics[[0, 0, 1, 1, 1, 2][(topicDice + nth * 7) % 6]!]!
      const ids = this.#ids.get(name) ?? [nobodysId]
      return {
        name,
        id: ids.at(topicDice % 11 === 0 ? 0 : -1)!,
        partition: topicDice % 13 === 0 ? 5 : (topicDice + nth) % partitionCount,
        fetchOffset: (offsetDice + nth) % 6,
        partitionMaxBytes: batchBytes * (1 + ((sizeDice + nth) % 3)),
      }
    })
  }

  heard({ client, kind }: Action, reply: unknown): void {
    if (kind === 'metadata' || kind === 'create') {
      for (const { name, topicId } of (reply as MetadataResponse).topics ?? []) this.#learn(name, topicId)
      return
    }
    if (!['full', 'next', 'odd'].includes(kind)) return
    const { errorCode, sessionId } = reply as FetchResponse
    const session = this.#sessions[client]!
    if (sessionId > 0 && !this.#sessionNames.has(sessionId)) {
      this.#sessionNames.set(sessionId, `$session${this.#sessionNames.size}`)
    }
    if (errorCode !== 0) return
    if (sessionId === 0) [session.id, session.epoch] = [0, 0]
    else if (sessionId === session.id) session.epoch++
    else [session.id, session.epoch] = [sessionId, 1]
  }

  #learn(name: string | null, id: string): void {
    if (name === null || id === zeroId) return
    const ids = this.#ids.get(name) ?? []
    if (!ids.includes(id)) this.#ids.set(name, [...ids, id])
  }

  plain(message: unknown): Plain {
    return this.#plain(message, '')
  }

  #plain(value: unknown, key: string): Plain {
    if (Buffer.isBuffer(value)) return offsetsOf(value)
    if (typeof value === 'bigint') return String(value)
    if (typeof value === 'number' && key === 'sessionId') return this.#sessionNames.get(value) ?? value
    if (typeof value === 'number' && /TimeMs$|^(?:controllerId|port)$/.test(key)) return '$own'
    if (typeof value === 'string' && key === 'topicId') return this.#nameOfId(value)
    if (typeof value === 'string' && /^(?:clusterId|host|errorMessage)$/.test(key)) return '$own'
    if (Array.isArray(value)) {
      const all = value.map(one => this.#plain(one, key))
      const isFlat = ['responses', 'topics'].includes(key)
      return isFlat ? flat(all).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))) : all
    }
    if (typeof value !== 'object' || value === null) return value as Plain
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.#plain(one, name)]))
  }

  #nameOfId(id: string): string {
    for (const [name, ids] of this.#ids) if (ids.includes(id)) return `$id${ids.indexOf(id)} of ${name}`
    return id === zeroId ? id : '$id'
  }
}

/** The last one is never there. */
const topicsOf = (stem: string): readonly string[] => [stem, `${stem}-other`, `${stem}-absent`]

function sessionOf(kind: string, { id, epoch }: Session, dice: number) {
  if (kind === 'full') return { sessionId: dice % 3 === 0 ? id : 0, sessionEpoch: 0 }
  if (kind === 'next') return { sessionId: id, sessionEpoch: id === 0 ? -1 : epoch }
  return [
    { sessionId: id, sessionEpoch: -1 },
    { sessionId: id, sessionEpoch: epoch + 1 },
    { sessionId: id, sessionEpoch: Math.max(1, epoch - 1) },
    { sessionId: 77, sessionEpoch: 1 },
    { sessionId: 0, sessionEpoch: 1 },
    { sessionId: 77, sessionEpoch: 0 },
  ][dice % 6]!
}

/** Rows by partition: whether those of one topic stand together or not is not compared. */
function flat(rows: readonly Plain[]): Plain[] {
  return rows.flatMap(row => {
    const { partitions, ...topic } = row as { partitions?: Plain[] }
    return Array.isArray(partitions) ? partitions.map(one => ({ ...topic, ...(one as object) }) as Plain) : [row]
  })
}

function offsetsOf(bytes: Buffer): Plain {
  const all: number[] = []
  for (let at = 0; at < bytes.length; at += batchBytesAt(bytes, at)) all.push(baseOffsetAt(bytes, at))
  return all
}

type Ask = Parameters<NonNullable<Built['until']>>[0]

async function isThere(ask: Ask, name: string): Promise<boolean> {
  return (await errorsOf(ask, name)).every(code => code === 0)
}

async function isGone(ask: Ask, name: string): Promise<boolean> {
  return (await errorsOf(ask, name)).every(code => code === 3)
}

async function errorsOf(ask: Ask, name: string): Promise<readonly number[]> {
  const partitions = Array.from({ length: partitionCount }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }))
  const asked = { replicaId: -1, isolationLevel: 0, topics: [{ name, partitions }] }
  const { topics } = await ask(ListOffsets, 5, asked)
  return topics[0]?.partitions.map(({ errorCode }) => errorCode) ?? []
}

export const fetchStories: Stories = {
  clients: versions.length,
  kinds,
  topics: stem => topicsOf(stem).slice(0, 2),
  teller: (name, version) => new FetchTeller(name, version),
}
