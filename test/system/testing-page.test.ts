/** What docs/testing.md shows is run, block by block, as it stands there, in a project that has the package. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Broker } from '../../src/index'
import { packedProject, root } from './packed'

const page = readFileSync(join(root, 'docs/testing.md'), 'utf8')
const blocks = [...page.matchAll(/^```js\n(.*?)^```/gms)].map(([, code]) => code!)

/** What the blocks take for granted: a broker, a service that ships orders, and clients that are told where it is. */
const given = `
const odradek = require('odradek')
const kafkajs = require('kafkajs')

class Client {
  constructor({ brokers, bootstrapBrokers, kafkaJS }) {
    expect(brokers ?? bootstrapBrokers ?? kafkaJS.brokers).toEqual([expect.stringMatching(/^127\\.0\\.0\\.1:\\d+$/)])
  }
}
const [Kafka, Producer] = [Client, Client]

const running = []
async function startService({ brokers }) {
  const client = new kafkajs.Kafka({ brokers, clientId: 'shipping-svc', logLevel: kafkajs.logLevel.NOTHING })
  const [producer, consumer] = [client.producer(), client.consumer({ groupId: 'shipping' })]
  running.push(producer, consumer)
  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({ topic: 'orders', fromBeginning: true })
  const ship = ({ key, value }) => ({ key, value: JSON.stringify({ shipped: JSON.parse(String(value)).id }) })
  await consumer.run({
    eachMessage: ({ message }) => producer.send({ topic: 'shipments', messages: [ship(message)] }),
  })
}
afterEach(async () => {
  for (const client of running.splice(0)) await client.disconnect()
})
`

/** The block as a file of tests: its own when it has some, else one that runs it. */
function testFile(block: string): string {
  const code = block.replace(/^import (\{.*?\}) from ('.*?')/gm, 'const $1 = require($2)')
  if (/^test\(/m.test(code)) return `${given}\n${code}`
  if (/^const (kafka|container) =/m.test(code)) return `${given}\ntest('runs', async () => {\n${code}\n})\n`
  // A block's own brace, so that what it names is not in the way of what is given.
  return `${given}
test('runs', async () => {
  const kafka = await odradek.startBroker({ topics: ['orders', 'shipments'], log: 'silent' })
  await startService({ brokers: kafka.brokers })
  {
${code}
  }
  for (const client of running.splice(0)) await client.disconnect()
  await kafka.stop()
})
`
}

const { folder, runTests, remove } = packedProject()
afterAll(remove)

test('every block runs, and one that does not is found', async () => {
  expect(blocks.length).toBeGreaterThanOrEqual(6)
  blocks.forEach((block, index) => writeFileSync(join(folder, `block-${index + 1}.test.js`), testFile(block)))
  const canary = 'await kafka.waitForRecrd()\n'
  writeFileSync(join(folder, 'canary.test.js'), testFile(canary))
  const { stderr } = await runTests()
  const failed = [...stderr.matchAll(/^FAIL \S*?([\w-]+)\.test\.js/gm)].map(([, name]) => name)
  expect({ failed: [...new Set(failed)], stderr }).toEqual({ failed: ['canary'], stderr: expect.any(String) })
  expect(stderr).toContain('kafka.waitForRecrd is not a function')
  expect(stderr).toMatch(new RegExp(`Suites: 1 failed, ${blocks.length} passed`))
  // Many projects start here, and a busy machine takes its time.
}, 180_000)

test('no block is of a kind that nobody runs', () => {
  const kinds = [...page.matchAll(/^```(.*)$/gm)].map(([, kind]) => kind!).filter((_, nth) => nth % 2 === 0)
  // control.test.ts runs the one of a shell and the one of Python, and an example has the one of vitest.
  const others = kinds.filter(kind => kind !== 'js')
  expect([others.toSorted(), kinds.length - others.length]).toEqual([['mjs', 'python', 'sh'], blocks.length])
  const [, ofVitest] = /^```mjs\n(.*?)^```/ms.exec(page)!
  const example = readFileSync(join(root, 'examples/platformatic-vitest/shipping.test.js'), 'utf8')
  expect(example).toContain(ofVitest)
})

test('every method that a table names is there', () => {
  const cells = [...page.matchAll(/^\| (`.*?`) \|/gm)].map(([, cell]) => cell!)
  const names = cells.flatMap(cell => [...cell.matchAll(/`(\w+)\(/g)].map(([, name]) => name!))
  expect(names).toContain('waitForRecord')
  const isMethod = (name: string): boolean =>
    [Broker.prototype, new Broker().faults].some(one => typeof one[name as never] === 'function')
  expect(names.filter(name => !isMethod(name))).toEqual([])
})

test('a wait that fails says what the page says', async () => {
  const told = /^ {4}no record of .*\n(?: {4}.*\n)*/m.exec(page)![0].replace(/^ {4}/gm, '').trim()
  await using kafka = await new Broker({ isolation: 'inline', log: 'silent' }).start()
  await kafka.produce('shipments', { key: '2', value: { shipped: 7 } })
  await expect(kafka.waitForRecord('shipments', { key: '1' }, { timeoutMs: 10 })).rejects.toThrow(told)
})
