/** Stories of producers with transactions: two twins of one transactional id, a third by itself, and one without transactions. */
import { AddOffsetsToTxn } from '../../src/protocol/messages/add-offsets-to-txn'
import { AddPartitionsToTxn } from '../../src/protocol/messages/add-partitions-to-txn'
import { DescribeProducers } from '../../src/protocol/messages/describe-producers'
import { DescribeTransactions } from '../../src/protocol/messages/describe-transactions'
import { EndTxn } from '../../src/protocol/messages/end-txn'
import { Fetch } from '../../src/protocol/messages/fetch'
import { InitProducerId } from '../../src/protocol/messages/init-producer-id'
import { ListOffsets } from '../../src/protocol/messages/list-offsets'
import { OffsetFetch } from '../../src/protocol/messages/offset-fetch'
import { Produce } from '../../src/protocol/messages/produce'
import { TxnOffsetCommit } from '../../src/protocol/messages/txn-offset-commit'
import {
  attributesAt,
  baseOffsetAt,
  baseSequenceAt,
  batchBytesAt,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
} from '../../src/protocol/records/batch'
import type { Api } from '../../src/protocol/schema'
import { batch } from '../oracle/batches'
import type { Plain } from '../oracle/mask'
import type { Kinds, Stories } from './story'
import type { Action, Built, Teller } from './stage'

/** The transactional id that each client has. */
const ids = ['a', 'a', 'b', null]
const clients = ids.length

const kinds: Kinds = [
  ['init', 12],
  ['produce', 30],
  ['add', 12],
  ['add offsets', 4],
  ['commit offsets', 6],
  ['end', 16],
  ['describe', 4],
  ['describe producers', 6],
  ['fetch', 6],
  ['list', 4],
  ['offsets', 4],
]

interface Producer {
  producerId: number
  producerEpoch: number
  /** The next sequence of each partition, 0 where none is known. */
  readonly next: Map<string, number>
}

interface Described {
  readonly transactionStates: readonly { readonly transactionalId: string; readonly producerId: number }[]
}

interface Identity {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
}

/** The transaction that was begun last is not ended yet. */
const concurrent = 51

export class TransactionTeller implements Teller {
  protected readonly stem: string
  /** All that the story is about; each has as many partitions as `partitions` at most. */
  protected readonly topics: readonly string[]
  protected readonly partitions: readonly number[]
  readonly #version: (api: Api, dice: number) => number
  protected readonly producers: Producer[] = ids.map(() => ({ producerId: -1, producerEpoch: -1, next: new Map() }))
  readonly #names = new Map<number, string>()
  /** Batches that were sent and are not answered, by the dice of their action. */
  readonly #sent = new Map<readonly number[], { readonly partition: string; readonly end: number }>()

  constructor(
    stem: string,
    version: (api: Api, dice: number) => number,
    {
      topics = [stem],
      partitionsMax = 2,
    }: { readonly topics?: readonly string[]; readonly partitionsMax?: number } = {},
  ) {
    this.stem = stem
    this.#version = version
    this.topics = topics
    this.partitions = Array.from({ length: partitionsMax }, (_, partition) => partition)
  }

  #idOf(client: number): string | null {
    const id = ids[client] ?? null
    return id === null ? null : `${this.stem}-${id}`
  }

  /** As it knows itself, or as a lie: of an earlier or later epoch, or of nobody. */
  #identity(client: number, dice: number): Identity {
    const { producerId, producerEpoch } = this.producers[client]!
    const transactionalId = this.#idOf(client) ?? `${this.stem}-absent`
    if (dice < 920) return { transactionalId, producerId, producerEpoch }
    if (dice < 945) return { transactionalId, producerId, producerEpoch: producerEpoch - 1 }
    if (dice < 970) return { transactionalId, producerId, producerEpoch: producerEpoch + 1 }
    return { transactionalId, producerId: 4_000_000_000, producerEpoch: 0 }
  }

  protected topicOf({ rolls }: Action): string {
    return this.topics[(rolls[6] ?? 0) % this.topics.length]!
  }

  protected request<A extends Api>(
    action: Action,
    api: A,
    body: (version: number) => Built<A>['body'],
    [min, max]: readonly [number, number] = [0, 99],
  ): Built {
    const version = Math.max(min, Math.min(this.#version(api, action.rolls[0] ?? 0), max))
    return { api, version, body: body(version) as never, again: [concurrent], until: this.#until(action) }
  }

  build(action: Action): Built | null {
    const [, identityDice = 0, partitionDice = 0, dice = 0] = action.rolls
    const of = <A extends Api>(api: A, body: (version: number) => Built<A>['body'], min = 0, max = 99): Built =>
      this.request(action, api, body, [min, max])
    const identity = this.#identity(action.client, identityDice)
    const name = this.topicOf(action)
    const index = partitionDice % this.partitions.length
    switch (action.kind) {
      case 'init':
        return of(InitProducerId, version => this.#init(action, version), 0, 5)
      case 'produce':
        return of(Produce, version => this.#produce(action, version), 3, 12)
      case 'add':
        return of(AddPartitionsToTxn, () => this.#add(identity, name, partitionDice), 0, 3)
      case 'add offsets':
        return of(AddOffsetsToTxn, () => ({ ...identity, groupId: `${this.stem}-group` }))
      case 'commit offsets':
        return of(TxnOffsetCommit, () => this.#commit(identity, name, dice), 0, 5)
      case 'end':
        return of(EndTxn, () => ({ ...identity, committed: dice % 2 === 0 }))
      case 'describe':
        return of(DescribeTransactions, () => ({ transactionalIds: [identity.transactionalId] }))
      case 'describe producers':
        return of(DescribeProducers, () => ({ topics: this.#everywhere() }))
      case 'fetch':
        return of(Fetch, () => this.#fetch(dice), 4, 12)
      case 'list': {
        const asked = [{ partitionIndex: index, timestamp: dice % 3 === 0 ? -2 : -1 }]
        const topics = [{ name, partitions: asked }]
        return of(ListOffsets, () => ({ replicaId: -1, isolationLevel: dice % 2, topics }), 2)
      }
      default:
        return of(OffsetFetch, version => this.#offsets(version, dice % 2 === 0), 0, 9)
    }
  }

  /** What is written when a transaction ends is there once its coordinator says so. */
  #until({ client, kind }: Action): Built['until'] {
    const id = this.#idOf(client)
    if (id === null || !['init', 'end'].includes(kind)) return undefined
    return async ask => {
      const { transactionStates } = await ask(DescribeTransactions, 0, { transactionalIds: [id] })
      return !transactionStates.some(({ transactionState }) => transactionState.startsWith('Prepare'))
    }
  }

  #init({ client, rolls }: Action, version: number): Built<typeof InitProducerId>['body'] {
    const [, identityDice = 0, knownDice = 0, timeDice = 0] = rolls
    const { producerId, producerEpoch } = this.#identity(client, identityDice)
    const isKnown = version >= 3 && knownDice < 500
    return {
      transactionalId: this.#idOf(client),
      transactionTimeoutMs: timeDice < 960 ? 60_000 : [0, -1, 2_000_000_000][timeDice % 3]!,
      producerId: isKnown ? producerId : -1,
      producerEpoch: isKnown ? producerEpoch : -1,
    }
  }

  #produce(action: Action, version: number): Built<typeof Produce>['body'] {
    const [, identityDice = 0, partitionDice = 0, dice = 0, sequenceDice = 0, plainDice = 0] = action.rolls
    const { client } = action
    const { producerId, producerEpoch } = this.#identity(client, identityDice)
    const topic = this.topicOf(action)
    const index = partitionDice % this.partitions.length
    const partition = `${topic}-${index}`
    const next = this.producers[client]!.next.get(partition) ?? 0
    const count = 1 + (dice % 3)
    const isPlain = producerId < 0 || plainDice >= 960
    const baseSequence =
      sequenceDice < 880 ? next : [Math.max(0, next - count), next + 5, 0, next - 1][sequenceDice % 4]!
    const values = Array.from({ length: count }, (_, at) => `${action.kind} ${dice} ${at}`)
    const isTransactional = ids[client] !== null && !isPlain
    const records = batch(
      values,
      isPlain
        ? {}
        : { producerId, producerEpoch, baseSequence: Math.max(0, baseSequence), transactional: isTransactional },
    )
    this.#sent.set(action.rolls, { partition, end: Math.max(0, baseSequence) + count })
    return {
      transactionalId: isTransactional && version >= 3 ? this.#idOf(client) : null,
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name: topic, partitionData: [{ index, records }] }],
    }
  }

  #add({ transactionalId, producerId, producerEpoch }: Identity, name: string, dice: number) {
    const face = dice % (this.partitions.length + 1)
    const partitions = face === this.partitions.length ? this.partitions : [face]
    const absent = dice > 950 ? [{ name: 'absent', partitions: [0] }] : []
    return {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name, partitions }, ...absent],
      transactions: [],
    }
  }

  #commit(identity: Identity, name: string, dice: number): Built<typeof TxnOffsetCommit>['body'] {
    const asked = [
      { partitionIndex: dice % this.partitions.length, committedOffset: dice, committedMetadata: `m${dice}` },
    ]
    return { ...identity, groupId: `${this.stem}-group`, topics: [{ name, partitions: asked }] }
  }

  #fetch(dice: number): Built<typeof Fetch>['body'] {
    return {
      maxWaitMs: 0,
      minBytes: 0,
      isolationLevel: dice % 2,
      topics: this.topics.map(topic => ({
        topic,
        partitions: this.partitions.map(partition => ({ partition, fetchOffset: 0, partitionMaxBytes: 1 << 20 })),
      })),
      forgottenTopicsData: [],
    }
  }

  #offsets(version: number, requireStable: boolean): Built<typeof OffsetFetch>['body'] {
    const topics = this.#everywhere()
    const groupId = `${this.stem}-group`
    const stable = version >= 7 ? { requireStable } : {}
    return version >= 8 ? { groups: [{ groupId, topics }], ...stable } : { groupId, topics, ...stable }
  }

  #everywhere() {
    return this.topics.map(name => ({ name, partitionIndexes: this.partitions }))
  }

  heard(action: Action, reply: unknown): void {
    const known = this.producers[action.client]!
    const said = reply as { errorCode: number; producerId: number; producerEpoch: number }
    if (action.kind === 'produce') {
      const { responses = [] } = reply as { responses?: { partitionResponses: { errorCode: number }[] }[] }
      const sent = this.#sent.get(action.rolls)
      if (sent && responses[0]?.partitionResponses[0]?.errorCode === 0) known.next.set(sent.partition, sent.end)
    }
    if (action.kind === 'describe' || action.kind === 'list transactions')
      for (const { transactionalId, producerId } of (reply as Described).transactionStates)
        if (transactionalId.startsWith(`${this.stem}-`)) this.#learn(producerId)
    const isNew = (action.kind === 'init' || action.kind === 'end') && said.errorCode === 0 && said.producerId >= 0
    if (!isNew) return
    if (said.producerId !== known.producerId || said.producerEpoch !== known.producerEpoch) known.next.clear()
    known.producerId = said.producerId
    known.producerEpoch = said.producerEpoch
    this.#learn(said.producerId)
  }

  #learn(producerId: number): void {
    if (producerId >= 0 && !this.#names.has(producerId)) this.#names.set(producerId, `$producer${this.#names.size}`)
  }

  plain(message: unknown): Plain {
    return this.#plain(message, '')
  }

  #plain(value: unknown, key: string): Plain {
    if (Buffer.isBuffer(value)) return this.#batches(value)
    if (typeof value === 'string') return key === 'topicId' ? '$id' : key === 'errorMessage' ? '$text' : value
    if (typeof value === 'bigint') return `${value}`
    if (typeof value === 'number') {
      if (key.endsWith('roducerId')) return this.#names.get(value) ?? value
      return /Time(stamp)?(Ms)?$/.test(key) && value > 1e12 ? '$time' : value
    }
    if (Array.isArray(value)) {
      const all = value.map(one => this.#plain(one, key))
      const isUnordered = [
        'activeProducers',
        'topics',
        'partitions',
        'abortedTransactions',
        'resultsByTopicV3AndBelow',
        'resultsByPartition',
        'transactionStates',
      ].includes(key)
      return isUnordered ? all.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))) : all
    }
    if (typeof value !== 'object' || value === null) return value as Plain
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.#plain(one, name)]))
  }

  /** Header by header; what is in the records is in their count. */
  #batches(bytes: Buffer): Plain {
    const all: Plain[] = []
    for (let at = 0; at < bytes.length; at += batchBytesAt(bytes, at)) {
      const producerId = producerIdAt(bytes, at)
      all.push({
        baseOffset: baseOffsetAt(bytes, at),
        count: recordCountAt(bytes, at),
        attributes: attributesAt(bytes, at),
        producer: this.#names.get(producerId) ?? producerId,
        epoch: producerEpochAt(bytes, at),
        sequence: baseSequenceAt(bytes, at),
      })
    }
    return all
  }
}

export const transactionStories: Stories = {
  clients,
  kinds,
  topics: name => [name],
  teller: (name, version) => new TransactionTeller(name, version),
}
