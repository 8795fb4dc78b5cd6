/** A node on a data directory, for tests of what a start finds there, and what an Apache Kafka is as if it had left. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../src/node/config/config'
import { type Node, startNode } from '../../src/node/node'
import { type Logger, silentLogger } from '../../src/platform/logger'
import { nodePlatform } from '../../src/platform/node/platform'
import { buildBatch } from '../../src/protocol/records/records'

/** Starts a node, uses it and stops it. */
export async function withNode<T>(dataDir: string, use: (node: Node) => Promise<T>, logger: Logger = silentLogger) {
  const platform = nodePlatform({ logger })
  const flags = { port: '0', profile: 'test', dataDir }
  const readFile = (path: string) => platform.files.readFile(path)
  const node = await startNode(
    platform,
    readConfig({ flags, environment: {}, readFile, defaultProfile: 'test' }).config,
  )
  try {
    return await use(node)
  } finally {
    await node.stop()
  }
}

export const named = (name: string) => ({
  name,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [],
})

/** Appends a record to a partition. */
export function append({ broker }: Node, topic: string, partition: number): void {
  const record = { timestampMs: 1_700_000_000_000, key: null, value: Buffer.from('v') }
  broker.partitions.led(topic, partition).produce(buildBatch({ records: [record] }), 1, record.timestampMs)
}

/** Records of a Kafka's metadata log, in hex, at an offset. */
export function leaveKafkaMetadata(dataDir: string, baseOffset: number, records: readonly string[]): void {
  const directory = join(dataDir, '__cluster_metadata-0')
  mkdirSync(directory, { recursive: true })
  const written = records.map(hex => ({ timestampMs: 1, key: null, value: Buffer.from(hex, 'hex') }))
  const name = `${String(baseOffset).padStart(20, '0')}.log`
  writeFileSync(join(directory, name), buildBatch({ baseOffset, records: written }))
}
