// Run by jest: a broker and a client while the clock of the test stands still.
const { startBroker } = require('odradek')
const { Kafka, logLevel } = require('kafkajs')

test.each(['worker', 'inline'])('a broker that is %s serves while timers are fake', async isolation => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] })
  const kafka = await startBroker({ isolation, topics: ['orders'], log: 'silent' })
  const admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  expect(await admin.listTopics()).toEqual(['orders'])
  expect(jest.now()).toBe(Date.now())
  jest.useRealTimers()
  await admin.disconnect()
  await kafka.stop()
})

test('nothing global was changed', async () => {
  const before = [Date, setTimeout, setImmediate, queueMicrotask, process.nextTick, Error.stackTraceLimit]
  const kafka = await startBroker()
  await kafka.stop()
  expect([Date, setTimeout, setImmediate, queueMicrotask, process.nextTick, Error.stackTraceLimit]).toEqual(before)
})
