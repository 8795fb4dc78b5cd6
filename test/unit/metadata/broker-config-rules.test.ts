/** Refusals as an Apache Kafka 4.4 gave them to the same changes of a broker's configs. */
import { checkBrokerConfigs } from '../../../src/metadata/broker-config-rules'
import { BrokerLayers } from '../../../src/metadata/config-layers'
import type { Configs } from '../../../src/metadata/configs'
import type { EntryFailure } from '../../../src/metadata/decision'

const statics = new Map([
  ['listeners', 'PLAINTEXT://127.0.0.1:9092'],
  ['log.dirs', '/data'],
])
const configs = { layers: () => new BrokerLayers(new Map(), new Map(), statics) } as unknown as Configs

function refusal(resource: string, set: string): string | null {
  const texts = new Map(set.split(' ').map(pair => pair.split('=') as [string, string]))
  try {
    checkBrokerConfigs(configs, resource, texts)
    return null
  } catch (error) {
    return (error as EntryFailure).message
  }
}

const nested = (why: string) =>
  `Invalid value org.apache.kafka.common.config.ConfigException: ${why} for configuration Invalid dynamic configuration`
const value = (text: string, name: string, why: string) =>
  nested(`Invalid value ${text} for configuration ${name}: Value must not ${why}`)
const buffers = 'requirement failed: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.'
const threads = 'Dynamic thread count update validation failed for'
const assignment = (kind: string) =>
  `group.${kind}.assignment.interval.ms must be less than or equal to group.${kind}.max.assignment.interval.ms`

const perIp =
  'requirement failed: max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.'

test.each([
  ['max.connections=0', nested('Invalid max.connections 0')],
  ['listener.name.plaintext.max.connections=0', nested('Invalid max.connections 0')],
  ['max.connection.creation.rate=0', nested('Invalid max.connection.creation.rate 0')],
  ['max.connections.per.ip=0', perIp],
  ['log.cleaner.dedupe.buffer.size=1048576', buffers],
  ['log.cleaner.threads=2 log.cleaner.dedupe.buffer.size=2000000', buffers],
  ['log.roll.ms=0', 'requirement failed: log.roll.ms must be greater than or equal to 1'],
  ['log.roll.jitter.ms=-1', 'requirement failed: log.roll.jitter.ms must be greater than or equal to 0'],
  ['log.retention.ms=0', 'requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1'],
  ['group.consumer.assignment.interval.ms=99999999', assignment('consumer')],
  ['group.share.assignment.interval.ms=99999999', assignment('share')],
  ['group.streams.assignment.interval.ms=99999999', assignment('streams')],
  [
    'log.local.retention.ms=999999999999',
    value('999999999999', 'log.local.retention.ms', 'be more than log.retention.ms property value: 604800000'),
  ],
  [
    'log.retention.bytes=10 log.local.retention.bytes=20',
    value('20', 'log.local.retention.bytes', 'be more than log.retention.bytes property value: 10'),
  ],
  [
    'log.local.retention.ms=-1',
    value('-1', 'log.local.retention.ms', 'be -1 as log.retention.ms value is set as 604800000.'),
  ],
  [
    'log.retention.bytes=10 log.remote.copy.lag.bytes=20',
    value('20', 'log.remote.copy.lag.bytes', 'exceed log.local.retention.bytes (effective value: 10)'),
  ],
  [
    'remote.log.reader.threads=1',
    nested(`${threads} remote.log.reader.threads=1, value should be at least half the current value 10`),
  ],
  [
    'cordoned.log.dirs=/x',
    'requirement failed: All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : /x',
  ],
  [
    'cordoned.log.dirs=*,/x',
    'requirement failed: When cordoned.log.dirs is set to *, it must not contain other values',
  ],
  [
    'principal.builder.class=x',
    'Invalid value x for configuration principal.builder.class: Class x could not be found.',
  ],
])('one broker does not take %s', (set, why) => {
  expect(refusal('1', set)).toBe(why)
})

test.each([
  'listener.name.x.max.connections=0',
  'max.connections.per.ip=0 max.connections.per.ip.overrides=127.0.0.1:5',
  'log.cleaner.dedupe.buffer.size=1048577',
  'log.retention.ms=-1',
  'log.local.retention.bytes=999999999999',
  'cordoned.log.dirs=*',
  'cordoned.log.dirs=/data',
])('one broker takes %s', set => {
  expect(refusal('1', set)).toBeNull()
})

test('of the keys of a listener all brokers take few together', () => {
  const name = 'listener.name.plaintext.max.connections.per.ip'
  const why = 'Cannot update these configs at default cluster level, broker id must be specified'
  expect(refusal('', `${name}=5`)).toBe(`${why}: [${name}]`)
  expect(refusal('', 'listener.name.plaintext.max.connections=5')).toBeNull()
  expect(refusal('', 'max.connections=0')).toBe(nested('Invalid max.connections 0'))
})
