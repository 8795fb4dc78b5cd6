/** Keys of one listener, and others that only a running broker takes: told of as an Apache Kafka 4.4 told of them. */
import { BrokerLayers } from '../../../../src/metadata/config/layers'
import { describeBroker, describeBrokerDefaults } from '../../../../src/metadata/config/describe-configs'
import { listenerKey, listenerPrefixes, runtimeKey } from '../../../../src/metadata/config/listener-keys'

const own = 'listener.name.plaintext.'

const layers = new BrokerLayers(
  new Map([
    [`${own}max.connections`, '500'],
    [`${own}max.connections.per.ip`, ' 55 '],
    [`${own}plain.connections.max.reauth.ms`, '1000'],
    [`${own}ssl.key.password`, 'secret'],
    [`${own}no.such.key`, '7'],
    ['leader.replication.throttled.rate', ' 7 '],
    ['group.share.assignor.offload.enable', 'False'],
  ]),
  new Map([[`${own}max.connections`, ' 700 ']]),
  new Map([
    [`${own}max.connections`, '400'],
    ['max.connections', '1000'],
  ]),
)

function told(name: string) {
  const found = describeBroker(layers).filter(config => config.name === name)
  expect(found).toHaveLength(1)
  const { value, source, readOnly, sensitive, type, synonyms } = found[0]!
  const beneath = synonyms.map(synonym => `${synonym.name.replace(own, '*')}=${synonym.text}@${synonym.source}`)
  return [value, source, readOnly ? 'read-only' : 'dynamic', sensitive ? 'secret' : 'open', type, beneath.join(' ')]
}

test.each([
  [
    `${own}max.connections`,
    '500',
    2,
    'read-only',
    'open',
    3,
    '*max.connections=500@2 *max.connections= 700 @3 *max.connections=400@4 max.connections=1000@4 max.connections=2147483647@5',
  ],
  [
    `${own}max.connections.per.ip`,
    ' 55 ',
    2,
    'read-only',
    'open',
    3,
    '*max.connections.per.ip= 55 @2 max.connections.per.ip=2147483647@5',
  ],
  [
    `${own}plain.connections.max.reauth.ms`,
    '1000',
    2,
    'read-only',
    'open',
    5,
    '*plain.connections.max.reauth.ms=1000@2 connections.max.reauth.ms=0@5',
  ],
  [`${own}ssl.key.password`, null, 2, 'read-only', 'secret', 9, '*ssl.key.password=null@2'],
  [`${own}no.such.key`, null, 2, 'read-only', 'secret', 0, '*no.such.key=null@2'],
  ['leader.replication.throttled.rate', ' 7 ', 2, 'dynamic', 'open', 5, 'leader.replication.throttled.rate= 7 @2'],
  [
    'group.share.assignor.offload.enable',
    'False',
    2,
    'dynamic',
    'open',
    1,
    'group.share.assignor.offload.enable=False@2 group.share.assignor.offload.enable=true@5',
  ],
])('%s', (name, ...facts) => {
  expect(told(name)).toEqual(facts)
})

test('what all brokers were given for a listener is told as it was written', () => {
  const [max] = describeBrokerDefaults(new Map([[`${own}max.connections`, ' 700 ']]))
  expect(max).toMatchObject({ value: ' 700 ', readOnly: true, sensitive: false, type: 3 })
  expect(max?.synonyms).toEqual([{ name: `${own}max.connections`, text: ' 700 ', source: 3 }])
})

test('what is said of one listener is not said of the others', () => {
  expect(layers.effective('max.connections')).toBe('1000')
})

test('names are taken apart', () => {
  expect(listenerKey('listener.name.a.b.max.connections')).toEqual({
    prefix: 'listener.name.a.',
    rest: 'b.max.connections',
    base: 'b.max.connections',
  })
  expect(listenerKey('listener.name.max.connections')?.base).toBe('connections')
  expect(listenerKey('listeners')).toBeNull()
  expect(runtimeKey('listener.name..max.connections')?.type).toBe('INT')
  expect(runtimeKey('listener.name.x.plain.sasl.jaas.config')?.type).toBe('PASSWORD')
  expect(listenerPrefixes('A://:1, b://h:2')).toEqual(['listener.name.a.', 'listener.name.b.'])
  expect(listenerPrefixes(null)).toEqual([])
})
