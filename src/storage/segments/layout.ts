/** Names of directories and files: Apache Kafka's own grammar, so that its tools and a Kafka itself find their way. */

export const segmentKinds = ['log', 'index', 'timeindex', 'txnindex', 'snapshot'] as const
export type SegmentKind = (typeof segmentKinds)[number]

export const names = {
  lock: '.lock',
  cleanShutdown: '.kafka_cleanshutdown',
  metaProperties: 'meta.properties',
  recoveryPoints: 'recovery-point-offset-checkpoint',
  startOffsets: 'log-start-offset-checkpoint',
  watermarks: 'replication-offset-checkpoint',
  leaderEpochs: 'leader-epoch-checkpoint',
  partitionMetadata: 'partition.metadata',
  cleanerOffsets: 'cleaner-offset-checkpoint',
  deletedSuffix: '.deleted',
  cleanedSuffix: '.cleaned',
  swapSuffix: '.swap',
} as const

/** Kafka's own metadata log lives beside the topics and is no topic. */
const clusterMetadata = '__cluster_metadata'
const nameBytesMax = 255

export const pathOf = (directory: string, name: string): string => `${directory}/${name}`

export function segmentFileName(baseOffset: number, kind: SegmentKind): string {
  return `${String(baseOffset).padStart(20, '0')}.${kind}`
}

/** Null for any name that is not one of a segment's files. */
export function parseSegmentFileName(name: string): { baseOffset: number; kind: SegmentKind } | null {
  const match = /^(\d{20})\.(\w+)$/.exec(name)
  const kind = segmentKinds.find(each => each === match?.[2])
  return match && kind ? { baseOffset: Number(match[1]), kind } : null
}

/** What a crash in the middle of some work may leave behind, and what only waits to be removed. */
export function isLeftover(name: string): boolean {
  return name.endsWith(names.deletedSuffix) || name.endsWith(names.cleanedSuffix) || name.endsWith('.tmp')
}

export const logDirectoryName = (topic: string, partition: number): string => `${topic}-${partition}`

/** Null for a name that is not a log's: deleted, moved or stray ones, and Kafka's own metadata log. */
export function parseLogDirectoryName(name: string): { topic: string; partition: number } | null {
  const match = /^([a-zA-Z0-9._-]+)-(0|[1-9]\d*)$/.exec(name)
  if (!match || match[1] === clusterMetadata) return null
  return { topic: match[1]!, partition: Number(match[2]) }
}

/** The name a log's directory gets until it is removed; `unique` keeps those of topics of one name apart. */
export const deletedDirectoryName = (topic: string, partition: number, unique: string): string =>
  shortened(topic, `-${partition}.${unique}-delete`)

/** The name of a log's directory that was put aside, as Kafka has it: nobody opens it, and nobody removes it. */
export const strayDirectoryName = (topic: string, partition: number, unique: string): string =>
  shortened(topic, `-${partition}.${unique}-stray`)

/** The partition of a log that was put aside; null for any other name. */
export function partitionAside(name: string): number | null {
  const match = /-(0|[1-9]\d*)\.[0-9a-f]{32}-stray$/.exec(name)
  return match ? Number(match[1]) : null
}

const shortened = (topic: string, suffix: string): string => topic.slice(0, nameBytesMax - suffix.length) + suffix

export const isDeletedDirectory = (name: string): boolean => /^\S+-\d+\.[0-9a-f]{32}-delete$/.test(name)
