import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoredAcl } from '../../../src/metadata/image/tables'
import { EmbeddedStore } from '../../../src/metadata/store/embedded-store'
import { decideCreateAcls, decideDeleteAcls } from '../../../src/metadata/users/acls'
import type { Node } from '../../../src/node/node'
import { silentLogger } from '../../../src/platform/logger'
import { nodePlatform } from '../../../src/platform/node/platform'
import { OfflineLogs } from '../../../src/storage/segments/offline'
import { append, leaveKafkaMetadata, named, withNode } from '../../support/data-directory'
import { openMetadata } from '../../support/metadata'

const strays = (data: string) => readdirSync(data).filter(name => name.endsWith('-stray'))

test('a log of a topic that the metadata do not know does not bring it back, and is kept', async () => {
  const root = mkdtempSync(join(tmpdir(), 'odradek-adopt-'))
  const data = join(root, 'data')
  await withNode(data, async node => {
    await node.broker.metadata.createTopics([named('gone'), named('kept')])
    append(node, 'gone', 0)
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

test('a log that is gone as a whole keeps its partition offline, until a repair lets it go on where it ended', async () => {
  const root = mkdtempSync(join(tmpdir(), 'odradek-adopt-'))
  const data = join(root, 'data')
  await withNode(data, async node => {
    await node.broker.metadata.createTopics([named('a'), named('empty')])
    append(node, 'a', 0)
  })
  for (const name of ['a-0', 'empty-0']) rmSync(join(data, name), { recursive: true })
  const told: unknown[] = []
  const error = (event: string, fields: object = {}) => void told.push({ event, ...fields })
  const offline = () =>
    withNode(
      data,
      async ({ broker }) => {
        expect(broker.partitions.led('empty', 0).end).toBe(0)
        return broker.partitions.isOffline('a', 0)
      },
      { ...silentLogger, error },
    )
  expect(await offline()).toBe(true)
  const why = expect.stringContaining(`${join(data, 'a-0')}: is not there, though the log had records below offset 1`)
  expect(told).toMatchObject([{ event: 'partition-offline', topic: 'a', partition: 0, why }])
  // Nothing is forgotten by that.
  expect(await offline()).toBe(true)
  const logs = await OfflineLogs.open(nodePlatform({ logger: silentLogger }), data)
  const checked = await logs.check('a-0')
  expect(logs.all).toEqual(['a-0', 'empty-0'])
  expect(checked).toMatchObject({ isGone: true, startOffset: 0, endOffset: 1 })
  await logs.mend('a-0', checked)
  expect(await logs.check('a-0')).toMatchObject({ isGone: false, startOffset: 1, endOffset: 1, gaps: [], damages: [] })
  await logs.close()
  const range = await withNode(data, async ({ broker }) => {
    const { start, end } = broker.partitions.led('a', 0)
    return [start, end]
  })
  expect(range).toEqual([1, 1])
  rmSync(root, { recursive: true })
})

test('a directory of a partition that its topic does not have is put aside, and told of', async () => {
  const root = mkdtempSync(join(tmpdir(), 'odradek-adopt-'))
  const data = join(root, 'data')
  await withNode(data, ({ broker }) => broker.metadata.createTopics([named('a')]))
  renameSync(join(data, 'a-0'), join(data, 'a-7'))
  const told: unknown[] = []
  const warn = (event: string, fields: object = {}) => void told.push({ event, ...fields })
  await withNode(data, async () => {}, { ...silentLogger, warn })
  expect(told).toMatchObject([
    { event: 'log-set-aside', topic: 'a', partition: 7, why: expect.stringContaining('has no partition 7') },
  ])
  expect(strays(data)).toEqual([expect.stringMatching(/^a-7\./)])
  rmSync(root, { recursive: true })
})

/** Rules as an Apache Kafka 4.4 wrote them: User:u may read mig, and must not write m*; then the first of them is gone. */
const kafkaRecords = {
  allowed: '011200c4f2b13ec30440048b3d078a645a2ed402046d69670307557365723a75022a030300',
  denied: '0112009eb98e59db10418ab727dca1e4cea66002026d0407557365723a75022a040200',
  removed: '011300c4f2b13ec30440048b3d078a645a2ed400',
}

/** A directory that a Kafka had, with the first rule in it; each start says what it was warned of. */
function kafkaDirectory() {
  const root = mkdtempSync(join(tmpdir(), 'odradek-adopt-'))
  const data = join(root, 'data')
  const told: unknown[] = []
  const warn = (event: string, fields: object = {}) => void told.push({ event, ...fields })
  const started = (use: (node: Node) => Promise<unknown> = async () => {}) =>
    withNode(data, use, { ...silentLogger, warn })
  const left = (baseOffset: number, ...records: string[]) => leaveKafkaMetadata(data, baseOffset, records)
  left(0, kafkaRecords.allowed)
  writeFileSync(join(data, 'meta.properties'), 'version=1\ncluster.id=K123456789012345678901\nnode.id=1\n')
  return { root, told, started, left }
}

test('access rules that a Kafka has and we have not, or that it has no more, are told of at each start', async () => {
  const { root, told, started, left } = kafkaDirectory()
  await started()
  expect(told).toEqual([])
  left(1, kafkaRecords.denied)
  await started()
  expect(told).toMatchObject([{ event: 'kafka-access-differs', accessRules: 1, scramUsers: 0 }])
  left(2, kafkaRecords.removed)
  await started()
  expect(told.slice(1)).toMatchObject([{ event: 'kafka-access-differs', accessRules: 2, scramUsers: 0 }])
  rmSync(root, { recursive: true })
})

/** The second of them. */
const denied: StoredAcl = {
  resourceType: 2,
  resourceName: 'm',
  patternType: 4,
  principal: 'User:u',
  host: '*',
  operation: 4,
  permissionType: 2,
}

test('rules that were altered here are no news, until the Kafka that had the directory alters its own', async () => {
  const { root, told, started, left } = kafkaDirectory()
  const other = { ...denied, resourceName: 'other' }
  const add = (rule: StoredAcl) =>
    started(({ broker }) => broker.metadata.decide(context => decideCreateAcls(context, [rule])))
  await add(other)
  await started()
  expect(told).toEqual([])
  left(1, kafkaRecords.denied)
  await started()
  expect(told).toMatchObject([{ event: 'kafka-access-differs', accessRules: 2, scramUsers: 0 }])
  await started(async ({ broker }) => {
    await broker.metadata.decide(context => decideCreateAcls(context, [denied]))
    await broker.metadata.decide(context => decideDeleteAcls(context, [other]))
  })
  // Both have the same again, and what is altered here from then on is no news either.
  told.splice(0)
  await started()
  await add(other)
  await started()
  expect(told).toEqual([])
  rmSync(root, { recursive: true })
})

/** What a process leaves that dies between the deletion and the last step after it, made of what one leaves that stops. */
test.each([
  ['under their own names', (_data: string) => {}],
  [
    'one renamed',
    (data: string) => renameSync(join(data, 'gone-0'), join(data, `gone-0.${'0123456789abcdef'.repeat(2)}-delete`)),
  ],
  [
    'one renamed and half empty, one empty',
    (data: string) => {
      const renamed = join(data, `gone-0.${'0123456789abcdef'.repeat(2)}-delete`)
      renameSync(join(data, 'gone-0'), renamed)
      rmSync(join(renamed, 'partition.metadata'))
      renameSync(join(data, 'gone-1'), join(data, `gone-1.${'0123456789abcdef'.repeat(2)}-delete`))
      rmSync(join(data, `gone-1.${'0123456789abcdef'.repeat(2)}-delete`), { recursive: true })
      mkdirSync(join(data, `gone-1.${'0123456789abcdef'.repeat(2)}-delete`))
    },
  ],
  ['one without its topic id', (data: string) => rmSync(join(data, 'gone-1', 'partition.metadata'))],
])('logs of a topic that was deleted before a crash are removed: %s', async (_, step) => {
  const root = mkdtempSync(join(tmpdir(), 'odradek-adopt-'))
  const [data, later] = [join(root, 'data'), join(root, 'later')]
  await withNode(data, async ({ broker }) => {
    await broker.metadata.createTopics([{ ...named('gone'), numPartitions: 2 }, named('kept')])
  })
  cpSync(data, later, { recursive: true })
  const platform = nodePlatform({ logger: silentLogger })
  const store = await EmbeddedStore.open(platform.files, later, platform.random)
  const metadata = await openMetadata({}, { store })
  await metadata.deleteTopics([{ name: 'gone', topicId: '0'.repeat(32) }])
  await metadata.close()
  rmSync(join(later, '.kafka_cleanshutdown'))
  step(later)
  const told: string[] = []
  const warn = (event: string) => void told.push(event)
  await withNode(
    later,
    async ({ broker }) => {
      expect([...broker.image().topics()].map(({ name }) => name)).toEqual(['kept'])
      await broker.metadata.createTopics([named('gone')])
      expect(broker.image().table('deletion').size).toBe(0)
    },
    { ...silentLogger, warn },
  )
  expect(readdirSync(later).filter(name => /^gone-\d$/.test(name))).toEqual(['gone-0'])
  expect(strays(later)).toEqual([])
  expect(told).toEqual([])
  rmSync(root, { recursive: true })
})
