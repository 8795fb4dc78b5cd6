/** When `leader-epoch-checkpoint` is written: never at a start that changes nothing, always before it could mislead. */
import { readFileSync } from 'node:fs'
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

test.each(['group', 'os'] as const)(
  'a log without records whose leader stays writes it once in its life (flush=%s)',
  async flush => {
    const first = await open(flush)
    first.log.assignEpoch(0, 0)
    await first.store.close()
    expect(first.writes).toEqual(['0\n1\n0 0\n'])
    for (let start = 0; start < 2; start += 1) {
      const { store, log, writes } = await open(flush)
      expect(log.epochs.latest).toBe(-1)
      log.assignEpoch(0, 0)
      expect(log.epochs.latest).toBe(0)
      await store.close()
      expect(writes).toEqual([])
    }
    expect(inFile()).toBe('0\n1\n0 0\n')
  },
)

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
