import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../src/node/config'
import { type Node, startNode } from '../../../src/node/node'
import { silentLogger } from '../../../src/platform/logger'
import { buildBatch } from '../../../src/protocol/records/records'
import { nodePlatform } from '../../../src/platform/node/platform'

async function withNode<T>(dataDir: string, use: (node: Node) => Promise<T>, logger = silentLogger): Promise<T> {
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

const named = (name: string) => ({ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] })
const strays = (data: string) => readdirSync(data).filter(name => name.endsWith('-stray'))

test('a log of a topic that the metadata do not know does not bring it back, and is kept', async () => {
  const root = mkdtempSync(join(tmpdir(), 'odradek-adopt-'))
  const data = join(root, 'data')
  await withNode(data, async ({ broker }) => {
    await broker.metadata.createTopics([named('gone'), named('kept')])
    await broker.metadata.settling
    const record = { timestampMs: 1_700_000_000_000, key: null, value: Buffer.from('v') }
    broker.partitions.led('gone', 0).produce(buildBatch({ records: [record] }), 1, record.timestampMs)
  })
  cpSync(join(data, 'gone-0'), join(root, 'gone-0'), { recursive: true })
  await withNode(data, ({ broker }) => broker.metadata.deleteTopics([{ name: 'gone', topicId: '0'.repeat(32) }]))
  expect(existsSync(join(data, 'gone-0'))).toBe(false)
  cpSync(join(root, 'gone-0'), join(data, 'gone-0'), { recursive: true })
  const names = await withNode(data, async ({ broker }) => [...broker.image().topics()].map(({ name }) => name))
  expect(names).toEqual(['kept'])
  expect(existsSync(join(data, 'gone-0'))).toBe(false)
  expect(strays(data)).toEqual([expect.stringMatching(/^gone-0\.[0-9a-f]{32}-stray$/)])
  // Its records come back into a topic that is made again, by the way that docs/damaged-logs.md tells.
  await withNode(data, ({ broker }) => broker.metadata.createTopics([named('gone')]))
  const stray = join(data, strays(data)[0]!)
  for (const file of readdirSync(stray)) {
    if (file !== 'partition.metadata') cpSync(join(stray, file), join(data, 'gone-0', file))
  }
  rmSync(join(data, '.kafka_cleanshutdown'))
  expect(await withNode(data, async ({ broker }) => broker.partitions.led('gone', 0).end)).toBe(1)
  rmSync(root, { recursive: true })
})

test('a log of another topic id makes room for the one that the topic has, and is kept', async () => {
  const root = mkdtempSync(join(tmpdir(), 'odradek-adopt-'))
  const data = join(root, 'data')
  await withNode(data, ({ broker }) => broker.metadata.createTopics([named('a'), named('b')]))
  cpSync(join(data, 'b-0', 'partition.metadata'), join(data, 'a-0', 'partition.metadata'))
  const isServed = await withNode(data, async ({ broker }) => broker.partitions.led('a', 0).end === 0)
  expect(isServed).toBe(true)
  expect(strays(data)).toHaveLength(1)
  rmSync(root, { recursive: true })
})

test('a log that is gone as a whole is begun anew, and that is told', async () => {
  const root = mkdtempSync(join(tmpdir(), 'odradek-adopt-'))
  const data = join(root, 'data')
  await withNode(data, async ({ broker }) => {
    await broker.metadata.createTopics([named('a'), named('empty')])
    await broker.metadata.settling
    const record = { timestampMs: 1_700_000_000_000, key: null, value: Buffer.from('v') }
    broker.partitions.led('a', 0).produce(buildBatch({ records: [record] }), 1, record.timestampMs)
  })
  for (const name of ['a-0', 'empty-0']) rmSync(join(data, name), { recursive: true })
  const told: unknown[] = []
  const warn = (event: string, fields: object = {}) => void told.push({ event, ...fields })
  const end = await withNode(data, async ({ broker }) => broker.partitions.led('a', 0).end, { ...silentLogger, warn })
  expect(end).toBe(0)
  const gone = { event: 'log-gone', topic: 'a', partition: 0, directory: join(data, 'a-0'), flushedUpTo: 1 }
  expect(told).toEqual([gone])
  rmSync(root, { recursive: true })
})
