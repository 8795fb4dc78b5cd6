/** The cluster's metadata as everybody else sees it: an immutable picture, replaced as a whole when something changes. */
import type { Table, TableName, TableRows } from './tables'

export interface PartitionImage {
  readonly index: number
  /** Broker id, or -1 while there is none. */
  readonly leader: number
  readonly leaderEpoch: number
  readonly partitionEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  /** Not in sync, but with every record that was committed: they may lead when nobody in sync is left (KIP-966). */
  readonly eligible?: readonly number[]
  /** Who led last, while nobody does. */
  readonly lastLeader?: number
  /** While a reassignment is under way: those of `replicas` that are new, and those that go when it is done (KIP-455). */
  readonly adding?: readonly number[]
  readonly removing?: readonly number[]
}

export interface TopicImage {
  /** 32 hex digits; stable for the life of the topic. */
  readonly id: string
  readonly name: string
  readonly partitions: readonly PartitionImage[]
  /** The topic of a coordinator that has grown: over how many of its partitions keys are spread, that is how many it began with. */
  readonly keyedPartitions?: number
  /** `__consumer_offsets` and its like. */
  readonly internal: boolean
}

export interface BrokerImage {
  readonly id: number
  readonly rack: string | null
  readonly fenced: boolean
  readonly endpoints: readonly { readonly name: string; readonly host: string; readonly port: number }[]
}

/** Kinds of config resources, with the numbers that the protocol gives them. */
export const configResources = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const
export type ConfigResource = keyof typeof configResources

export interface MetadataImage {
  /** Grows with every change. */
  readonly revision: number
  readonly clusterId: string
  readonly controllerId: number
  brokers(): readonly BrokerImage[]
  broker(id: number): BrokerImage | null
  /** In order of their names. */
  topics(): Iterable<TopicImage>
  topicCount(): number
  topic(name: string): TopicImage | null
  topicById(id: string): TopicImage | null
  /** What was set on one resource itself, defaults and other layers left out. Broker '' is the cluster-wide default. */
  overrides(resource: ConfigResource, name: string): ReadonlyMap<string, string>
  /** Names of the resources of a kind that have overrides. */
  overridden(resource: ConfigResource): readonly string[]
  table<N extends TableName>(name: N): Table<TableRows[N]>
}
