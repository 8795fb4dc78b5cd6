import { checkOptions, startOptionsOf } from '../../../../src/embedded/contract/options'

test('an option that nobody knows is refused, with the nearest that is known', () => {
  expect(() => checkOptions({ topic: ['orders'] } as never)).toThrow(
    "startBroker has no option 'topic'. Did you mean topics?",
  )
  expect(() => checkOptions({ isolation: 'thread' as never })).toThrow("'worker', 'inline' or 'process', not 'thread'")
  expect(() => checkOptions({ port: 65_536 })).toThrow('port of startBroker is a port, from 0 to 65535, not 65536')
  expect(() => checkOptions({ isolation: 'inline', port: 9092, log: 'silent' })).not.toThrow()
})

test.each([
  [{ storage: 'x' }, "storage of startBroker is 'memory' or { dir, fsync }, not 'x'"],
  [{ storage: { path: 'x' } }, "storage of startBroker has no option 'path'. It has dir, fsync"],
  [{ storage: {} }, 'storage of startBroker needs dir'],
  [
    { storage: { dir: 'd', fsync: 'interval' } },
    "fsync of storage of startBroker is 'always' or 'never', not 'interval'",
  ],
  [{ control: 'yes' }, "control of startBroker is true or false, not 'yes'"],
  [{ log: 'warning' }, "'silent', 'error', 'warn', 'info' or 'debug', not 'warning'"],
  [{ brokers: 10 }, 'brokers of startBroker is how many nodes there are, from 1 to 9, not 10'],
  [
    { config: ['a=b'] },
    'config of startBroker is an object of texts, numbers and booleans by names of configs, not a list',
  ],
  [{ topics: [{ name: 'orders', partition: 3 }] }, "a topic has no option 'partition'. Did you mean partitions?"],
  [{ topics: [{ partitions: 3 }] }, 'a topic needs name'],
  [{ config: { 'log.dirs': 'd' } }, 'log.dirs of config of startBroker: where records are kept is for storage to say'],
  [
    { storage: { dir: 'd' }, config: { 'log.dir': 'e' } },
    'log.dir of config of startBroker: where records are kept is',
  ],
  [{ topics: [7] }, 'a topic takes { name, partitions, replicationFactor, config }, not 7'],
  [{ topics: { name: 'orders', partitions: '3' } }, "partitions of a topic is a whole number from 0 on, not '3'"],
  ['orders', 'startBroker takes { host, port,'],
])('%j is refused with what is possible', (options, why) => {
  expect(() => checkOptions(options as never)).toThrow(TypeError)
  expect(() => checkOptions(options as never)).toThrow(why)
})

test('one topic needs no list', () => {
  expect(startOptionsOf({ topics: 'orders' }).topics).toEqual([{ name: 'orders' }])
  expect(startOptionsOf({ topics: { name: 'users', partitions: 2 } }).topics).toEqual([
    { name: 'users', partitions: 2 },
  ])
  expect(() => checkOptions({ topics: 'orders' })).not.toThrow()
})

test('what is left out is a free port of loopback, memory, and the profile test', () => {
  expect(startOptionsOf({})).toEqual({
    host: '127.0.0.1',
    port: 0,
    brokers: 1,
    dataDir: null,
    flush: null,
    profile: 'test',
    advertise: null,
    asVersion: null,
    logLevel: 'warn',
    set: [],
    scramUsers: [],
    topics: [],
  })
})

test('storage, configs and topics as they travel', () => {
  const options = startOptionsOf({
    storage: { dir: './data', fsync: 'always' },
    config: { 'num.partitions': 3, 'auto.create.topics.enable': false },
    topics: ['orders', { name: 'users', partitions: 2 }],
    log: () => {},
  })
  expect(options).toMatchObject({
    dataDir: './data',
    flush: 'group',
    logLevel: 'warn',
    set: ['num.partitions=3', 'auto.create.topics.enable=false'],
    topics: [{ name: 'orders' }, { name: 'users', partitions: 2 }],
  })
  expect(startOptionsOf({ storage: { dir: 'd', fsync: 'never' } }).flush).toBe('os')
  expect(startOptionsOf({ storage: { dir: 'd' } }).flush).toBeNull()
})

test('the release as which a broker shows itself', () => {
  expect(startOptionsOf({ asVersion: '2.8' }).asVersion).toBe('2.8')
  expect(startOptionsOf({ advertise: 'kafka:9092' }).advertise).toBe('kafka:9092')
})
