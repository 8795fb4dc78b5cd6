/** What a running broker is told of its configs is what it reads from then on, for every key that does something. */
import { type ConfigKey, type ConfigKeys, camelName } from '../../../src/metadata/config/key'
import { configKeys } from '../../../src/metadata/config/keys'
import { isProblem, parseConfigValue } from '../../../src/metadata/config/value'
import { Configs } from '../../../src/metadata/config/configs'
import type { MetadataImage } from '../../../src/metadata/image/image'
import { keysWithEffect } from '../../../src/metadata/config/effects'

const topicKeys: ConfigKeys = configKeys.topic
const dynamic = Object.entries(configKeys.broker as ConfigKeys).filter(
  ([name, { update }]) => update !== 'read-only' && keysWithEffect.has(name),
)

/** A legal value that is not the default. */
function another(name: string, key: ConfigKey): string {
  const words = /^\[([a-zA-Z].*)\]$/.exec(key.valid ?? '')?.[1]?.split(', ') ?? []
  const numbers = ['12345', '0.25', '5', String(Number(key.default) - 1)]
  const candidates = [...words, 'true', 'false', ...numbers, '127.0.0.1:5']
  const found = candidates.find(text => text !== key.default && !isProblem(parseConfigValue(name, key, text)))
  if (found === undefined) throw new Error(`no other value for ${name}`)
  return found
}

test('there are some', () => {
  expect(dynamic.length).toBeGreaterThan(25)
})

test.each(dynamic)('%s', (name, key) => {
  const told = new Map<string, string>()
  const none = new Map<string, string>()
  let revision = 0
  let current = none
  const image = {
    get revision() {
      return revision
    },
    overrides: (kind: string, resource: string) => (kind === 'broker' && resource === '' ? current : none),
  } as unknown as MetadataImage
  const configs = new Configs(1, new Map(), () => image)
  const inherited = Object.entries(topicKeys).find(([, { synonyms }]) => synonyms?.includes(name))?.[0]
  const read = () => {
    const from = inherited ? configs.topic('t') : configs.broker()
    return (from as unknown as Record<string, unknown>)[camelName(inherited ?? name)]
  }
  const before = read()
  told.set(name, another(name, key))
  current = told
  revision++
  expect(read()).not.toEqual(before)
  current = none
  revision++
  expect(read()).toEqual(before)
})
