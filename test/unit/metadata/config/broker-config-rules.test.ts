/** Refusals as an Apache Kafka 4.4 gave them to the same changes of a broker's configs. */
import { checkBrokerConfigs } from '../../../../src/metadata/config/broker-config-rules'
import { BrokerLayers } from '../../../../src/metadata/config/layers'
import type { Configs } from '../../../../src/metadata/config/configs'
import type { EntryFailure } from '../../../../src/metadata/decision'

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

const atLeast = (text: string, name: string, least: number) =>
  `Invalid value ${text} for configuration ${name}: Value must be at least ${least}`
const reporters =
  'Validation of dynamic config update of Set(metric.reporters) failed with class class kafka.server.DynamicMetricsReporters'

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
  ['leader.replication.throttled.rate=-1', atLeast('-1', 'leader.replication.throttled.rate', 0)],
  ['listener.name.plaintext.max.connections=-1', atLeast('-1', 'max.connections', 0)],
  ['listener.name.plaintext.num.partitions=0', nested(atLeast('0', 'num.partitions', 1))],
  [
    'listener.name.plaintext.plain.connections.max.reauth.ms=x',
    nested('Invalid value x for configuration connections.max.reauth.ms: Not a number of type LONG'),
  ],
  [
    'listener.name.plaintext.num.network.threads=50',
    nested(`${threads} num.network.threads=50, value should not be greater than double the current value 3`),
  ],
  ['log.cleanup.policy=delete,delete', "Configuration 'log.cleanup.policy' values must not be duplicated."],
  [
    'log.cleanup.policy=a,,b',
    'Invalid value a for configuration log.cleanup.policy: String must be one of: compact, delete',
  ],
  [
    'listener.name.plaintext.listeners=',
    "Configuration 'listeners' must not be empty. Valid values include: any non-empty value",
  ],
  [
    'log.local.retention.ms=9223372036854775807',
    value('9223372036854775807', 'log.local.retention.ms', 'be more than log.retention.ms property value: 604800000'),
  ],
  [
    'ssl.engine.factory.class=x',
    'Invalid value x for configuration ssl.engine.factory.class: Class x could not be found.',
  ],
  [
    'ssl.keystore.type=JKS',
    'These security configs can be dynamically updated only per-listener using the listener prefix: [ssl.keystore.type]',
  ],
  [
    'listener.security.protocol.map=soon',
    "Error parsing configuration property 'listener.security.protocol.map': begin 0, end -1, length 4",
  ],
  [
    'listener.security.protocol.map=PLAINTEXT:NONE',
    'Invalid security protocol `NONE` defined in listener.security.protocol.map',
  ],
  [
    'listener.security.protocol.map=OTHER:PLAINTEXT',
    "Error creating broker listeners from '[PLAINTEXT://127.0.0.1:9092]': No security protocol defined for listener PLAINTEXT",
  ],
  [
    'listener.security.protocol.map=PLAINTEXT:SASL_PLAINTEXT',
    nested('Security protocol cannot be updated for existing listener ListenerName(PLAINTEXT)'),
  ],
  ['metric.reporters=x', nested(reporters)],
])('one broker does not take %s', (set, why) => {
  expect(refusal('1', set)).toBe(why)
})

test.each([
  'listener.name.x.max.connections=0',
  'listener.name.x.connections.max.reauth.ms=often',
  'listener.name.x.no.such.key=1',
  'listener.name.plaintext.connections.max.reauth.ms=-1',
  'listener.security.protocol.map=plaintext:plaintext,OTHER:SSL',
  'metric.reporters=org.apache.kafka.common.metrics.JmxReporter',
  'num.network.threads=1',
  'ssl.protocol=TLSv1.2',
  'config.providers=a,,b',
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
