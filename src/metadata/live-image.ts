/** The image replayed from the store's watch. Each revision makes a new one; what did not change is shared. */
import { assert } from '../platform/assert'
import type { BrokerImage, ConfigResource, MetadataImage, PartitionImage, TopicImage } from './image/image'
import { isInternalTopic } from './topics/internal-topics'
import { PersistentMap } from './image/persistent-map'
import type { Revision, StoreEvent } from './store/store'
import {
  parseStoreKey,
  type StoredBroker,
  type StoredCluster,
  type StoredPartition,
  type StoredProducerIds,
  type StoredTopic,
} from './image/stored'
import { type Table, type TableName, type TableRows, tableNames } from './image/tables'
import { collisionName } from './topic-names'

/** What a revision changed, so that nobody needs to compare two images. */
export interface ImageChange {
  readonly created: readonly TopicImage[]
  readonly deleted: readonly TopicImage[]
  readonly altered: readonly { readonly before: TopicImage; readonly after: TopicImage }[]
  readonly configs: readonly { readonly resource: ConfigResource; readonly name: string }[]
  readonly brokers: boolean
}

type Tables = { readonly [N in TableName]: PersistentMap<unknown> }

interface Parts {
  readonly revision: Revision
  readonly clusterId: string
  readonly nextProducerId: number
  /** In the order of their ids. */
  readonly brokers: readonly BrokerImage[]
  readonly byId: PersistentMap<TopicImage>
  readonly byName: PersistentMap<TopicImage>
  readonly names: readonly string[]
  /** Names by what they become when '.' and '_' are taken for the same letter, for those that have either. */
  readonly alike: PersistentMap<readonly string[]>
  readonly overrides: PersistentMap<ReadonlyMap<string, string>>
  readonly tables: Tables
}

const noOverrides: ReadonlyMap<string, string> = new Map()

export class LiveImage implements MetadataImage {
  readonly #parts: Parts

  private constructor(parts: Parts) {
    this.#parts = parts
  }

  static readonly empty = new LiveImage({
    revision: 0,
    clusterId: '',
    nextProducerId: 0,
    brokers: [],
    byId: PersistentMap.empty(),
    byName: PersistentMap.empty(),
    names: [],
    alike: PersistentMap.empty(),
    overrides: PersistentMap.empty(),
    tables: Object.fromEntries(tableNames.map(name => [name, PersistentMap.empty()])) as unknown as Tables,
  })

  get revision() {
    return this.#parts.revision
  }

  get clusterId() {
    return this.#parts.clusterId
  }

  /** The unfenced broker of the lowest id: a single process decides for itself. */
  get controllerId() {
    return this.brokers().find(broker => !broker.fenced)?.id ?? -1
  }

  /** The first producer id that nobody was given. */
  get nextProducerId() {
    return this.#parts.nextProducerId
  }

  brokers(): readonly BrokerImage[] {
    return this.#parts.brokers
  }

  broker(id: number) {
    return this.#parts.brokers.find(broker => broker.id === id) ?? null
  }

  *topics(): Iterable<TopicImage> {
    for (const name of this.#parts.names) yield this.#parts.byName.get(name)!
  }

  topicCount() {
    return this.#parts.names.length
  }

  topic(name: string) {
    return this.#parts.byName.get(name) ?? null
  }

  topicById(id: string) {
    return this.#parts.byId.get(id) ?? null
  }

  /** An existing topic whose name differs from `name` in nothing but '.' for '_'; null when there is none. */
  collidingTopic(name: string): string | null {
    return this.#parts.alike.get(collisionName(name))?.find(other => other !== name) ?? null
  }

  overrides(resource: ConfigResource, name: string) {
    return this.#parts.overrides.get(`${resource}/${name}`) ?? noOverrides
  }

  overridden(resource: ConfigResource): readonly string[] {
    const names: string[] = []
    for (const [key] of this.#parts.overrides.entries()) {
      if (key.startsWith(`${resource}/`)) names.push(key.slice(resource.length + 1))
    }
    return names.sort()
  }

  table<N extends TableName>(name: N) {
    return this.#parts.tables[name] as Table<TableRows[N]>
  }

  /** The image after a revision, and what the revision changed. */
  after(revision: Revision, events: readonly StoreEvent[]): { image: LiveImage; change: ImageChange } {
    assert(revision > this.revision, 'revisions of an image grow')
    const draft = new Draft(this)
    for (const event of events) draft.take(event)
    const { parts, change } = draft.finish(this.#parts, revision)
    return { image: new LiveImage(parts), change }
  }
}

interface TopicDraft {
  stored: StoredTopic | null
  readonly partitions: Map<number, StoredPartition | null>
  readonly before: TopicImage | null
}

/** Gathers the events of one revision; the order within a revision says nothing. */
class Draft {
  readonly #image: LiveImage
  readonly #topics = new Map<string, TopicDraft>()
  readonly #overrides = new Map<string, ReadonlyMap<string, string> | undefined>()
  readonly #configs: { resource: ConfigResource; name: string }[] = []
  readonly #brokers = new Map<number, StoredBroker | null>()
  readonly #rows = new Map<TableName, Map<string, unknown>>()
  #cluster: StoredCluster | null = null
  #producerIds: StoredProducerIds | null = null

  constructor(image: LiveImage) {
    this.#image = image
  }

  take({ key, value }: StoreEvent): void {
    const about = parseStoreKey(key)
    const content = value === null ? null : JSON.parse(value)
    switch (about.kind) {
      case 'cluster':
        this.#cluster = content
        break
      case 'producerIds':
        this.#producerIds = content
        break
      case 'broker':
        this.#brokers.set(about.id, content)
        break
      case 'topic':
        this.#topic(about.id).stored = content
        break
      case 'partition':
        this.#topic(about.id).partitions.set(about.index, content)
        break
      case 'config':
        this.#configs.push({ resource: about.resource, name: about.name })
        this.#overrides.set(
          `${about.resource}/${about.name}`,
          content === null ? undefined : new Map(Object.entries(content)),
        )
        break
      case 'row':
        this.#rowsOf(about.table).set(about.id, content ?? undefined)
    }
  }

  #rowsOf(table: TableName): Map<string, unknown> {
    const rows = this.#rows.get(table) ?? new Map<string, unknown>()
    this.#rows.set(table, rows)
    return rows
  }

  #topic(id: string): TopicDraft {
    let draft = this.#topics.get(id)
    if (!draft) {
      const before = this.#image.topicById(id)
      this.#topics.set(id, (draft = { stored: before && storedTopicOf(before), partitions: new Map(), before }))
    }
    return draft
  }

  finish(base: Parts, revision: Revision): { parts: Parts; change: ImageChange } {
    const change = {
      created: [] as TopicImage[],
      deleted: [] as TopicImage[],
      altered: [] as { before: TopicImage; after: TopicImage }[],
    }
    for (const [id, draft] of this.#topics) {
      const after = draft.stored && topicOf(id, draft.stored, draft)
      if (draft.before && after) change.altered.push({ before: draft.before, after })
      else if (after) change.created.push(after)
      else if (draft.before) change.deleted.push(draft.before)
    }
    const parts: Parts = {
      ...base,
      revision,
      clusterId: this.#cluster?.clusterId ?? base.clusterId,
      nextProducerId: this.#producerIds?.next ?? base.nextProducerId,
      brokers: this.#brokers.size === 0 ? base.brokers : brokersWith(base.brokers, this.#brokers),
      overrides: this.#overrides.size === 0 ? base.overrides : base.overrides.with(this.#overrides),
      tables: this.#rows.size === 0 ? base.tables : tablesWith(base.tables, this.#rows),
      ...(this.#topics.size === 0 ? {} : topicsWith(base, change)),
    }
    return { parts, change: { ...change, configs: this.#configs, brokers: this.#brokers.size > 0 } }
  }
}

const storedTopicOf = ({ name, partitions, keyedPartitions }: TopicImage): StoredTopic => ({
  name,
  partitions: partitions.length,
  ...(keyedPartitions !== undefined && { keyedPartitions }),
})

function topicOf(id: string, stored: StoredTopic, { before, partitions }: TopicDraft): TopicImage {
  const list: PartitionImage[] = []
  for (let index = 0; index < stored.partitions; index++) {
    const changed = partitions.get(index)
    const partition = changed ? { index, ...changed } : before?.partitions[index]
    assert(partition !== undefined, 'a topic comes with all of its partitions')
    list.push(partition)
  }
  const { name, keyedPartitions } = stored
  const topic = { id, name, partitions: list, internal: isInternalTopic(name) }
  return keyedPartitions === undefined ? topic : { ...topic, keyedPartitions }
}

function brokersWith(base: readonly BrokerImage[], changes: ReadonlyMap<number, StoredBroker | null>): BrokerImage[] {
  const kept = base.filter(({ id }) => !changes.has(id))
  const now = [...changes].flatMap(([id, stored]) =>
    stored === null ? [] : [{ ...stored, id, fenced: stored.fenced === true }],
  )
  return [...kept, ...now].sort((a, b) => a.id - b.id)
}

function tablesWith(base: Tables, changes: ReadonlyMap<TableName, ReadonlyMap<string, unknown>>): Tables {
  return { ...base, ...Object.fromEntries([...changes].map(([name, rows]) => [name, base[name].with(rows)])) }
}

function topicsWith(base: Parts, { created, deleted, altered }: Pick<ImageChange, 'created' | 'deleted' | 'altered'>) {
  const now = [...created, ...altered.map(({ after }) => after)]
  const gone = deleted.map(topic => topic.name)
  return {
    byId: base.byId.with([
      ...deleted.map(({ id }) => [id, undefined] as const),
      ...now.map(topic => [topic.id, topic] as const),
    ]),
    // A name that is deleted and created anew in one revision stands for the new topic.
    byName: base.byName.with([
      ...gone.map(name => [name, undefined] as const),
      ...now.map(topic => [topic.name, topic] as const),
    ]),
    names: namesWith(base.names, gone, created),
    alike: alikeWith(base.alike, gone, created),
  }
}

function namesWith(names: readonly string[], gone: readonly string[], created: readonly TopicImage[]) {
  if (gone.length === 0 && created.length === 0) return names
  if (gone.length === 0 && created.length === 1) return insertedInto(names, created[0]!.name)
  const dropped = new Set(gone)
  return [...names.filter(name => !dropped.has(name)), ...created.map(topic => topic.name)].sort()
}

function insertedInto(names: readonly string[], name: string): readonly string[] {
  let [low, high] = [0, names.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (names[middle]! < name) low = middle + 1
    else high = middle
  }
  return names.toSpliced(low, 0, name)
}

function alikeWith(alike: Parts['alike'], gone: readonly string[], created: readonly TopicImage[]) {
  const changes = new Map<string, readonly string[]>()
  const listOf = (key: string) => changes.get(key) ?? alike.get(key) ?? []
  for (const name of gone) {
    const key = collisionName(name)
    changes.set(
      key,
      listOf(key).filter(other => other !== name),
    )
  }
  for (const { name } of created) {
    const key = collisionName(name)
    if (key !== name || name.includes('_')) changes.set(key, [...listOf(key), name])
  }
  return alike.with([...changes].map(([key, list]) => [key, list.length > 0 ? list : undefined] as const))
}
