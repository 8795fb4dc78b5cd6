/** `odradek log`, and a disk that refuses. */
import { readFileSync, writeFileSync } from 'node:fs'
import { logCommand } from '../../../src/cli/log/log'
import { silentLogger } from '../../../src/platform/logger'
import { nodePlatform } from '../../../src/platform/node/platform'
import type { Process } from '../../../src/platform/process'
import { openFileStore } from '../../../src/storage/segments/store'
import { defaultLogConfig } from '../../../src/storage/log'
import { makeBatch } from '../../support/batches'
import { scratchDirectory } from '../../support/scratch'

const platform = nodePlatform({ logger: silentLogger })
let scratch: ReturnType<typeof scratchDirectory>
beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => scratch.remove())

async function said(argv: readonly string[], files = platform.files) {
  const lines: string[] = []
  let code = -1
  const say = (line: string) => void lines.push(line)
  const process = {
    env: {},
    workingDir: scratch.path,
    print: say,
    complain: say,
    stay: () => {},
    exit: (given: number) => void (code = given),
  }
  await logCommand(argv, process as unknown as Process, { ...platform, files })
  return { lines, code }
}

beforeEach(async () => {
  const directory = `${scratch.path}/data`
  const store = await openFileStore(platform, { directory, flush: 'os', nodeId: 1 })
  for (const partition of [0, 1]) {
    const log = await store.open({ topic: 'orders', partition, topicId: 'a'.repeat(32) }, () => defaultLogConfig)
    log.append(makeBatch(), { leaderEpoch: 0 })
  }
  await store.close()
})

test('all logs are told of, or those that are named, also for programs', async () => {
  const ok = (name: string) =>
    expect.stringMatching(new RegExp(`^${name} {2}ok: 1 segment, \\d+ bytes, offsets 0 to 0$`))
  expect(await said(['check', '-d', 'data'])).toEqual({ code: 0, lines: [ok('orders-0'), ok('orders-1')] })
  expect(await said(['repair', '-d', 'data', 'orders-1'])).toEqual({ code: 0, lines: [ok('orders-1')] })
  const { lines } = await said(['check', '-d', 'data', 'orders-1', '--json'])
  expect(JSON.parse(lines[0]!)).toMatchObject({ log: 'orders-1', endOffset: 1, damages: [] })
})

test('what a disk says against it ends it', async () => {
  const files = {
    ...platform.files,
    open: () => {
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
    },
  }
  const { code, lines } = await said(['check', '-d', 'data'], files)
  expect([code, lines]).toEqual([1, [`odradek: ${scratch.path}/data: EIO: i/o error, read`]])
})

test.each(['check', 'repair'])('%s says that there is no such directory', async verb => {
  const says = `odradek: there is no directory ${scratch.path}/nope. Give the one that a broker keeps its data in with --data-dir.`
  expect(await said([verb, '-d', 'nope', 'orders-0'])).toEqual({ code: 1, lines: [says] })
})

test('a gap between segments is told, and nothing is said to be well', async () => {
  writeFileSync(`${scratch.path}/data/orders-0/00000000000000000005.log`, '')
  const says =
    'orders-0  GAP: no segment goes up to 00000000000000000005.log, so one was lost or emptied: offsets 1 to 4 are lost'
  expect(await said(['check', '-d', 'data', 'orders-0'])).toEqual({ code: 1, lines: [says] })
  expect(await said(['repair', '-d', 'data', 'orders-0'])).toEqual({ code: 0, lines: [says] })
})

test('a file that is no segment of a log is named, and put aside', async () => {
  const stray = `${scratch.path}/data/orders-1/${'9'.padStart(20, '0')}.log`
  const lower = `${scratch.path}/data/orders-1/${'0'.padStart(20, '0')}.log`
  writeFileSync(stray, readFileSync(lower))
  const { lines, code } = await said(['check', '-d', 'data'])
  expect(code).toBe(1)
  expect(lines[1]).toMatch(/^orders-1 {2}STRAY: 0{19}9\.log \(\d+ bytes\) holds batches of lower offsets than 9/)
  expect(lines[2]).toMatch(/is kept by: odradek log repair --data-dir .* orders-1$/)
  const repaired = await said(['repair', '-d', 'data', 'orders-1'])
  expect(repaired.code).toBe(0)
  expect(repaired.lines[0]).toMatch(/^orders-1 {2}put aside: 0{19}9\.log/)
  expect((await said(['check', '-d', 'data'])).code).toBe(0)
})
