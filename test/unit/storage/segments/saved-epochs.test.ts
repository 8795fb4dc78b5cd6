/** When `leader-epoch-checkpoint` is written: never at a start that changes nothing, always before it could mislead. */
import { existsSync, readFileSync } from 'node:fs'
import type { Files } from '../../../../src/platform/files'
import { silentLogger } from '../../../../src/platform/logger'
import { nodePlatform } from '../../../../src/platform/node/platform'
import { defaultLogConfig } from '../../../../src/storage/log'
import { openFileStore } from '../../../../src/storage/segments/store'
import { makeBatch } from '../../../support/batches'
import { scratchDirectory } from '../../../support/scratch'

const id = { topic: 'orders', partition: 0, topicId: '0123456789abcdef0123456789abcdef' }
const config = () => defaultLogConfig
const fileName = 'leader-epoch-checkpoint'

let scratch: ReturnType<typeof scratchDirectory>
beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => scratch.remove())

/** A store, and how often the file was written since it is there. */
async function open(flush: 'group' | 'os') {
  const { files, ...platform } = nodePlatform({ logger: silentLogger })
  const writes: string[] = []
  const watched: Files = Object.create(files, {
    replaceFile: {
      value: (path: string, content: Uint8Array | string) => {
        if (path.endsWith(fileName)) writes.push(String(content))
        return files.replaceFile(path, content)
      },
    },
  })
  const store = await openFileStore({ ...platform, files: watched }, { directory: scratch.path, flush, nodeId: 1 })
  return { store, log: await store.open(id, config), writes }
}

const inFile = () => readFileSync(`${scratch.path}/orders-0/${fileName}`, 'utf8')

test.each(['group', 'os'] as const)('a log without records never writes it (flush=%s)', async flush => {
  for (let start = 0; start < 3; start += 1) {
    const { store, log, writes } = await open(flush)
    expect(log.epochs.latest).toBe(-1)
    log.assignEpoch(start, 0)
    expect(log.epochs.latest).toBe(start)
    await log.flush(log.end)
    await store.close()
    expect(writes).toEqual([])
  }
  expect(existsSync(`${scratch.path}/orders-0/${fileName}`)).toBe(false)
})

test.each(['group', 'os'] as const)(
  'the first record has it written before it is on the disk (flush=%s)',
  async flush => {
    const { store, log, writes } = await open(flush)
    log.assignEpoch(4, 0)
    log.append(makeBatch(), { leaderEpoch: 4 })
    expect(writes).toEqual(['0\n1\n4 0\n'])
    await log.flush(log.end)
    // In the other mode a flush waits for no disk.
    if (flush === 'group') expect(inFile()).toBe('0\n1\n4 0\n')
    await store.close()
    expect(inFile()).toBe('0\n1\n4 0\n')
    expect(writes).toHaveLength(1)
  },
)

test('a log of which all records are gone keeps what it has written', async () => {
  const { store, log, writes } = await open('group')
  log.append(makeBatch(), { leaderEpoch: 4 })
  await log.flush(log.end)
  await log.advanceStart(log.end)
  log.assignEpoch(6, log.end)
  await store.close()
  expect(writes.at(-1)).toBe(inFile())
  expect(inFile()).toMatch(/\n6 1\n$/)
})

test.each(['group', 'os'] as const)(
  'epochs that hold nothing have left it when something is appended under an older one (flush=%s)',
  async flush => {
    const first = await open(flush)
    first.log.append(makeBatch(), { leaderEpoch: 3 })
    first.log.assignEpoch(5, first.log.end)
    await first.store.close()
    expect(inFile()).toBe('0\n2\n3 0\n5 1\n')
    const { store, log, writes } = await open(flush)
    expect(writes).toEqual([])
    log.append(makeBatch(), { leaderEpoch: 3 })
    expect(writes).toEqual(['0\n1\n3 0\n'])
    await log.flush(log.end)
    await store.close()
    expect(writes).toEqual(['0\n1\n3 0\n'])
    expect(inFile()).toBe('0\n1\n3 0\n')
  },
)

test('a clean stop leaves what the log knows, though nothing was appended', async () => {
  const first = await open('group')
  first.log.append(makeBatch(), { leaderEpoch: 3 })
  first.log.assignEpoch(5, first.log.end)
  await first.store.close()
  const { store, log } = await open('group')
  log.assignEpoch(6, log.end)
  await store.close()
  expect(inFile()).toBe('0\n2\n3 0\n6 1\n')
})
