/** Who may use a data directory. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Files } from '../../../../src/platform/files'
import { silentLogger } from '../../../../src/platform/logger'
import { nodePlatform } from '../../../../src/platform/node/platform'
import { DirectoryRefused } from '../../../../src/storage/fault'
import { defaultLogConfig, type Log } from '../../../../src/storage/log'
import { openFileStore } from '../../../../src/storage/segments/store'
import { makeBatch } from '../../../support/batches'
import { scratchDirectory } from '../../../support/scratch'

let scratch: ReturnType<typeof scratchDirectory>
const platform = nodePlatform({ logger: silentLogger })
const data = () => `${scratch.path}/a/b/data`
const open = (options = {}) => openFileStore(platform, { directory: data(), flush: 'os', nodeId: 1, ...options })

beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => scratch.remove())

test('a new directory gets an identity, and keeps it', async () => {
  const first = await open()
  const { identity } = first
  expect(identity.clusterId).toHaveLength(22)
  expect(first.cleanShutdown).toBeNull()
  first.brokerEpoch = 77
  await first.close()
  const second = await open({ clusterId: identity.clusterId })
  expect(second.identity).toEqual(identity)
  expect(second.cleanShutdown).toEqual({ brokerEpoch: 77 })
  expect(existsSync(`${data()}/.kafka_cleanshutdown`)).toBe(false)
  await second.close()
})

const refusal = async (options: object, reason: string) => {
  const problem = open(options)
  await expect(problem).rejects.toThrow(DirectoryRefused)
  await expect(problem).rejects.toMatchObject({ reason, path: data() })
}

test('a directory in use, of another cluster or of another node is refused, and left as it is', async () => {
  const store = await open({ clusterId: 'mine' })
  await refusal({}, 'locked')
  await store.close()
  const before = readdirSync(data()).sort()
  await refusal({ clusterId: 'yours' }, 'other cluster')
  await refusal({ nodeId: 2 }, 'other node')
  expect(readdirSync(data()).sort()).toEqual(before)
  await (await open()).close()
})

test('a newer format is refused', async () => {
  mkdirSync(data(), { recursive: true })
  writeFileSync(`${data()}/meta.properties`, 'version=2\nnode.id=1\ncluster.id=x\n')
  await refusal({}, 'unknown format')
  expect(readFileSync(`${data()}/meta.properties`, 'utf8')).toBe('version=2\nnode.id=1\ncluster.id=x\n')
})

const ofZooKeeper = 'version=0\nbroker.id=1\ncluster.id=x\n'

test('a directory of a Kafka with ZooKeeper is taken once it was migrated, and stays of its version', async () => {
  mkdirSync(`${data()}/__cluster_metadata-0`, { recursive: true })
  mkdirSync(`${data()}/orders-0`)
  writeFileSync(`${data()}/orders-0/00000000000000000000.log`, '')
  writeFileSync(`${data()}/meta.properties`, ofZooKeeper)
  await refusal({ nodeId: 2 }, 'other node')
  const store = await open()
  const { identity } = store
  expect(identity).toMatchObject({ clusterId: 'x', nodeId: 1 })
  const properties = readFileSync(`${data()}/meta.properties`, 'utf8')
  expect(properties.trim().split('\n').sort()).toEqual(
    [...ofZooKeeper.trim().split('\n'), `directory.id=${identity.directoryId}`].sort(),
  )
  await store.close()
  const again = await open()
  expect(again.identity).toEqual(identity)
  await again.close()
})

test('before its migration it is refused, since ZooKeeper has the configs of its topics', async () => {
  mkdirSync(`${data()}/orders-0`, { recursive: true })
  writeFileSync(`${data()}/orders-0/00000000000000000000.log`, '')
  writeFileSync(`${data()}/meta.properties`, ofZooKeeper)
  await refusal({}, 'not migrated')
  expect(readFileSync(`${data()}/meta.properties`, 'utf8')).toBe(ofZooKeeper)
})

test.each(['version=0\nbroker.id=1\n', 'version=0\nnode.id=1\ncluster.id=x\n'])(
  'one without its cluster or its number is refused',
  async properties => {
    mkdirSync(data(), { recursive: true })
    writeFileSync(`${data()}/meta.properties`, properties)
    await refusal({}, 'damaged identity')
  },
)

test('a file where the directory should be is refused', async () => {
  mkdirSync(`${scratch.path}/a/b`, { recursive: true })
  writeFileSync(data(), '')
  await refusal({}, 'unusable')
})

test('a directory that cannot be written is refused', async () => {
  mkdirSync(data(), { recursive: true })
  chmodSync(data(), 0o500)
  // Who may do everything may write there, too.
  if (process.getuid?.() === 0) await (await open()).close()
  else await refusal({}, 'unusable')
  chmodSync(data(), 0o700)
})

test('dropped logs are renamed at once, removed later, and forgotten', async () => {
  const store = await open()
  const id = { topic: 'orders', partition: 0, topicId: '0123456789abcdef0123456789abcdef' }
  const log = await store.open(id, () => ({ ...defaultLogConfig, fileDeleteDelayMs: 3_600_000 }))
  log.append(makeBatch(), { leaderEpoch: 0 })
  log.saveWatermark(1)
  await log.flush(1)
  await store.drop({ ...id, topicId: 'f123456789abcdef0123456789abcdef' })
  expect(existsSync(`${data()}/orders-0`)).toBe(true)
  await store.drop(id)
  const renamed = readdirSync(data()).filter(name => name.startsWith('orders'))
  expect(renamed).toEqual([expect.stringMatching(/^orders-0\.[0-9a-f]{32}-delete$/)])
  expect(readFileSync(`${data()}/replication-offset-checkpoint`, 'utf8')).toBe('0\n0\n')
  expect(() => log.append(makeBatch(), { leaderEpoch: 0 })).toThrow(/closed/)
  await store.close()
  const again = await open()
  // What was renamed is removed when the directory is opened next.
  while (readdirSync(data()).some(name => name.endsWith('-delete'))) await new Promise(setImmediate)
  await again.close()
})

test('files open at once are limited, and opened again when they are needed', async () => {
  let openCount = 0
  let openMost = 0
  const counting: Files = {
    ...platform.files,
    open(path, how) {
      const file = platform.files.open(path, how)
      openCount += 1
      openMost = Math.max(openMost, openCount)
      const close = () => {
        openCount -= 1
        return file.close()
      }
      return {
        writeSync: (buffers, position) => file.writeSync(buffers, position),
        write: (buffers, position) => file.write(buffers, position),
        readSync: (into, position) => file.readSync(into, position),
        size: () => file.size(),
        truncateSync: sizeBytes => file.truncateSync(sizeBytes),
        sync: () => file.sync(),
        close,
      }
    },
  }
  const options = { directory: data(), flush: 'os', nodeId: 1, openFilesMax: 8 } as const
  const store = await openFileStore({ ...platform, files: counting }, options)
  const logs: Log[] = []
  for (let i = 0; i < 20; i += 1) {
    const id = { topic: `t${i}`, partition: 0, topicId: String(i).padStart(32, '0') }
    logs.push(await store.open(id, () => ({ ...defaultLogConfig, segmentBytes: 300 })))
  }
  for (let round = 0; round < 10; round += 1) {
    for (const log of logs) log.append(makeBatch({ fill: round }), { leaderEpoch: 0 })
  }
  for (const log of logs) {
    for (let offset = 0; offset < 10; offset += 1) {
      const { buffers } = log.read(offset, { maxBytes: 1, upTo: 10 })
      expect(Number(buffers[0]!.readBigInt64BE(0))).toBe(offset)
    }
  }
  await store.close()
  // Closing takes a moment, and what is being synced is not closed.
  expect(openMost).toBeLessThanOrEqual(16)
  expect(openCount).toBe(0)
})

test('a file in the place of a log keeps that log from being opened, and no other', async () => {
  const inWay = { topic: 'orders', partition: 0, topicId: '0'.repeat(32) }
  await (await open()).close()
  writeFileSync(`${data()}/orders-0`, '')
  const store = await open()
  expect(await store.list()).toEqual([])
  await expect(store.open(inWay, () => defaultLogConfig)).rejects.toMatchObject({ name: 'CorruptLog' })
  const log = await store.open({ ...inWay, topic: 'others' }, () => defaultLogConfig)
  log.append(makeBatch(), { leaderEpoch: 0 })
  expect(store.health.failure).toBeNull()
  await store.drop(inWay)
  expect(existsSync(`${data()}/orders-0`)).toBe(false)
  await store.close()
})
