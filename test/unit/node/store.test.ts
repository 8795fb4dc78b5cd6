/** What keeps a node from starting on a data directory that was tampered with: nothing in it is touched then. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { readConfig } from '../../../src/node/config/config'
import { startNode } from '../../../src/node/node'
import { silentLogger } from '../../../src/platform/logger'
import { nodePlatform } from '../../../src/platform/node/platform'
import { journalName, snapshotName } from '../../../src/metadata/store/store-journal'
import { scratchDirectory } from '../../support/scratch'

let scratch: ReturnType<typeof scratchDirectory>
const data = () => `${scratch.path}/data`

beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => scratch.remove())

function start() {
  const flags = { port: '0', dataDir: data() }
  const { config } = readConfig({ flags, environment: {}, readFile: path => readFileSync(path), defaultProfile: 'dev' })
  return startNode(nodePlatform({ logger: silentLogger }), config)
}

/** A directory with a topic, as a broker leaves it. */
async function used() {
  const node = await start()
  await node.broker.metadata.createTopics([
    { name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] },
  ])
  await node.stop()
}

/** Names and contents of everything, except for the lock. */
function everything(): string[] {
  const names = readdirSync(data(), { recursive: true, withFileTypes: true })
  const files = names
    .filter(each => each.isFile() && each.name !== '.lock')
    .map(each => `${each.parentPath}/${each.name}`)
  return files.sort().map(path => `${path} ${readFileSync(path).toString('hex')}`)
}

async function expectRefused(refusal: object, { untouched = true } = {}) {
  const before = everything()
  await expect(start()).rejects.toMatchObject(refusal)
  if (untouched) expect(everything()).toEqual(before)
}

test('a used directory without meta.properties gets no new identity', async () => {
  await used()
  rmSync(`${data()}/meta.properties`)
  await expectRefused({ reason: 'no identity', message: expect.stringContaining('orders-0') })
  expect(existsSync(`${data()}/meta.properties`)).toBe(false)
})

test.each(['version=1\ncluster.id=c\n', 'version=1\ncluster.id=c\nnode.id=one\n', 'version=1\nnode.id=1\n'])(
  'meta.properties that says not whose it is is refused: %j',
  async text => {
    await used()
    writeFileSync(`${data()}/meta.properties`, text)
    await expectRefused({ reason: 'damaged identity' })
  },
)

test("a directory with somebody else's files is refused, one with what file systems keep is not", async () => {
  // One of a log's names is there, but no log.
  mkdirSync(`${data()}/dbus-1`, { recursive: true })
  mkdirSync(`${data()}/src`)
  await expectRefused({ reason: 'foreign files', message: expect.stringContaining('src') })
  for (const name of ['src', 'dbus-1']) rmSync(`${data()}/${name}`, { recursive: true })
  mkdirSync(`${data()}/lost+found`)
  writeFileSync(`${data()}/meta.properties.tmp`, 'half')
  await (await start()).stop()
})

test('metadata that is gone is told, and topics stay', async () => {
  await used()
  truncateSync(`${data()}/${journalName}`, 0)
  await expectRefused({ reason: 'lost metadata' }, { untouched: false })
  expect(existsSync(`${data()}/orders-0`)).toBe(true)
  // Nor is it forgotten that it is lost.
  await expectRefused({ reason: 'lost metadata' }, { untouched: false })
})

test('metadata whose files are gone is told, since the configs of topics are gone with it', async () => {
  await used()
  for (const name of [journalName, snapshotName]) rmSync(`${data()}/${name}`)
  await expectRefused({ reason: 'lost metadata', message: expect.stringContaining('missing') }, { untouched: false })
  await expectRefused({ reason: 'lost metadata' }, { untouched: false })
})

test('metadata of a newer format is told as such', async () => {
  await used()
  writeFileSync(`${data()}/${snapshotName}`, 'ODM2 and what nobody knows yet')
  await expectRefused({ message: expect.stringContaining('A newer version wrote it') }, { untouched: false })
})

test('metadata of a clean end that is damaged is told, and not cut', async () => {
  await used()
  const path = `${data()}/${journalName}`
  writeFileSync(path, 'rubbish')
  await expectRefused({ name: 'CorruptLog', message: expect.stringContaining('byte 0') }, { untouched: false })
  expect(readFileSync(path, 'utf8')).toBe('rubbish')
  await expectRefused({ name: 'CorruptLog' }, { untouched: false })
})

test('metadata of another cluster is refused', async () => {
  await used()
  const path = `${data()}/meta.properties`
  writeFileSync(path, readFileSync(path, 'utf8').replace(/cluster.id=.*/, 'cluster.id=other'))
  await expectRefused({ message: expect.stringContaining('not of other') }, { untouched: false })
})
