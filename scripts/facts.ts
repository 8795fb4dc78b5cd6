/** Reads the facts of Kafka's protocol (JSON, one file a message) where somebody has them at hand. They are not part of this repository. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export interface FactField {
  readonly name: string
  readonly type: string
  readonly versions?: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly tag?: number | string
  readonly default?: string | number | boolean | null
  readonly ignorable?: boolean
  readonly entityType?: string
  readonly fields?: readonly FactField[]
}

export interface Fact {
  readonly apiKey?: number
  readonly type: string
  readonly name: string
  readonly validVersions: string
  readonly flexibleVersions: string
  readonly latestVersionUnstable?: boolean
  readonly listeners?: readonly string[]
  readonly fields: readonly FactField[]
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly FactField[] }[]
}

/** The folder with the facts: KAFKA_PROTOCOL_FACTS, or a folder beside the repository. Null when there is none. */
export function factsFolder(root: string): string | null {
  const named = process.env['KAFKA_PROTOCOL_FACTS']
  const candidates =
    named === undefined ? ['../shared', '../../shared'].map(up => resolve(root, up, 'kafka-protocol')) : [named]
  return candidates.find(folder => existsSync(join(folder, '4.4', 'rpc'))) ?? null
}

/** Every message of one release and folder (`rpc`, `group-records` ...), by name. */
export function factsOf(folder: string, release: string, kind: string): ReadonlyMap<string, Fact> {
  const directory = join(folder, release, kind)
  if (!existsSync(directory)) return new Map()
  const facts = readdirSync(directory).map(file => JSON.parse(readFileSync(join(directory, file), 'utf8')) as Fact)
  return new Map(facts.map(fact => [fact.name, fact]))
}

/** The fields of a field's own struct, written in place or shared under `commonStructs`. Null for scalars. */
export function innerFields(fact: Fact, field: FactField): readonly FactField[] | null {
  if (field.fields !== undefined) return field.fields
  const type = elementType(field.type)
  return fact.commonStructs?.find(shared => shared.name === type)?.fields ?? null
}

export function elementType(type: string): string {
  return type.startsWith('[]') ? type.slice(2) : type
}

/** `TopicId` becomes `topicId`: our names are Kafka's, with a small first letter. */
export function ourName(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

/** APIs of a broker's listener by name; their requests and responses end in `Request` and `Response`. */
export function brokerApis(facts: ReadonlyMap<string, Fact>): string[] {
  return [...facts.values()]
    .filter(fact => fact.type === 'request' && fact.listeners?.includes('broker') && fact.validVersions !== 'none')
    .sort((a, b) => (a.apiKey ?? 0) - (b.apiKey ?? 0))
    .map(fact => fact.name.replace(/Request$/, ''))
}
