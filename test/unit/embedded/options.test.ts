import { checkOptions, startOptionsOf } from '../../../src/embedded/options'

test('an option that nobody knows is refused, with the nearest that is known', () => {
  expect(() => checkOptions({ topic: ['orders'] } as never)).toThrow(
    "startBroker has no option 'topic'. Did you mean topics?",
  )
  expect(() => checkOptions({ isolation: 'thread' as never })).toThrow("'worker', 'inline' or 'process', not 'thread'")
  expect(() => checkOptions({ port: 65_536 })).toThrow('65536 is no port')
  expect(() => checkOptions({ isolation: 'inline', port: 9092, log: 'silent' })).not.toThrow()
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
