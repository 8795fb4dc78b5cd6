/** The preset of jest in a packed install: one broker for all files of a run, which their processes hear of. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packedProject, root } from './packed'

const { folder, node, remove } = packedProject()
afterAll(remove)

const runner = join(root, 'node_modules/jest/bin/jest.js')

const runIn = (project: string) =>
  node(runner, '--rootDir', project, '--config', join(project, 'jest.config.json'), '--ci')

const testOf = (mine: string, isPreset = true): string => `
const { Kafka, logLevel } = require('kafkajs')
test('sends to the broker of the run', async () => {
  const brokers = process.env.KAFKA_BROKERS.split(',')
  expect(process.env.KAFKA_BOOTSTRAP_SERVERS).toBe(process.env.KAFKA_BROKERS)
  expect(globalThis.__KAFKA_BROKERS__).toEqual(${isPreset ? 'brokers' : 'undefined'})
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING })
  const [admin, producer] = [kafka.admin(), kafka.producer()]
  await admin.connect()
  const topics = await admin.fetchTopicMetadata({ topics: ['orders'] })
  expect(topics.topics[0].partitions.length).toBe(3)
  await producer.connect()
  await producer.send({ topic: 'orders', messages: [{ value: '${mine}' }] })
  await producer.disconnect()
  await admin.disconnect()
  require('node:fs').writeFileSync('${mine}.brokers', brokers.join())
})`

test.each(['preset', 'globalSetup'])(
  'by %s',
  async how => {
    const project = join(folder, how)
    mkdirSync(project)
    const named =
      how === 'preset'
        ? { preset: 'odradek/jest' }
        : { globalSetup: 'odradek/jest-setup', globalTeardown: 'odradek/jest-teardown' }
    const config = { ...named, globals: { odradek: { topics: [{ name: 'orders', partitions: 3 }] } }, maxWorkers: 2 }
    writeFileSync(join(project, 'jest.config.json'), JSON.stringify(config))
    for (const mine of ['one', 'two']) writeFileSync(join(project, `${mine}.test.js`), testOf(mine, how === 'preset'))
    const { code, stderr } = await runIn(project)
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^Tests: +2 passed, 2 total$/m) })
  },
  180_000,
)

/** What jest says where the project has these files, and a test that wants three partitions of orders. */
async function ranWith(files: { readonly [name: string]: string }, options: object = {}) {
  const project = mkdtempSync(join(folder, 'configured-'))
  writeFileSync(
    join(project, 'jest.config.json'),
    JSON.stringify({ preset: 'odradek/jest', globals: { odradek: options } }),
  )
  writeFileSync(join(project, 'one.test.js'), testOf('one'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text)
  const { code, stderr } = await runIn(project)
  return { code, stderr }
}

const three = `defineConfig({ topics: [{ name: 'orders', partitions: 3 }] })`
const none = `defineConfig({ log: 'silent', topics: [{ name: 'orders', partitions: 1 }] })`

test('odradek.config has options, over which those of jest win', async () => {
  const module = (text: string) => `import { defineConfig } from 'odradek'\nexport default ${text}\n`
  const common = `const { defineConfig } = require('odradek')\nmodule.exports = ${three}\n`
  const compiled = `exports.__esModule = true\nexports.default = require('odradek').${three}\n`
  for (const [name, text] of [
    ['odradek.config.mjs', module(three)],
    ['odradek.config.js', common],
    ['odradek.config.cjs', compiled],
  ] as const) {
    expect(await ranWith({ [name]: text })).toMatchObject({ code: 0 })
  }
  expect(await ranWith({ 'odradek.config.mjs': module(none) })).toMatchObject({ code: 1 })
  const given = { topics: [{ name: 'orders', partitions: 3 }] }
  expect(await ranWith({ 'odradek.config.mjs': module(none) }, given)).toMatchObject({ code: 0 })
}, 180_000)

test('an odradek.config that cannot be read is told', async () => {
  const told = async (files: { readonly [name: string]: string }, why: string) => {
    expect(await ranWith(files)).toEqual({ code: 1, stderr: expect.stringContaining(why) })
  }
  await told({ 'odradek.config.mjs': 'export default { topic: [] }' }, 'odradek.config.mjs: startBroker has no option')
  await told({ 'odradek.config.mjs': 'export const topics = []' }, 'exports no options by default')
  await told({ 'odradek.config.cjs': 'throw new Error("broken here")' }, 'cannot be read: broken here')
  await told({ 'odradek.config.mjs': '', 'odradek.config.cjs': '' }, 'are both there: keep one of them')
  const stripsTypes = 'typescript' in process.features && process.features.typescript !== false
  const typed = `const topics: string[] = []\nexport default { topics, topic: 1 }\n`
  await told({ 'odradek.config.mts': typed }, stripsTypes ? 'has no option' : 'Name it odradek.config.mjs')
}, 180_000)

test('without globals, by what @jest/globals has', async () => {
  const project = join(folder, 'imported')
  mkdirSync(project)
  writeFileSync(join(project, 'jest.config.json'), JSON.stringify({ injectGlobals: false }))
  writeFileSync(
    join(project, 'imported.test.js'),
    `const { expect, test } = require('@jest/globals')
const { useKafka } = require('odradek/jest')
const kafka = useKafka({ topics: ['orders'] })
test('has the order', async () => {
  await kafka.produce('orders', { key: '1', value: { id: 7 } })
  await expect(kafka).toHaveRecord('orders', { key: '1', value: { id: expect.any(Number) } })
  await expect(kafka).not.toHaveRecord('orders', { key: '2' })
})
`,
  )
  const { code, stderr } = await runIn(project)
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^Tests: +1 passed, 1 total$/m) })
}, 60_000)
