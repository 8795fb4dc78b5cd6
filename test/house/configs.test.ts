/** The list of keys that do something here is true: every key in it is read somewhere, and no other is. */
import ts from 'typescript'
import { type ConfigKeys, camelName } from '../../src/metadata/config/key'
import { configKeys, type ConfigScope } from '../../src/metadata/config/keys'
import { documentationOf, idleTopicKeys, keysWithEffect, keysOfPlaces } from '../../src/metadata/config/effects'
import { type Source, everyNode, sourceOf, sourcesIn } from './sources'

/** Where keys are listed, checked or compared rather than read for what they say. */
const lists =
  /^src\/(metadata\/config\/(?!broker-|listener-keys|java-classes)|metadata\/config\/broker-config-rules|node\/config|protocol\/messages\/|client\/)/

/** Names of properties that code reads: `.numPartitions`, and `{ numPartitions }` taken out of an object. */
function namesRead(sources: readonly Source[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { path, tree } of sources) {
    if (lists.test(path)) continue
    everyNode(tree, node => {
      if (ts.isPropertyAccessExpression(node)) names.add(node.name.text)
      if (ts.isBindingElement(node)) names.add(((node.propertyName ?? node.name) as ts.Identifier).text)
      // What a room asks for by its own interface is read by others there.
      if (ts.isPropertySignature(node) && ts.isIdentifier(node.name)) names.add(node.name.text)
    })
  }
  return names
}

const broker: ConfigKeys = configKeys.broker
const inherited = Object.entries({ ...configKeys.topic, ...configKeys.group } as ConfigKeys)

function keysRead(names: ReadonlySet<string>): string[] {
  const isRead = (key: string) => names.has(camelName(key))
  return Object.keys(broker).filter(
    key => isRead(key) || inherited.some(([name, { synonyms }]) => synonyms?.includes(key) && isRead(name)),
  )
}

test('keys that are read are known to have an effect, and no others', () => {
  const read = keysRead(namesRead(sourcesIn('src'))).filter(key => !keysOfPlaces.has(key))
  const listed = [...keysWithEffect].sort()
  expect({ 'read, and not in config/effects.ts': read.filter(key => !keysWithEffect.has(key)) }).toEqual({
    'read, and not in config/effects.ts': [],
  })
  expect({ 'in config/effects.ts, and not read': listed.filter(key => !read.includes(key)) }).toEqual({
    'in config/effects.ts, and not read': [],
  })
  expect([...keysWithEffect, ...keysOfPlaces].filter(key => !Object.hasOwn(broker, key))).toEqual([])
})

test('configs of topics that are not read are known to be idle, and no others; of groups none is read', () => {
  const names = namesRead(sourcesIn('src'))
  const unread = (keys: ConfigKeys) => Object.keys(keys).filter(key => !names.has(camelName(key)))
  expect(unread(configKeys.topic).sort()).toEqual([...idleTopicKeys])
  expect(unread(configKeys.group)).toEqual(Object.keys(configKeys.group))
})

test('every key is described in words, which say so where it does nothing', () => {
  const scopes = Object.keys(configKeys) as ConfigScope[]
  const named = scopes.flatMap(scope => Object.keys(configKeys[scope]).map(name => [scope, name] as const))
  expect(named.filter(([scope, name]) => !/^\S.*[.]$/.test(documentationOf(scope, name) ?? ''))).toEqual([])
  const isIdle = (scope: ConfigScope, name: string) => documentationOf(scope, name)!.includes('Without effect')
  expect(isIdle('broker', 'num.io.threads')).toBe(true)
  expect(isIdle('broker', 'num.partitions')).toBe(false)
  expect(isIdle('broker', 'sasl.jaas.config')).toBe(false)
  expect(isIdle('topic', 'preallocate')).toBe(true)
  expect(isIdle('topic', 'retention.ms')).toBe(false)
  expect(isIdle('group', 'consumer.session.timeout.ms')).toBe(true)
})

test('canary: reading a key is seen, by its own name and by that of a topic', () => {
  const source = sourceOf('src/node/x.ts', 'export const x = c => [c.broker().numPartitions, c.topic("a").retentionMs]')
  expect(keysRead(namesRead([source]))).toEqual([
    'log.retention.hours',
    'log.retention.minutes',
    'log.retention.ms',
    'num.partitions',
  ])
})
