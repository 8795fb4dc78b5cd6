/** The small text files of a data directory, in Apache Kafka's formats: from and to what they say. */
import { CorruptLog } from '../fault'
import type { EpochEntry } from '../log'

export interface PartitionOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** A version, a count, and as many lines. Throws CorruptLog when they do not agree. */
function checkpointLines(path: string, text: string, wordCount: number): string[][] {
  // Kafka creates these files empty and fills them later.
  if (text === '') return []
  const lines = text.split('\n')
  if (lines[0] !== '0') throw new CorruptLog(path, `version '${lines[0]}' is not known`)
  const count = Number(lines[1])
  const rows = lines.slice(2).filter(line => line !== '')
  if (lines[1] === '' || rows.length !== count)
    throw new CorruptLog(path, `${rows.length} lines where ${lines[1]} were announced`)
  return rows.map(row => {
    const words = row.split(/\s+/)
    const numbers = words.slice(-2)
    if (words.length !== wordCount || !numbers.every(word => /^-?\d+$/.test(word)))
      throw new CorruptLog(path, `bad line '${row}'`)
    return words
  })
}

export function encodeOffsets(offsets: readonly PartitionOffset[]): string {
  const lines = offsets.map(({ topic, partition, offset }) => `${topic} ${partition} ${offset}\n`)
  return `0\n${lines.length}\n${lines.join('')}`
}

/** Throws CorruptLog. */
export function decodeOffsets(path: string, text: string): PartitionOffset[] {
  return checkpointLines(path, text, 3).map(([topic, partition, offset]) => ({
    topic: topic!,
    partition: Number(partition),
    offset: Number(offset),
  }))
}

export function encodeEpochs(entries: readonly EpochEntry[]): string {
  return `0\n${entries.length}\n${entries.map(entry => `${entry.epoch} ${entry.startOffset}\n`).join('')}`
}

/** Throws CorruptLog. */
export function decodeEpochs(path: string, text: string): EpochEntry[] {
  return checkpointLines(path, text, 2).map(([epoch, startOffset]) => ({
    epoch: Number(epoch),
    startOffset: Number(startOffset),
  }))
}

/** Kafka writes an id as 22 characters of URL-safe base64; we keep it as 32 hex digits. */
export const idToBase64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url')
export const idToHex = (base64: string): string => Buffer.from(base64, 'base64url').toString('hex')

export function encodePartitionMetadata(topicId: string): string {
  return `version: 0\ntopic_id: ${idToBase64(topicId)}`
}

/** The topic id as 32 hex digits. Throws CorruptLog. */
export function decodePartitionMetadata(path: string, text: string): string {
  const match = /^version: 0\ntopic_id: ([\w-]{22})\n?$/.exec(text)
  if (!match) throw new CorruptLog(path, 'is not the metadata of a partition')
  return idToHex(match[1]!)
}

export interface DirectoryIdentity {
  readonly clusterId: string
  readonly nodeId: number
  /** 22 characters of URL-safe base64. */
  readonly directoryId: string
}

/** Version 1, or 0 as a Kafka with ZooKeeper wrote it. */
export function encodeMetaProperties(identity: DirectoryIdentity, isOfZooKeeper = false): string {
  const { clusterId, nodeId, directoryId } = identity
  const [version, key] = isOfZooKeeper ? [0, 'broker.id'] : [1, 'node.id']
  return `version=${version}\ncluster.id=${clusterId}\n${key}=${nodeId}\ndirectory.id=${directoryId}\n`
}

/** Keys and values of a Java properties file, as far as Kafka's need it. */
export function decodeProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([^#!\s=:][^=:\s]*)\s*[=:]\s*(.*)$/.exec(line)
    if (match) properties.set(match[1]!, match[2]!.replace(/\\(.)/g, '$1').trim())
  }
  return properties
}

export const encodeCleanShutdown = (brokerEpoch: number): string => JSON.stringify({ version: 0, brokerEpoch })

/** The broker epoch of the process that stopped cleanly; -1 where the file is of a Kafka that did not tell. */
export function decodeCleanShutdown(text: string): number {
  try {
    const content: unknown = JSON.parse(text)
    const epoch = (content as { brokerEpoch?: unknown } | null)?.brokerEpoch
    return typeof epoch === 'number' ? epoch : -1
  } catch {
    return -1
  }
}
