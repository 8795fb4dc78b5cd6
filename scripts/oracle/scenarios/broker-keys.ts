/** What a running broker makes of each of its keys: which values it takes, for itself and for all brokers, and how it then tells of them. */
import type { ConfigKey } from '../../../src/metadata/config/key'
import { configKeys } from '../../../src/metadata/config/keys'
import { DescribeConfigs } from '../../../src/protocol/messages/describe-configs'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/incremental-alter-configs'
import type { ResponseOf } from '../../../src/protocol/schema'
import { type Scenario, scene } from '../scenario'
import type { Subject } from '../subject'

const brokerResource = 4
const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const
type Operation = keyof typeof operations

export const keys: ReadonlyMap<string, ConfigKey> = new Map(
  Object.entries({ ...configKeys.broker, ...configKeys.throttle } as Record<string, ConfigKey>),
)
const ofListener = (name: string) => `listener.name.plaintext.${name}`

const numbersAtLimits = ['0', '-1', '-2', ' 7 ', '+7', '1.5', 'soon', '']
const largest = { SHORT: ['32767', '32768'], INT: ['2147483647', '2147483648'] }
const largestLong = ['9223372036854775807', '9223372036854775808']

/** Texts at and beyond the limits of a type, and of what the key's own rule says. */
export function textsFor(name: string, { type, valid = '', default: usual }: ConfigKey): readonly string[] {
  if (name === 'listener.security.protocol.map') return protocolMaps
  const words = /^(?:\(case insensitive\) )?\[([^.]*)\]$/.exec(valid)?.[1]?.split(', ') ?? []
  const bounds = (valid.match(/-?\d+/g) ?? []).flatMap(text => [-1n, 0n, 1n].map(step => String(BigInt(text) + step)))
  const own = usual === null ? [] : [usual]
  switch (type) {
    case 'BOOLEAN':
      return ['true', ' False ', 'maybe', '']
    case 'SHORT':
    case 'INT':
      return [...own, ...numbersAtLimits, ...bounds, ...largest[type]]
    case 'LONG':
      return [...own, ...numbersAtLimits, ...bounds, ...largestLong]
    case 'DOUBLE':
      return [...own, ...numbersAtLimits, '0.5', '1e3', 'NaN', '0.75f']
    case 'LIST':
      return [...own, ...words, ...words.map(word => `${word},${word}`), 'soon', 'a, b', 'a,,b', 'a,a', ',', '']
    default:
      return [...own, ...words, ...words.map(word => word.toUpperCase()), 'soon', ' ', '']
  }
}

/** Kafka has a listener for its controllers, which has to be in the map as well. */
const protocolMaps = [
  'PLAINTEXT:PLAINTEXT',
  'plaintext:PLAINTEXT',
  'PLAINTEXT:plaintext, OTHER:SSL',
  'PLAINTEXT:SASL_PLAINTEXT',
  'PLAINTEXT:NONE',
  'PLAINTEXT:PLAINTEXT:NONE',
  'OTHER:PLAINTEXT',
].map(text => `CONTROLLER:PLAINTEXT,${text}`)

function alter(
  subject: Subject,
  resourceName: string,
  name: string,
  value: string | null,
  { how = 'set', validateOnly = false }: { how?: Operation; validateOnly?: boolean } = {},
) {
  const configs = [{ name, configOperation: operations[how], value }]
  const resource = { resourceType: brokerResource, resourceName, configs }
  return subject.quiet(IncrementalAlterConfigs, { resources: [resource], validateOnly })
}

const outcomeOf = ({ responses }: Awaited<ReturnType<typeof alter>>): string =>
  `${responses[0]?.errorCode} ${responses[0]?.errorMessage}`.replace(/, CONTROLLER:\/\/[^\]]*/, '')

/** Nothing is changed, so that these may be asked while others play. */
async function triesValues(subject: Subject, name: string, texts: readonly string[]): Promise<void> {
  const said: Record<string, string> = {}
  const attempt = async (resource: string, how: Operation, value: string | null) => {
    const reply = await alter(subject, resource, name, value, { how, validateOnly: true })
    said[`${resource === '' ? 'all brokers' : 'broker 1'}: ${how} ${JSON.stringify(value)}`] = outcomeOf(reply)
  }
  for (const resource of ['1', '']) {
    for (const text of new Set(texts)) await attempt(resource, 'set', text)
    await attempt(resource, 'delete', null)
    for (const how of ['append', 'subtract'] as const) await attempt(resource, how, 'soon')
  }
  subject.note('values', said)
}

/** Legal values that are not the default. */
function othersFor(name: string, { type, valid = '', default: usual }: ConfigKey): readonly string[] {
  // Kafka takes these with blanks as well, and fails inside when it puts them into force.
  if (name.endsWith('.assignment.interval.ms')) return ['2000']
  const words = /^\[([^.]*)\]$/.exec(valid)?.[1]?.split(', ') ?? []
  const number = Number(usual ?? 3_600_000)
  switch (type) {
    case 'BOOLEAN':
      return [usual === 'true' ? 'False' : ' true']
    case 'SHORT':
    case 'INT':
    case 'LONG':
      return [` +${Math.min(2 * number, 2_000_000_000)} `, '600000', '5']
    case 'DOUBLE':
      return ['0.75', '75e-2']
    case 'LIST':
      return [...words, 'a , b'].filter(word => word !== usual)
    default:
      return [...words, ' some '].filter(word => word !== usual)
  }
}

/** Sets a value, and asks how it is told of; then takes it back. */
async function tellsOf(subject: Subject, resourceName: string, name: string, texts: readonly string[]): Promise<void> {
  const at = resourceName === '' ? 'all brokers' : 'broker 1'
  const asked = {
    resources: [{ resourceType: brokerResource, resourceName, configurationKeys: [name] }],
    includeSynonyms: true,
  }
  const said = ({ results }: ResponseOf<typeof DescribeConfigs>) =>
    results[0]?.configs[0]?.synonyms.find(({ source }) => source === (resourceName === '' ? 3 : 2))
  for (const text of texts) {
    const outcome = outcomeOf(await alter(subject, resourceName, name, text))
    subject.note(`${at}: set ${JSON.stringify(text)}`, outcome)
    if (!outcome.startsWith('0 ')) continue
    await subject.eventually(DescribeConfigs, asked, reply => {
      const synonym = said(reply)
      return synonym !== undefined && (synonym.value === text || synonym.value === null)
    })
    break
  }
  subject.note(`${at}: delete`, outcomeOf(await alter(subject, resourceName, name, null, { how: 'delete' })))
  await subject.eventually(DescribeConfigs, asked, reply => said(reply) === undefined)
}

/** What is not undone by taking the value back, or what no other value is legal for. */
const leftAlone =
  /^(config\.providers|min\.insync\.replicas|cordoned\.log\.dirs|listeners|listener\.security\.protocol\.map)$/

/** Keys that a broker knows for one listener, for a mechanism of one, for a listener that there is not, and none. */
const someOfListeners: Readonly<Record<string, readonly string[]>> = {
  [ofListener('max.connections')]: [' 500 '],
  [ofListener('max.connection.creation.rate')]: ['600'],
  [ofListener('connections.max.reauth.ms')]: ['1000'],
  [ofListener('plain.sasl.jaas.config')]: ['a secret'],
  [ofListener('plain.connections.max.reauth.ms')]: ['1000'],
  [ofListener('ssl.key.password')]: ['a secret'],
  [ofListener('ssl.cipher.suites')]: ['a, b'],
  [ofListener('log.retention.ms')]: ['1000'],
  [ofListener('no.such.key')]: ['1'],
  'listener.name.other.max.connections': ['-1', '5'],
  'listener.name.other.connections.max.reauth.ms': ['often'],
  'listener.name.PLAINTEXT.max.connections': ['0'],
  'listener.name..max.connections': ['5'],
  'listener.name.max.connections': ['5'],
  'some.plugin.key': ['5'],
}

const dynamic = [...keys].filter(([name, { update }]) => update !== 'read-only' && !leftAlone.test(name))

export const brokerKeyScenarios: readonly Scenario[] = [
  ...[...keys].flatMap(([name, key]) => [
    scene(`broker key ${name}: values`, subject => triesValues(subject, name, textsFor(name, key))),
    scene(`broker key ${ofListener(name)}: values`, subject =>
      triesValues(subject, ofListener(name), textsFor(name, key)),
    ),
  ]),
  ...dynamic.map(([name, key]) =>
    scene(`configs: broker key ${name}`, async subject => {
      for (const resource of ['1', '']) await tellsOf(subject, resource, name, othersFor(name, key))
    }),
  ),
  ...Object.entries(someOfListeners).map(([name, texts]) =>
    scene(`configs: key of a listener ${name}`, async subject => {
      for (const resource of ['1', '']) await tellsOf(subject, resource, name, texts)
    }),
  ),
]
