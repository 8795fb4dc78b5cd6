/** Several brokers of one process get in each other's way, and one of them ends by itself. */
const childProcess = require('node:child_process')
const { mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { createServer } = require('node:net')
const { once } = require('node:events')
const { Kafka, logLevel } = require('kafkajs')
const { BrokerError, startBroker } = require('odradek')
const { assertRecord } = require('odradek/node-test')
const { useKafka } = require('odradek/jest')

// For its matchers.
useKafka({ scope: 'file' })

const since = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`
const ofProcess = process.platform === 'linux' ? String.raw`process \d+ \(.+\)` : 'another process'

describe.each(['inline', 'worker', 'process'])('%s', isolation => {
  test('a port that another broker of this process has', async () => {
    const first = await startBroker({ isolation })
    const why = await startBroker({ isolation, port: first.port }).catch(error => error)
    expect(why).toBeInstanceOf(BrokerError)
    expect(why.code).toBe('EADDRINUSE')
    const at = `port ${first.port} is taken by a broker of this very process, the one at 127.0.0.1:${first.port}, since `
    expect(why.message).toMatch(new RegExp(`^${at}${since}. Stop that one first, or leave port out for a free one.$`))
    await first.stop()
  })

  test('a directory that another broker of this process has', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'odradek-neighbours-'))
    const both = [1, 2].map(() => startBroker({ isolation, storage: { dir } }))
    const refusals = (await Promise.allSettled(both)).filter(({ status }) => status === 'rejected')
    expect(refusals.map(({ reason }) => reason.message)).toEqual([
      expect.stringMatching(new RegExp(`^the data directory ${dir} is in use by a broker of this very process, `)),
    ])
    const [first] = (await Promise.allSettled(both)).filter(({ status }) => status === 'fulfilled')
    const at = `is in use by a broker of this very process, the one at ${first.value.brokers[0]}, since ${since}. Stop`
    await expect(startBroker({ isolation, storage: { dir } })).rejects.toThrow(new RegExp(at))
    await first.value.stop()
    const next = await startBroker({ isolation, storage: { dir } })
    await next.stop()
    rmSync(dir, { recursive: true })
  })
})

test('a port that something else of this process has', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  const by = process.platform === 'linux' ? `something else of this very process \\(${process.pid}\\)` : 'another process'
  await expect(startBroker({ port })).rejects.toThrow(new RegExp(`^port ${port} is taken by ${by}`))
  server.close()
})

test('a port of a node that something else has taken while it was down', async () => {
  const kafka = await startBroker({ brokers: 2 })
  const [, second] = kafka.nodes
  await second.stop()
  const server = createServer().listen(second.port, '127.0.0.1')
  await once(server, 'listening')
  const by = process.platform === 'linux' ? `something else of this very process \\(${process.pid}\\)` : 'another process'
  const says = new RegExp(`^port ${second.port} of this node has been taken by ${by}.*start it again when that is free`)
  await expect(second.start()).rejects.toThrow(says)
  server.close()
  await once(server, 'close')
  await second.start()
  await kafka.stop()
}, 30_000)

test('a port that a node gave back when it was stopped, and that another broker of this process took', async () => {
  const first = await startBroker({ brokers: 2 })
  const [one, two] = first.nodes
  await one.stop()
  const second = await startBroker({ port: one.port })
  const why = await startBroker({ port: one.port }).catch(error => error.message)
  expect(why).toMatch(new RegExp(`^port ${one.port} is taken by a broker of this very process, the one at ${second.brokers[0]}`))
  await second.stop()
  const server = createServer().listen(one.port, '127.0.0.1')
  await once(server, 'listening')
  const by = process.platform === 'linux' ? `something else of this very process \\(${process.pid}\\)` : 'another process'
  await expect(startBroker({ port: one.port })).rejects.toThrow(new RegExp(`^port ${one.port} is taken by ${by}`))
  server.close()
  await once(server, 'close')
  await one.start()
  expect([one.isUp, two.isUp]).toEqual([true, true])
  await first.stop()
}, 30_000)

test('a port that another process has', async () => {
  const script = 'const s = require("net").createServer().listen(0, "127.0.0.1", () => console.log(s.address().port))'
  const other = childProcess.spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await once(other.stdout, 'data')
  const port = Number(said)
  await expect(startBroker({ port })).rejects.toThrow(new RegExp(`^port ${port} is taken by ${ofProcess}`))
  other.kill()
  await once(other, 'exit')
})

test('one whose process was killed says so once, and is stopped', async () => {
  const fork = jest.spyOn(childProcess, 'fork')
  const lines = []
  const kafka = await startBroker({ isolation: 'process', topics: ['orders'], log: line => lines.push(line) })
  const own = await kafka.fork()
  const [{ value: child }] = fork.mock.results
  fork.mockRestore()
  const waiting = kafka.waitForRecord('orders', { key: '1' }).catch(error => error)
  child.kill('SIGKILL')
  const gone = { name: 'BrokerError', code: 'BROKER_GONE', message: 'the broker is gone: its process ended with SIGKILL' }
  expect(await waiting).toMatchObject(gone)
  await expect(kafka.topics()).rejects.toMatchObject(gone)
  await expect(assertRecord(kafka, 'orders', { key: '1' })).rejects.toMatchObject(gone)
  await expect(expect(kafka).toHaveRecord('orders', { key: '1' })).rejects.toMatchObject(gone)
  await expect(expect(kafka).not.toHaveRecord('orders', { key: '1' })).rejects.toMatchObject(gone)
  expect(lines).toEqual(['odradek: the broker is gone: its process ended with SIGKILL'])
  await expect(own.stop()).resolves.toBeUndefined()
  await expect(kafka.stop()).resolves.toBeUndefined()
  expect(lines).toHaveLength(1)
  await expect(kafka.topics()).rejects.toMatchObject({ code: 'BROKER_GONE' })
})

test('one that was stopped says so', async () => {
  const kafka = await startBroker({ topics: ['orders'] })
  await kafka.stop()
  const stopped = { name: 'BrokerError', code: 'BROKER_STOPPED', message: 'this broker has been stopped' }
  await expect(kafka.topics()).rejects.toMatchObject(stopped)
  await expect(expect(kafka).toHaveRecord('orders', { key: '1' })).rejects.toMatchObject(stopped)
})

test.each(['0.0.0.0', '::'])('what listens on every interface (%j) is told by an address that can be connected to', async host => {
  const kafka = await startBroker({ host, brokers: 2, topics: ['orders'] })
  const addresses = kafka.nodes.map(({ port }) => `127.0.0.1:${port}`)
  expect(kafka.brokers).toEqual(addresses)
  expect(kafka.brokersOf('PLAINTEXT')).toEqual(addresses)
  expect(kafka.bootstrapServers).toBe(addresses.join(','))
  expect([kafka.host, kafka.getHost(), kafka.env().KAFKA_BROKERS]).toEqual([
    '127.0.0.1',
    '127.0.0.1',
    addresses.join(','),
  ])
  const admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const { brokers } = await admin.describeCluster()
  expect(brokers.map(({ host: told, port }) => `${told}:${port}`).toSorted()).toEqual(addresses.toSorted())
  await admin.disconnect()
  await kafka.stop()
})
