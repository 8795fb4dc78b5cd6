/** What is misspelt, or of another kind, is refused before anything is asked: these brokers have not even been started. */
import { Broker } from '../../../../src/embedded/broker'

/** As from JavaScript. */
type Loose = { readonly [method: string]: (...args: readonly unknown[]) => Promise<unknown> }
const broker = new Broker({ isolation: 'inline' })
const loose = broker as unknown as Loose
const faults = broker.faults as unknown as Loose
const clock = broker.clock as unknown as Loose

const misspelt: readonly (readonly [name: string, call: () => Promise<unknown>, why: string])[] = [
  ['stop', () => loose['stop']!({ drainMS: 1 }), "stop has no option 'drainMS'. Did you mean drainMs?"],
  ['fork', () => loose['fork']!({ form: 'empty' }), "fork has no option 'form'. Did you mean from?"],
  ['reset', () => loose['reset']!({ keepTopic: true }), "reset has no option 'keepTopic'. Did you mean keepTopics?"],
  [
    'createTopics',
    () => loose['createTopics']!({ name: 'orders', partitons: 3 }),
    "a topic has no option 'partitons'. Did you mean partitions?",
  ],
  ['produce', () => loose['produce']!('orders', { vlaue: 1 }), "a record has no option 'vlaue'. Did you mean value?"],
  ['records', () => loose['records']!('orders', { form: 3 }), "records has no option 'form'. Did you mean from?"],
  [
    'waitForRecord',
    () => loose['waitForRecord']!('orders', { key: '1' }, { timeout: 9 }),
    "waitForRecord has no option 'timeout'. Did you mean timeoutMs?",
  ],
  [
    'waitForRecord, its match',
    () => loose['waitForRecord']!('orders', { vlaue: 1 }),
    "the match of waitForRecord has no option 'vlaue'. Did you mean value?",
  ],
  [
    'waitForRecords',
    () => loose['waitForRecords']!('orders', 2, { timeout: 9 }),
    "waitForRecords has no option 'timeout'. Did you mean timeoutMs?",
  ],
  [
    'waitForGroup',
    () => loose['waitForGroup']!('g', { member: 2 }),
    "waitForGroup has no option 'member'. Did you mean members?",
  ],
  [
    'requests',
    () => loose['requests']!({ clientID: 'a' }),
    "requests has no option 'clientID'. Did you mean clientId?",
  ],
  [
    'faults.error',
    () => faults['error']!('Produce', 'NOT_CONTROLLER', { topics: 'orders' }),
    "faults.error has no option 'topics'. Did you mean topic?",
  ],
  ['faults.delay', () => faults['delay']!('Produce', '1s', { partitions: 0 }), 'Did you mean partition?'],
  [
    'faults.delay with after',
    () => faults['delay']!('Produce', '1s', { after: true }),
    "faults.delay has no option 'after'",
  ],
  ['faults.throttle', () => faults['throttle']!('Produce', 5, { time: 1 }), 'Did you mean times?'],
  ['faults.drop', () => faults['drop']!('Produce', { afer: true }), 'Did you mean after?'],
  ['faults.repeat', () => faults['repeat']!('Produce', { groups: 'g' }), 'Did you mean group?'],
  ['faults.when', () => faults['when']!('Produce', 'evict', { skipp: 1 }), 'Did you mean skip?'],
  [
    'faults.coordinator',
    () => faults['coordinator']!('group', 'NOT_COORDINATOR', { groupe: 'g' }),
    "faults.coordinator has no option 'groupe'. Did you mean group?",
  ],
  ['faults.diskFull', () => faults['diskFull']!('Produce', { nodes: 1 }), 'Did you mean node?'],
  [
    'faults.begin',
    () => faults['begin']!({ faults: [{ api: 'Produce', dleay: 5 }] }),
    "a fault has no option 'dleay'. Did you mean delay?",
  ],
]

test.each(misspelt)('%s: an option that it does not have', async (_name, call, why) => {
  const refused = call()
  await expect(refused).rejects.toBeInstanceOf(TypeError)
  await expect(refused).rejects.toThrow(why)
})

const ofAnotherKind: readonly (readonly [call: () => Promise<unknown>, why: string])[] = [
  [() => loose['stop']!({ drainMs: '1s' }), "drainMs of stop is a number of milliseconds, not '1s'"],
  [() => loose['stop']!(5), 'stop takes { drainMs }, not 5'],
  [() => loose['fork']!({ from: 7 }), "from of fork is a snapshot, the name of one, or 'empty', not 7"],
  [() => loose['restore']!(7), 'is a snapshot, or the name of one, not 7'],
  [() => loose['dropSnapshot']!(), 'is a snapshot, or the name of one, not undefined'],
  [
    () => loose['snapshot']!('7'),
    "the name of a snapshot is a text of 1 to 100 characters, neither 'empty' nor digits",
  ],
  [() => loose['snapshot']!({ name: 'seeded' }), 'not an object of { name }'],
  [() => loose['reset']!({ keepTopics: 'orders' }), "keepTopics of reset is true or false, not 'orders'"],
  [
    () => loose['createTopics']!(['orders']),
    'a topic takes { name, partitions, replicationFactor, config }, not a list',
  ],
  [() => loose['deleteTopics']!(['orders']), 'is a text, not a list'],
  [() => loose['moveLeader']!('orders', '0', 1), "the partition of moveLeader is a whole number from 0 on, not '0'"],
  [() => loose['moveLeader']!('orders', 0, '1'), 'is the id of a node, or one of `nodes`'],
  [() => loose['leaderOf']!('orders'), 'the partition of leaderOf is a whole number from 0 on, not undefined'],
  [() => loose['produce']!('orders', { key: '1' }), 'a record needs value'],
  [
    () => loose['produce']!('orders', 'text'),
    "a record takes { key, value, headers, partition, timestampMs }, not 'text'. Did you mean { value: '...' }?",
  ],
  [() => loose['produce']!('orders', { value: 1, headers: { a: 1 } }), 'headers of a record is an object of texts'],
  [() => loose['produce']!('orders', { value: () => 1 }), 'value of a record is a text, bytes, null'],
  [() => loose['records']!({ topic: 'orders' }), 'the topic of records is a text, not an object of { topic }'],
  [
    () => loose['records']!('orders', { as: 'xml' }),
    "as of records is 'auto', 'json', 'string' or 'buffer', not 'xml'",
  ],
  [() => loose['records']!('orders', { to: 'now' }), "to of records is an offset, 'start', 'end' or { timestampMs }"],
  [() => loose['records']!('orders', { from: { timestamp: 1 } }), 'not an object of { timestamp }'],
  [() => loose['records']!('orders', { timeoutMs: 5 }), "records has no option 'timeoutMs'"],
  [() => loose['waitForRecord']!('orders', 'a'), "a part of a record or a function, not 'a'"],
  [() => loose['waitForRecords']!('orders', '2'), 'the count of waitForRecords is a whole number'],
  [
    () => loose['waitForGroup']!('g', { state: 'Foo' }),
    "'Empty', 'PreparingRebalance', 'CompletingRebalance' or 'Dead', not 'Foo'",
  ],
  [() => loose['waitForGroup']!('g', { assigned: [1] }), 'assigned of waitForGroup is a text, not 1'],
  [() => loose['group']!(7), 'a group is a text, not 7'],
  [() => loose['lag']!(7), 'a group is a text, not 7'],
  [() => loose['requests']!({ api: 3 }), 'api of requests is a text, not 3'],
  [() => loose['on']!('request'), 'the listener of on is a function, not undefined'],
  [() => clock['advance']!('soon'), 'soon is no length of time'],
  [() => clock['freeze']!(new Date('noon')), 'is a Date from 1970 on, as records can have, not a Date that is no time'],
  [() => clock['freeze']!(new Date(-1)), 'as records can have, not the Date 1969-12-31T23:59:59.999Z'],
  [() => clock['freeze']!('2030-01-01'), "is a Date from 1970 on, as records can have, not '2030-01-01'"],
  [() => faults['error']!(5, 'NOT_CONTROLLER'), 'the API of faults.error is a text, not 5'],
  [() => faults['error']!('Produce', 6), 'the error of faults.error is a text, not 6'],
  [
    () => faults['error']!('Produce', 'NOT_CONTROLLER', { times: 0 }),
    'times of faults.error is a whole number from 1 on',
  ],
  [
    () => faults['drop']!('Produce', { node: 'first' }),
    "node of faults.drop is the id of a node, or one of `nodes`, not 'first'",
  ],
  [() => faults['when']!('Produce', 'restart'), 'what happens is one of disconnectAll, rebalance, evict, fence'],
  [() => faults['coordinator']!('groups', 'NOT_COORDINATOR'), "'group' or 'transaction', not 'groups'"],
  [() => faults['coordinator']!('group', 'NOT_CONTROLLER'), "or 'NOT_COORDINATOR', not 'NOT_CONTROLLER'"],
  [() => faults['rebalance']!({ group: 'g' }), 'to whom faults.rebalance happens is a text'],
  [() => faults['fence']!(), 'to whom faults.fence happens is a text, not undefined'],
  [() => faults['begin']!('produce-lost'), "is a failure, as those of `standardFailures`, not 'produce-lost'"],
  [
    () => faults['begin']!({ faults: [{ api: 'Produce', drop: 'yes' }] }),
    "drop of a fault is true, or left out, not 'yes'",
  ],
  [() => faults['begin']!({ faults: [{ api: 'Produce', delay: 'soon' }] }), 'soon is no length of time'],
]

test.each(ofAnotherKind)('%s is refused with what is possible', async (call, why) => {
  const refused = call()
  await expect(refused).rejects.toBeInstanceOf(TypeError)
  await expect(refused).rejects.toThrow(why)
})

const right: readonly (() => Promise<unknown>)[] = [
  () => broker.fork({ from: { id: 1 } }),
  () => broker.reset({ keepTopics: true }),
  () => broker.createTopics('orders', { name: 'users', partitions: 2, config: { 'retention.ms': 5 } }),
  () => broker.produce('orders', [{ value: null, key: '1', headers: { a: 'b', c: Buffer.from('d'), e: null } }]),
  () => broker.records('orders', { from: { timestampMs: 5 }, to: 'end', partition: 0, as: 'json' }),
  () => broker.waitForRecord('orders', expect.objectContaining({ value: 1 }) as never, { timeoutMs: 5 }),
  () => broker.waitForRecord('orders', record => record.offset === 1),
  () => broker.waitForGroup('g', { state: 'Empty', members: 0, assigned: 'orders', caughtUp: true, timeoutMs: 5 }),
  () => broker.requests({ api: 'Produce' }),
  () => broker.clock.freeze(new Date(0)),
  () => broker.faults.error(['Produce', 'Fetch'], 'NOT_CONTROLLER', { topic: 'orders', node: { id: 1 }, after: true }),
  () => broker.faults.moveLeader('orders', 0, 2),
]

test.each(right)('%s is asked', async call => {
  await expect(call()).rejects.toThrow('this broker has not been started')
})

test('a broker that was stopped starts no more', async () => {
  const options = { isolation: 'inline', log: 'silent' } as const
  const stopped = new Broker(options)
  await stopped.start()
  await stopped.stop()
  await expect(stopped.start()).rejects.toThrow('this broker has been stopped, and starts no more')
  const hasty = new Broker(options)
  const starting = hasty.start()
  await hasty.stop()
  await expect(starting).rejects.toThrow('this broker has been stopped')
  expect(() => hasty.port).toThrow('has not been started')
})
