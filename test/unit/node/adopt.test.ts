import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../src/node/config'
import { type Node, startNode } from '../../../src/node/node'
import { silentLogger } from '../../../src/platform/logger'
import { nodePlatform } from '../../../src/platform/node/platform'

const platform = nodePlatform({ logger: silentLogger })

async function withNode<T>(dataDir: string, use: (node: Node) => Promise<T>): Promise<T> {
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

test('a deletion that a crash cut short is finished, and the topic does not come back', async () => {
  const root = mkdtempSync(join(tmpdir(), 'odradek-adopt-'))
  const data = join(root, 'data')
  const named = (name: string) => ({ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] })
  await withNode(data, ({ broker }) => broker.metadata.createTopics([named('gone'), named('kept')]))
  cpSync(join(data, 'gone-0'), join(root, 'gone-0'), { recursive: true })
  await withNode(data, ({ broker }) => broker.metadata.deleteTopics([{ name: 'gone', topicId: '0'.repeat(32) }]))
  expect(existsSync(join(data, 'gone-0'))).toBe(false)
  cpSync(join(root, 'gone-0'), join(data, 'gone-0'), { recursive: true })
  const names = await withNode(data, async ({ broker }) => [...broker.image().topics()].map(({ name }) => name))
  expect(names).toEqual(['kept'])
  expect(existsSync(join(data, 'gone-0'))).toBe(false)
  rmSync(root, { recursive: true })
})
