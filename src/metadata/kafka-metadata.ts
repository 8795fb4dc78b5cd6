/**
 * What an Apache Kafka left in its own metadata log, for a data directory that it wrote and we take over: the configs of
 * topics, brokers, groups and client metrics, and the first producer id that was not given out. Topics themselves are
 * known from their directories.
 *
 * The log lies in `__cluster_metadata-0`: the newest `.checkpoint` holds everything before its offset, the `.log` files
 * what came after. Both are record batches whose records are a frame version, a key, a version and the message.
 */
import type { File, Files } from '../platform/files'
import { codecOfShape } from '../protocol/codec'
import { baseOffsetAt, batchBytesAt, batchHeaderBytes, crcAt, isControlAt, magicAt } from '../protocol/records/batch'
import { crc32c } from '../protocol/records/crc32c'
import { recordsOf } from '../protocol/records/records'
import { int32, int64, int8, string, uuid, type Shape } from '../protocol/schema'
import { Reader } from '../protocol/wire/reader'
import { configKey } from './config-keys'
import type { ConfigTexts } from './config-layers'
import { isProblem, parseConfigValue } from './config-value'
import { configResources, type ConfigResource } from './image'

export const kafkaMetadataDirectory = '__cluster_metadata-0'

/** No batch of a metadata log is larger: Kafka's own limit is 8 MiB. */
const batchBytesMax = 64 * 1024 * 1024

const shape = <const F extends Shape['fields']>(name: string, fields: F): Shape<F> => ({
  name,
  versions: '0',
  flexible: '0+',
  fields,
})

/** The metadata records that are looked at, by their key; all others are passed over. */
const topicRecord = shape('TopicRecord', { name: string(), topicId: uuid() })
const configRecord = shape('ConfigRecord', {
  resourceType: int8(),
  resourceName: string(),
  name: string(),
  value: string({ nullable: '0+' }),
})
const removeTopicRecord = shape('RemoveTopicRecord', { topicId: uuid() })
const producerIdsRecord = shape('ProducerIdsRecord', {
  brokerId: int32(),
  brokerEpoch: int64(),
  nextProducerId: int64(),
})
const recordKeys = { topic: 2, config: 4, removeTopic: 9, producerIds: 15 }

const kinds = new Map<number, ConfigResource>(
  (Object.keys(configResources) as ConfigResource[]).map(kind => [configResources[kind], kind]),
)

export class KafkaMetadata {
  /** The first producer id that was not given out. */
  nextProducerId = 0
  readonly #overrides = new Map<string, Map<string, string>>()
  readonly #topicNames = new Map<string, string>()

  /** What was set on a resource; keys that this version does not know or whose value it cannot read are left out. */
  overrides(resource: ConfigResource, name: string): ConfigTexts {
    return this.#overrides.get(`${resource}/${name}`) ?? new Map()
  }

  /** Names of the resources of a kind that had something set. */
  overridden(resource: ConfigResource): string[] {
    const prefix = `${resource}/`
    return [...this.#overrides.keys()].filter(key => key.startsWith(prefix)).map(key => key.slice(prefix.length))
  }

  /** Replays one record: its frame and its message. */
  replay(value: Buffer): void {
    const reader = new Reader(value)
    if (reader.uvarint() !== 1) return
    const key = reader.uvarint()
    if (reader.uvarint() !== 0) return
    switch (key) {
      case recordKeys.topic: {
        const { name, topicId } = codecOfShape(topicRecord, 0).read(reader)
        this.#topicNames.set(topicId, name)
        break
      }
      case recordKeys.removeTopic: {
        const { topicId } = codecOfShape(removeTopicRecord, 0).read(reader)
        this.#overrides.delete(`topic/${this.#topicNames.get(topicId)}`)
        this.#topicNames.delete(topicId)
        break
      }
      case recordKeys.producerIds:
        this.nextProducerId = codecOfShape(producerIdsRecord, 0).read(reader).nextProducerId
        break
      case recordKeys.config:
        this.#set(codecOfShape(configRecord, 0).read(reader))
    }
  }

  #set({
    resourceType,
    resourceName,
    name,
    value,
  }: {
    resourceType: number
    resourceName: string
    name: string
    value: string | null
  }) {
    const kind = kinds.get(resourceType)
    if (kind === undefined || kind === 'brokerLogger') return
    const key = configKey(kind, name)
    const id = `${kind}/${resourceName}`
    const texts = this.#overrides.get(id) ?? new Map<string, string>()
    if (value === null || !key || isProblem(parseConfigValue(name, key, value))) texts.delete(name)
    else texts.set(name, value)
    if (texts.size > 0) this.#overrides.set(id, texts)
    else this.#overrides.delete(id)
  }
}

/**
 * Reads the metadata log of a data directory; null when it has none. Reading ends quietly at the first batch that is not
 * whole, as Kafka cuts the log there. Throws the errors of files.
 */
export function readKafkaMetadata(files: Files, dataDirectory: string): KafkaMetadata | null {
  const directory = `${dataDirectory}/${kafkaMetadataDirectory}`
  if (!files.stat(directory)?.isDirectory) return null
  const names = files.list(directory)
  const metadata = new KafkaMetadata()
  const checkpoint = names
    .filter(name => /^\d{20}-\d{10}\.checkpoint$/.test(name))
    .sort()
    .at(-1)
  if (checkpoint !== undefined) replayFile(files, `${directory}/${checkpoint}`, metadata, 0)
  const from = checkpoint === undefined ? 0 : Number(checkpoint.slice(0, 20))
  for (const name of names.filter(name => /^\d{20}\.log$/.test(name)).sort()) {
    if (!replayFile(files, `${directory}/${name}`, metadata, from)) break
  }
  return metadata
}

/** Replays the records of a file from an offset on; says whether all of it was whole. */
function replayFile(files: Files, path: string, metadata: KafkaMetadata, from: number): boolean {
  const file = files.open(path, { readOnly: true })
  try {
    let at = 0
    for (let batch = batchAt(file, at); batch !== null; batch = batchAt(file, at)) {
      at += batch.length
      if (isControlAt(batch) || baseOffsetAt(batch) < from) continue
      for (const { value } of recordsOf(batch)) if (value) metadata.replay(value)
    }
    return at === file.size()
  } finally {
    void file.close()
  }
}

/** The batch at a position, or null where there is no whole and undamaged one. */
function batchAt(file: File, at: number): Buffer | null {
  const header = Buffer.alloc(batchHeaderBytes)
  if (file.readSync(header, at) < batchHeaderBytes || magicAt(header) !== 2) return null
  const sizeBytes = batchBytesAt(header)
  if (sizeBytes < batchHeaderBytes || sizeBytes > batchBytesMax) return null
  const batch = Buffer.alloc(sizeBytes)
  if (file.readSync(batch, at) < sizeBytes) return null
  return crc32c(batch, 21) === crcAt(batch) ? batch : null
}
