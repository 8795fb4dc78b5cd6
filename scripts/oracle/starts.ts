/** Settings with which a broker starts, and those with which it does not: Apache Kafka's verdict and ours. */
import { ConfigRefused, readConfig } from '../../src/node/config/config'
import { refusalsOf } from '../judge/kafka'
import { keys, textsFor } from './scenarios/broker-keys'

interface Case {
  readonly settings: Readonly<Record<string, string>>
  /** Why our verdict is meant to differ. */
  readonly differs?: string
}

const map = 'listener.security.protocol.map'
const told = 'advertised.listeners'
const inter = 'inter.broker.listener.name'
const interProtocol = 'security.inter.broker.protocol'
const at = '127.0.0.1'
const plainUsers = {
  'sasl.enabled.mechanisms': 'PLAIN',
  'listener.name.plaintext.plain.sasl.jaas.config':
    'org.apache.kafka.common.security.plain.PlainLoginModule required user_ann="a";',
}
const one = { listeners: `A://${at}:22301`, [map]: 'A:PLAINTEXT' }
const two = { listeners: `A://${at}:22301,B://${at}:22302`, [map]: 'A:PLAINTEXT,B:PLAINTEXT' }
const of = (listeners: string) => ({ ...two, listeners })

const cases: Readonly<Record<string, Case>> = {
  'one listener': { settings: one },
  'two listeners': { settings: two },
  'blanks around them': { settings: of(` A://${at}:22301 , B://${at}:22302`) },
  'a name twice': { settings: of(`A://${at}:22301,A://${at}:22302`) },
  'a name twice, in other letters': { settings: of(`A://${at}:22301,a://${at}:22302`) },
  'a port twice': { settings: of(`A://${at}:22301,B://${at}:22301`) },
  'a port twice, at two addresses': { settings: of(`A://${at}:22301,B://127.0.0.2:22301`) },
  'a port twice, by IPv4 and IPv6': { settings: of(`A://${at}:22301,B://[::1]:22301`) },
  'a port twice, by name and IPv6': { settings: of('A://localhost:22301,B://[::1]:22301') },
  'any port twice': { settings: { ...of(`A://${at}:0,B://${at}:0`), [told]: 'A://h:1,B://h:2' } },
  'no port': { settings: of(`A://${at}`) },
  'a port too large': {
    settings: of(`A://${at}:70000`),
    differs: 'Kafka sees it when it opens the port.',
  },
  'a comma at the end': { settings: of(`A://${at}:22301,`) },
  'no listener': { settings: {} },
  'no listener, and its protocol': { settings: { [map]: 'PLAINTEXT:SASL_PLAINTEXT', ...plainUsers } },
  'no listener, and its protocol in small letters': { settings: { [map]: 'plaintext:plaintext' } },
  'no listener, and one of TLS': { settings: { [map]: 'PLAINTEXT:SSL' }, differs: 'TLS is not served.' },
  'no listener, and a protocol that there is not': { settings: { [map]: 'PLAINTEXT:FOO' } },
  'no listener, and a protocol for others': { settings: { [map]: 'A:PLAINTEXT' } },
  'no listener, and a map that is none': { settings: { [map]: 'PLAINTEXT=PLAINTEXT' } },
  'no listener, and told of another': { settings: { [told]: 'A://h:1' } },
  'no listener, and the protocol of brokers': { settings: { [interProtocol]: 'PLAINTEXT' } },
  'no listener, and another protocol of brokers': { settings: { [interProtocol]: 'SASL_PLAINTEXT' } },
  'a listener, and another protocol of brokers': {
    settings: { listeners: `PLAINTEXT://${at}:22301`, [map]: 'PLAINTEXT:PLAINTEXT', [interProtocol]: 'SSL' },
  },
  'no protocol': { settings: { listeners: one.listeners } },
  'a protocol that there is not': { settings: { ...one, [map]: 'A:FOO' } },
  'a protocol in small letters': { settings: { ...one, [map]: 'A:plaintext' } },
  'a protocol for others': {
    settings: { listeners: `PLAINTEXT://${at}:22301`, [map]: 'A:PLAINTEXT', [inter]: 'PLAINTEXT' },
  },
  'a protocol for nobody': { settings: { ...one, [map]: 'A:PLAINTEXT,Z:SSL' } },
  'a protocol twice': { settings: { ...one, [map]: 'A:PLAINTEXT,A:PLAINTEXT' } },
  'a map that is none': { settings: { ...one, [map]: 'A=PLAINTEXT' } },
  'told of a listener that there is not': { settings: { ...two, listeners: one.listeners, [told]: 'A://h:1,B://h:2' } },
  'told twice of one': { settings: { ...one, [told]: 'A://h:1,A://h:2' } },
  'told one port of two': { settings: { ...two, [told]: 'A://h:1,B://h:1' } },
  'told of one of two': { settings: { ...two, [told]: 'A://h:1' } },
  'not told of that of brokers': { settings: { ...two, [told]: 'B://h:1' } },
  'told of every interface': { settings: { ...one, [told]: 'A://0.0.0.0:1' } },
  'told of no host': { settings: { ...one, [told]: 'A://:1' } },
  'told of nothing': { settings: { ...one, [told]: '' } },
  'that of brokers is none': { settings: { ...one, [inter]: 'B' } },
  'that of brokers in small letters': { settings: { ...one, [inter]: 'a' } },
  'that of brokers is of controllers': { settings: { ...one, [inter]: 'CONTROLLER' } },
  'that of brokers, and its protocol': { settings: { ...one, 'security.inter.broker.protocol': 'PLAINTEXT' } },
  'a protocol of TLS': {
    settings: { ...two, [map]: 'A:PLAINTEXT,B:SSL' },
    differs: 'TLS is not served.',
  },
}

/** Settings that are good each by itself, beside those that contradict one another. */
const together: readonly (readonly string[])[] = [
  ['log.retention.ms=1000', 'log.local.retention.ms=2000'],
  ['log.retention.bytes=10', 'log.local.retention.bytes=20'],
  ['log.retention.hours=0'],
  ['log.retention.minutes=0', 'log.retention.ms=5'],
  ['log.retention.ms=-5'],
  ['log.roll.hours=1', 'log.roll.ms=0'],
  ['log.roll.jitter.hours=1', 'log.roll.jitter.ms=-1'],
  ['log.cleaner.threads=4', 'log.cleaner.dedupe.buffer.size=4194304'],
  ['log.cleaner.threads=4', 'log.cleaner.dedupe.buffer.size=4194308'],
  ['log.cleaner.threads=4', 'log.cleaner.dedupe.buffer.size=4194304', 'log.cleaner.enable=false'],
  ['log.cleaner.min.compaction.lag.ms=10', 'log.cleaner.max.compaction.lag.ms=5'],
  ['max.connections=0'],
  ['max.connection.creation.rate=0'],
  ['max.connections.per.ip=0', 'max.connections.per.ip.overrides=127.0.0.1:5'],
  ['max.connections.per.ip=0', 'max.connections.per.ip.overrides='],
  ['max.connections.per.ip.overrides=127.0.0.1:many'],
  ['max.connections.per.ip.overrides=127.0.0.1:5, ,localhost:-1'],
  ['connections.max.idle.ms=100'],
  ['connections.max.idle.ms=101'],
  ['connections.max.idle.ms=-1', 'connection.failed.authentication.delay.ms=5000'],
  ['queued.max.request.bytes=5', 'socket.request.max.bytes=5'],
  ['queued.max.request.bytes=5', 'socket.request.max.bytes=6'],
  ['replica.lag.time.max.ms=1000', 'replica.fetch.wait.max.ms=1000'],
  ['replica.lag.time.max.ms=999', 'replica.fetch.wait.max.ms=1000'],
  ['group.min.session.timeout.ms=9000', 'group.max.session.timeout.ms=8000'],
  ['group.max.size=0'],
  ['group.share.min.delivery.count.limit=5', 'group.share.delivery.count.limit=4'],
  ['group.share.max.delivery.count.limit=5', 'group.share.delivery.count.limit=6'],
  ['group.share.max.size=3000', 'group.share.max.share.sessions=2999'],
  ['group.streams.max.standby.replicas=0', 'group.streams.num.standby.replicas=0'],
  ['transaction.state.log.min.isr=3', 'transaction.state.log.replication.factor=1'],
  ['offsets.topic.replication.factor=0'],
  ['transaction.max.timeout.ms=0'],
  ['transactional.id.expiration.ms=1', 'transaction.max.timeout.ms=1000'],
  ['default.replication.factor=3', 'min.insync.replicas=4'],
  ['compression.type=gzip', 'compression.gzip.level=0'],
  ['compression.type=gzip', 'compression.gzip.level=-1'],
  ['compression.lz4.level=0'],
  ['compression.zstd.level=23'],
  ['log.dirs=data', 'cordoned.log.dirs=data'],
  ['log.dirs=data', 'cordoned.log.dirs=data,*'],
  ['log.dirs=data', 'cordoned.log.dirs=other'],
  ['node.id=1', 'broker.id=1'],
  ['node.id=1', 'broker.id=2'],
  ['unclean.leader.election.enable=yes'],
  ['delegation.token.max.lifetime.ms=1', 'delegation.token.expiry.time.ms=2'],
  ['principal.builder.class=java.lang.String'],
  ['log.message.timestamp.type=now'],
  ['log.cleanup.policy='],
  ['log.cleanup.policy=delete,delete'],
  ['log.cleanup.policy=delete,,compact'],
  ['quota.window.num=0'],
  ['message.max.bytes=-1'],
  ['fetch.max.bytes=1023'],
  ['offset.metadata.max.bytes=-1'],
  ['num.partitions=0'],
]

/** Verdicts on single settings that are meant to differ, and why. */
const meant: readonly (readonly [RegExp, string])[] = [
  [/^authorizer\.class\.name=soon$/, 'Kafka looks for the class when it starts to use it.'],
  [/^config\.providers=/, 'config providers are not served.'],
  [/^log\.dirs?=a/, 'One directory is served.'],
  [/^(controller\.quorum\.|controller\.listener\.names=soon|node\.id=|process\.roles=)/, 'There is no quorum.'],
  [/^early\.start\.listeners=/, 'There are no others to start before.'],
  [/^group\.(consumer|share|streams)\.assignors=/, 'Groups of these kinds are not served yet.'],
  [/^inter\.broker\.listener\.name= ?$/, 'Brokers have nothing to tell each other.'],
  [
    /^(leader|follower)\.replication\.throttled|^replica\.alter\.log\.dirs\.io/,
    'Kafka ignores keys that it does not know.',
  ],
]

/** Kafka has a listener for its controllers, and wants to be told by which its brokers meet. */
function propertiesOf({ listeners, ...settings }: Case['settings']): Record<string, string> {
  const shared = {
    'node.id': '1',
    'controller.listener.names': 'CONTROLLER',
    ...(listeners?.startsWith('PLAINTEXT') || listeners === undefined ? {} : { [inter]: 'A' }),
    ...settings,
    ...(settings[map] === undefined ? {} : { [map]: `${settings[map]},CONTROLLER:PLAINTEXT` }),
  }
  // Whoever is a controller as well has to say where.
  if (listeners === undefined) {
    return { ...shared, 'process.roles': 'broker', 'controller.quorum.voters': `2@${at}:22399` }
  }
  return {
    ...shared,
    'process.roles': 'broker,controller',
    listeners: `CONTROLLER://${at}:22399,${listeners}`,
    'controller.quorum.voters': `1@${at}:22399`,
  }
}

const fileOf = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')

/** Null when it would start. */
function ourRefusal(file: string): string | null {
  try {
    readConfig({
      flags: { config: 'server.properties' },
      environment: {},
      readFile: () => Buffer.from(file),
      defaultProfile: 'strict',
    })
    return null
  } catch (error) {
    if (error instanceof ConfigRefused) return error.message
    throw error
  }
}

interface Start {
  readonly name: string
  readonly file: string
  readonly differs: string | undefined
}

/** Each case, and each key by itself with values at its limits. */
function startsToCompare(): Start[] {
  const listeners = Object.entries(cases).map(([name, { settings, differs }]) => ({ name, settings, differs }))
  const alone = [...keys].flatMap(([name, key]) => [...new Set(textsFor(name, key))].map(text => [`${name}=${text}`]))
  const values = [...together, ...alone].map(lines => {
    const name = lines.join(' ')
    const settings = Object.fromEntries(lines.map(line => line.split(/=(.*)/s) as [string, string]))
    return { name, settings: { ...one, ...settings }, differs: meant.find(([names]) => names.test(name))?.[1] }
  })
  return [...listeners, ...values].map(({ name, settings, differs }) => ({
    name,
    file: fileOf(propertiesOf(settings)),
    differs,
  }))
}

/** Prints what differs, and gives how many cases there were and how many differ in a way that is not meant. */
export async function compareStarts(isVerbose: boolean): Promise<{ readonly asked: number; readonly failed: number }> {
  const starts = startsToCompare()
  const theirs = await refusalsOf(starts.map(({ file }) => file))
  let failed = 0
  const explained = new Set<string>()
  for (const [at, { name, file, differs }] of starts.entries()) {
    const [kafkas, ours] = [theirs[at]!, ourRefusal(file)]
    const isSame = (kafkas === null) === (ours === null)
    const isMeant = isSame || differs !== undefined
    if (!isMeant) failed++
    if (!isSame && differs !== undefined) explained.add(differs)
    if (isMeant && !isVerbose) continue
    const shown = (refusal: string | null) => (refusal === null ? 'starts' : `refuses: ${refusal}`)
    process.stdout.write(
      `${isMeant ? 'ok    ' : 'FAILED'} ${name}\n    kafka ${shown(kafkas)}\n    ours  ${shown(ours)}\n`,
    )
  }
  const idle = starts.flatMap(({ differs }) => (differs === undefined || explained.has(differs) ? [] : [differs]))
  for (const why of new Set(idle)) process.stdout.write(`FAILED an explanation that nothing needs: ${why}\n`)
  return { asked: starts.length, failed: failed + new Set(idle).size }
}
