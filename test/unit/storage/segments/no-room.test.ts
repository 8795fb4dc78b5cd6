/** A directory without room: what has to be written fails, nothing else does, and all goes on once there is room. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { Files } from '../../../../src/platform/files'
import { FillingFiles } from '../../../../src/platform/filling-files'
import { silentLogger } from '../../../../src/platform/logger'
import { nodePlatform } from '../../../../src/platform/node/platform'
import { defaultLogConfig, type Log } from '../../../../src/storage/log'
import { type FileStore, openFileStore } from '../../../../src/storage/segments/store'
import { makeBatch } from '../../../support/batches'
import { scratchDirectory } from '../../../support/scratch'

const id = { topic: 'orders', partition: 0, topicId: '0123456789abcdef0123456789abcdef' }
const config = () => ({ ...defaultLogConfig, segmentBytes: 300 })
const noRoom = { name: 'StorageFault', passes: true }

let scratch: ReturnType<typeof scratchDirectory>
beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => scratch.remove())

const open = (files: Files): Promise<FileStore> =>
  openFileStore(
    { ...nodePlatform({ logger: silentLogger }), files },
    { directory: scratch.path, flush: 'group', nodeId: 1 },
  )

const segments = () =>
  readdirSync(`${scratch.path}/orders-0`)
    .filter(name => name.endsWith('.log'))
    .sort()

async function filled(log: Log): Promise<void> {
  for (let nth = 0; nth < 10; nth += 1) log.append(makeBatch({ fill: nth }), { leaderEpoch: 0 })
  await log.flush(log.end)
}

test('a start that cannot be saved keeps the segments below it, and they go when it can', async () => {
  const disk = new FillingFiles(nodePlatform().files)
  const store = await open(disk)
  const log = await store.open(id, config)
  await filled(log)
  const before = segments()
  disk.isFull = true
  await expect(log.advanceStart(log.end)).rejects.toMatchObject(noRoom)
  expect(segments()).toEqual(before)
  expect(store.health.failure).toBeNull()
  disk.isFull = false
  const policy = { retentionMs: -1, retentionBytes: -1, deletes: true, upTo: log.end }
  await log.sweep(policy, 0)
  expect(segments()).toEqual(before.slice(-1))
  expect(readFileSync(`${scratch.path}/log-start-offset-checkpoint`, 'utf8')).toContain(`orders 0 ${log.end}\n`)
  expect(log.append(makeBatch(), { leaderEpoch: 0 }).first).toBe(10)
  await log.flush(log.end)
  await store.close()
})

test('nothing is acknowledged before the start is saved, and a log that is closed meanwhile starts there', async () => {
  const disk = new FillingFiles(nodePlatform().files)
  const store = await open(disk)
  const log = await store.open(id, config)
  await filled(log)
  const oldest = `${scratch.path}/orders-0/${segments()[0]}`
  disk.isFull = true
  await expect(log.advanceStart(5)).rejects.toMatchObject(noRoom)
  disk.isFull = false
  log.append(makeBatch(), { leaderEpoch: 0 })
  await log.flush(log.end)
  expect(readFileSync(`${scratch.path}/log-start-offset-checkpoint`, 'utf8')).toContain('orders 0 5\n')
  expect(existsSync(oldest)).toBe(true)
  await store.close()
  const again = await open(nodePlatform().files)
  const reopened = await again.open(id, config)
  expect([reopened.start, reopened.end]).toEqual([5, 11])
  expect(existsSync(oldest)).toBe(false)
  await again.close()
})
