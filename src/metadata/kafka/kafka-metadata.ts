/**
 * What an Apache Kafka left in its own metadata log, for a data directory that it wrote and we take over: configs of topics, brokers,
 * groups and client metrics, access rules, client quotas, SCRAM users, delegation tokens, levels of features, and the first producer id
 * that was not given out. Which topics there are is known from their directories; its log says which were deleted, and how many
 * partitions each has.
 */
import { codecOfShape } from '../../protocol/codec'
import type { Message, Shape } from '../../protocol/schema'
import { Malformed } from '../../protocol/wire/faults'
import { Reader } from '../../protocol/wire/reader'
import { aclId, isKnownAcl } from '../users/acls'
import { configKey } from '../config/keys'
import type { ConfigTexts } from '../config/layers'
import { isProblem, parseConfigValue } from '../config/value'
import { configResources, type ConfigResource } from '../image/image'
import {
  type KafkaRecordKind,
  kafkaRecords,
  kindOfRecord,
  knownRecordMax,
  partitionRecord,
  transactionRecords,
} from './kafka-records'
import { isKnownQuota, listedEntity, quotaEntityId } from '../users/quotas'
import { scramId, scramMechanisms } from '../users/scram'
import type { StoredAcl, StoredQuota, StoredScram, StoredToken } from '../image/tables'

/** Something that is not taken over. */
export interface LeftOut {
  readonly what: string
  readonly why: string
  readonly count: number
  /** Whether somebody may be let in, or may do something, who might not if it were known. */
  readonly concernsAccess: boolean
}

/** A topic as a Kafka has it. */
export interface KafkaTopic {
  readonly name: string
  /** How many partitions it has. */
  readonly partitions: number
}

/** What is left out under these names may have been about any topic. */
const aboutTopics: readonly string[] = [
  'records',
  'a part of the metadata log',
  kafkaRecords.topic.name,
  kafkaRecords.removeTopic.name,
]

type RecordOf<K extends KafkaRecordKind> = Message<(typeof kafkaRecords)[K]['fields']>

const resources = new Map<number, ConfigResource>(
  (Object.keys(configResources) as ConfigResource[]).map(kind => [configResources[kind], kind]),
)
const accessKinds: readonly KafkaRecordKind[] = ['acl', 'removeAcl']

export class KafkaMetadata {
  /** The first producer id that was not given out. */
  nextProducerId = 0
  /** By their names, as they were set. */
  readonly features = new Map<string, number>()
  readonly scram = new Map<string, StoredScram>()
  readonly tokens = new Map<string, StoredToken>()
  readonly quotas = new Map<string, StoredQuota>()
  readonly #acls = new Map<string, StoredAcl>()
  readonly #overrides = new Map<string, Map<string, string>>()
  readonly #topics = new Map<string, KafkaTopic>()
  readonly #removedTopics = new Set<string>()
  readonly #leftOut = new Map<string, LeftOut>()
  /** What stands in a transaction of the controller that has not ended; null outside of any. */
  #pending: Buffer[] | null = null

  /** What was set on a resource; keys that this version does not know or whose value it cannot read are left out. */
  overrides(resource: ConfigResource, name: string): ConfigTexts {
    return this.#overrides.get(`${resource}/${name}`) ?? new Map()
  }

  /** Names of the resources of a kind that had something set. */
  overridden(resource: ConfigResource): string[] {
    const prefix = `${resource}/`
    return [...this.#overrides.keys()].filter(key => key.startsWith(prefix)).map(key => key.slice(prefix.length))
  }

  /** Access rules, by the ids that they have here. */
  get acls(): ReadonlyMap<string, StoredAcl> {
    return new Map(Array.from(this.#acls.values(), acl => [aclId(acl), acl]))
  }

  /** Its topics by their ids. */
  get topics(): ReadonlyMap<string, KafkaTopic> {
    return this.#topics
  }

  /** Ids of topics that were deleted, as far back as the log goes. */
  get removedTopics(): ReadonlySet<string> {
    return this.#removedTopics
  }

  /** Whether all that it says of topics could be read, so that one that is not among them is not there. */
  get knowsTopics(): boolean {
    return !this.leftOut.some(({ what }) => aboutTopics.includes(what))
  }

  get leftOut(): readonly LeftOut[] {
    return [...this.#leftOut.values()]
  }

  leaveOut(what: string, why: string, concernsAccess: boolean): void {
    const id = `${what}\n${why}`
    this.#leftOut.set(id, { what, why, concernsAccess, count: (this.#leftOut.get(id)?.count ?? 0) + 1 })
  }

  /** Replays one record: its frame and its message. */
  replay(value: Buffer): void {
    const reader = new Reader(value)
    try {
      const frame = reader.uvarint()
      if (frame !== 1) return this.leaveOut('records', `their frame is of version ${frame}`, true)
      const number = reader.uvarint()
      if (number === transactionRecords.begin) this.#pending = []
      else if (number === transactionRecords.end) this.#endTransaction()
      else if (number === transactionRecords.abort) this.#pending = null
      else if (this.#pending) this.#pending.push(value)
      else this.#take(number, reader)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      this.leaveOut('records', 'they are damaged', true)
    }
  }

  #endTransaction(): void {
    const pending = this.#pending ?? []
    this.#pending = null
    for (const value of pending) this.replay(value)
  }

  #take(number: number, reader: Reader): void {
    if (number === partitionRecord) return this.#takePartition(reader)
    const kind = kindOfRecord.get(number)
    if (kind === undefined) {
      if (number > knownRecordMax) this.leaveOut('records', `a newer Kafka wrote them (number ${number})`, true)
      return
    }
    const version = reader.uvarint()
    if (version !== 0) {
      const why = `a newer Kafka wrote them (version ${version})`
      return this.leaveOut(kafkaRecords[kind].name, why, accessKinds.includes(kind))
    }
    const take = this.#takers[kind] as (record: unknown) => void
    take(codecOfShape(kafkaRecords[kind] as Shape, 0).read(reader))
  }

  /** Its version does not matter: the two fields that begin it are in all of them. */
  #takePartition(reader: Reader): void {
    reader.uvarint()
    const index = reader.int32()
    const topicId = reader.uuid()
    const topic = this.#topics.get(topicId)
    if (topic) this.#topics.set(topicId, { ...topic, partitions: Math.max(topic.partitions, index + 1) })
  }

  readonly #takers: { readonly [K in KafkaRecordKind]: (record: RecordOf<K>) => void } = {
    topic: ({ name, topicId }) => void this.#topics.set(topicId, { name, partitions: 0 }),
    removeTopic: ({ topicId }) => {
      this.#overrides.delete(`topic/${this.#topics.get(topicId)?.name}`)
      this.#topics.delete(topicId)
      this.#removedTopics.add(topicId)
    },
    config: record => this.#set(record),
    producerIds: ({ nextProducerId }) => void (this.nextProducerId = nextProducerId),
    feature: ({ name, featureLevel }) => void this.features.set(name, featureLevel),
    acl: ({ id, ...acl }) => {
      if (isKnownAcl(acl)) this.#acls.set(id, acl)
      else this.leaveOut('access rules', 'they are of a kind that is not known here', true)
    },
    removeAcl: ({ id }) => void this.#acls.delete(id),
    scram: ({ name, mechanism, salt, storedKey, serverKey, iterations }) => {
      const id = scramIdOf(mechanism, name)
      if (id === null) return this.leaveOut('SCRAM users', `their mechanism ${mechanism} is not known here`, false)
      const text = (bytes: Buffer) => bytes.toString('base64')
      this.scram.set(id, { iterations, salt: text(salt), storedKey: text(storedKey), serverKey: text(serverKey) })
    },
    removeScram: ({ name, mechanism }) => void this.scram.delete(scramIdOf(mechanism, name) ?? ''),
    token: ({ owner, requester, renewers, issueTimestamp, maxTimestamp, expirationTimestamp, tokenId }) =>
      void this.tokens.set(tokenId, {
        owner,
        requester,
        renewers,
        issuedMs: issueTimestamp,
        expiresMs: expirationTimestamp,
        maxMs: maxTimestamp,
      }),
    removeToken: ({ tokenId }) => void this.tokens.delete(tokenId),
    quota: record => this.#setQuota(record),
  }

  #setQuota({ entity: listed, key, value, remove }: RecordOf<'quota'>): void {
    const entity = listedEntity(listed)
    const id = quotaEntityId(entity)
    const { [key]: _before, ...others } = this.quotas.get(id) ?? {}
    const isTaken = !remove && isKnownQuota(entity, key, value)
    if (!remove && !isTaken) this.leaveOut(`quota ${key}`, 'it is not known here', false)
    const after = isTaken ? { ...others, [key]: value } : others
    if (Object.keys(after).length > 0) this.quotas.set(id, after)
    else this.quotas.delete(id)
  }

  #set({ resourceType, resourceName, name, value }: RecordOf<'config'>): void {
    const kind = resources.get(resourceType)
    if (kind === undefined || kind === 'brokerLogger') return
    const key = configKey(kind, name)
    const id = `${kind}/${resourceName}`
    const texts = this.#overrides.get(id) ?? new Map<string, string>()
    const isKnown = value !== null && key && !isProblem(parseConfigValue(name, key, value))
    if (isKnown) texts.set(name, value)
    else texts.delete(name)
    if (value !== null && !isKnown) this.leaveOut(`config ${name}`, 'it is not known here, or its value is not', false)
    if (texts.size > 0) this.#overrides.set(id, texts)
    else this.#overrides.delete(id)
  }
}

function scramIdOf(mechanism: number, user: string): string | null {
  const found = scramMechanisms.find(({ number }) => number === mechanism)
  return found ? scramId(found, user) : null
}
