/**
 * What the metadata store holds: the names of its keys, and the JSON behind each. Numbers in keys are padded, so that
 * the order of keys is the order of numbers.
 */
import type { ConfigResource, PartitionImage } from './image'
import { type TableName, tableNames } from './tables'

export interface StoredCluster {
  readonly clusterId: string
  readonly format: 1
  readonly createdMs: number
}

export interface StoredTopic {
  readonly name: string
  readonly partitions: number
  /** As in the image. */
  readonly keyedPartitions?: number
}

export type StoredPartition = Omit<PartitionImage, 'index'>

export interface StoredBroker {
  /** Registered, and not there. */
  readonly fenced?: boolean
  readonly rack: string | null
  readonly endpoints: readonly { readonly name: string; readonly host: string; readonly port: number }[]
}

export interface StoredProducerIds {
  /** The first id that nobody was given. */
  readonly next: number
}

const padded = (id: number) => String(id).padStart(10, '0')

export const storeKeys = {
  cluster: 'meta/id',
  controllerEpoch: 'ctl/epoch',
  producerIds: 'pid/next',
  broker: (id: number) => `reg/${padded(id)}`,
  topicName: (name: string) => `tname/${name}`,
  topic: (id: string) => `topic/${id}`,
  partition: (id: string, index: number) => `part/${id}/${padded(index)}`,
  /** Names may hold anything, slashes too: they come last. */
  config: (resource: ConfigResource, name: string) => `conf/${resource}/${name}`,
  row: (table: TableName, id: string) => `row/${table}/${id}`,
} as const

export type StoreKey =
  | { readonly kind: 'cluster' | 'controllerEpoch' | 'producerIds' | 'other' }
  | { readonly kind: 'broker'; readonly id: number }
  | { readonly kind: 'topicName'; readonly name: string }
  | { readonly kind: 'topic'; readonly id: string }
  | { readonly kind: 'partition'; readonly id: string; readonly index: number }
  | { readonly kind: 'config'; readonly resource: ConfigResource; readonly name: string }
  | { readonly kind: 'row'; readonly table: TableName; readonly id: string }

/** What a key of the store stands for; 'other' for keys that a newer version may have put there. */
export function parseStoreKey(key: string): StoreKey {
  const slash = key.indexOf('/')
  const rest = key.slice(slash + 1)
  switch (key.slice(0, slash)) {
    case 'meta':
      return { kind: rest === 'id' ? 'cluster' : 'other' }
    case 'ctl':
      return { kind: rest === 'epoch' ? 'controllerEpoch' : 'other' }
    case 'pid':
      return { kind: 'producerIds' }
    case 'reg':
      return { kind: 'broker', id: Number(rest) }
    case 'tname':
      return { kind: 'topicName', name: rest }
    case 'topic':
      return { kind: 'topic', id: rest }
    case 'part':
      return { kind: 'partition', id: rest.slice(0, 32), index: Number(rest.slice(33)) }
    case 'conf': {
      const end = rest.indexOf('/')
      return { kind: 'config', resource: rest.slice(0, end) as ConfigResource, name: rest.slice(end + 1) }
    }
    case 'row': {
      const end = rest.indexOf('/')
      const table = tableNames.find(name => name === rest.slice(0, end))
      return table === undefined ? { kind: 'other' } : { kind: 'row', table, id: rest.slice(end + 1) }
    }
    default:
      return { kind: 'other' }
  }
}
