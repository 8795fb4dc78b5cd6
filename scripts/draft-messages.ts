/**
 * Drafts declarations under src/protocol from the facts of Kafka's protocol: `draft-messages FACTS [NAME ...]`.
 * A draft saves typing when a release brings new messages; what is checked in is read and kept by hand.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rangeOf, type VersionRange, type VersionSpec } from '../src/protocol/versions'
import { about, since } from './draft-notes'
import { brokerApis, elementType, type Fact, type FactField, factsOf, innerFields, ourName } from './facts'

/** The same field under the name that 3.9 had for it. */
const renamed: Readonly<Record<string, string>> = { 'TxnOffsetCommitRequest.GenerationId': 'GenerationIdOrMemberEpoch' }
/** APIs that were unstable in 3.9: nobody was served their first versions. */
const unstableIn39 = /^(Share|(Initialize|Read|Write|Delete)ShareGroupState)/

interface Scope {
  readonly fact: Fact
  readonly old: Fact | undefined
  /** Versions in which the enclosing struct is on the wire. */
  readonly range: VersionRange
  readonly words: Set<string>
}

const spec = (text: string): VersionRange => rangeOf(text as VersionSpec)
const intersect = (a: VersionRange, b: VersionRange): VersionRange => ({
  min: Math.max(a.min, b.min),
  max: Math.min(a.max, b.max),
})

function rangeOfField(field: FactField, within: VersionRange): VersionRange {
  return intersect(spec(field.versions ?? field.taggedVersions ?? '0+'), within)
}

/** The fields of 4.4 with those that only 3.9 has, each behind the field it followed there. */
function merged(fields: readonly FactField[], old: readonly FactField[], path: string): FactField[] {
  const out = [...fields]
  for (const [index, field] of old.entries()) {
    if (out.some(other => other.name === (renamed[`${path}.${field.name}`] ?? field.name))) continue
    const before = old[index - 1]?.name
    out.splice(out.findIndex(other => other.name === before) + 1, 0, field)
  }
  return out
}

function fieldsText(fields: readonly FactField[], old: readonly FactField[], scope: Scope): string {
  const all = merged(fields, old, scope.fact.name)
  const lines = all.flatMap(field => {
    const range = rangeOfField(field, scope.range)
    if (range.min > range.max) return []
    const before = old.find(other => other.name === field.name)
    return [`${ourName(field.name)}: ${fieldText(field, before, all, range, scope)},`]
  })
  return `{ ${lines.join('\n')} }`
}

function fieldText(
  field: FactField,
  old: FactField | undefined,
  siblings: readonly FactField[],
  range: VersionRange,
  scope: Scope,
): string {
  const type = elementType(field.type)
  const isList = field.type.startsWith('[]')
  const options = optionsText(field, range, scope)
  const inner = innerFields(scope.fact, field) ?? (scope.old && innerFields(scope.old, field))
  if (inner !== null && inner !== undefined) {
    const oldInner = (old && scope.old && innerFields(scope.old, old)) ?? []
    const shared = field.fields === undefined && scope.fact.commonStructs?.some(struct => struct.name === type)
    const body = shared ? ourName(type) : fieldsText(inner, oldInner, { ...scope, range })
    const word = isList ? 'array' : 'struct'
    scope.words.add(word)
    return `${word}(${body}${options.length > 0 ? `, { ${options.join(', ')} }` : ''})`
  }
  scope.words.add(type)
  const names = namesText(field, siblings)
  if (!isList) return `${type}(${braced([...options, ...names])})`
  scope.words.add('array')
  return `array(${type}(${braced(names)})${options.length > 0 ? `, { ${options.join(', ')} }` : ''})`
}

const braced = (options: readonly string[]): string => (options.length > 0 ? `{ ${options.join(', ')} }` : '')

function optionsText(field: FactField, range: VersionRange, scope: Scope): string[] {
  const options: string[] = []
  const open = { min: range.min, max: Math.min(range.max, scope.range.max) }
  if (open.min !== scope.range.min || open.max !== scope.range.max) {
    options.push(`versions: '${field.versions ?? field.taggedVersions}'`)
  }
  if (field.nullableVersions !== undefined) options.push(`nullable: '${field.nullableVersions}'`)
  if (field.taggedVersions !== undefined) options.push(`tagged: '${field.taggedVersions}', tag: ${field.tag}`)
  if (field.default !== undefined && field.default !== null) options.push(`default: ${defaultText(field)}`)
  if (field.ignorable === true) options.push('ignorable: true')
  return options
}

function defaultText(field: FactField): string {
  const text = String(field.default)
  if (text === 'null' || text === 'true' || text === 'false') return text
  if (field.type === 'string') return `'${text}'`
  const number = Number(text)
  return number > Number.MAX_SAFE_INTEGER ? 'Number.MAX_SAFE_INTEGER' : text
}

function namesText(field: FactField, siblings: readonly FactField[]): string[] {
  const named = (...names: string[]): string | undefined => siblings.find(other => names.includes(other.name))?.name
  if (field.name === 'TopicId') {
    const name = named('Name', 'Topic', 'TopicName')
    return ["entity: 'topicId'", ...(name === undefined ? [] : [`identifies: '${ourName(name)}'`])]
  }
  if (field.entityType !== undefined) return [`entity: '${field.entityType}'`]
  if (field.name === 'GroupId') return ["entity: 'groupId'"]
  if (field.name === 'ResourceName' || field.name === 'ResourceNameFilter') {
    const by = named('ResourceType', 'ResourceTypeFilter') ?? 'ResourceType'
    const isAcl = named('PatternType', 'ResourcePatternType', 'PatternTypeFilter', 'Acls') !== undefined
    return [`entity: { by: '${ourName(by)}', of: ${isAcl ? 'aclResources' : 'configResources'} }`]
  }
  if (named('KeyType') !== undefined && ['Key', 'CoordinatorKeys'].includes(field.name)) {
    return ["entity: { by: 'keyType', of: coordinatorKeys }"]
  }
  return []
}

const entityWords = ['aclResources', 'configResources', 'coordinatorKeys']

function imports(
  body: string,
  words: ReadonlySet<string>,
  others: readonly string[],
  types: readonly string[],
): string {
  const list = [...words, ...others].sort()
  const entities = entityWords.filter(word => body.includes(word))
  return [
    entities.length > 0 ? `import { ${entities.join(', ')} } from '../entities'` : '',
    `import { ${[...list, ...types.map(type => `type ${type}`)].join(', ')} } from '../schema'`,
  ].join('\n')
}

/** The shared structs of messages as constants, each behind those that it uses. */
function sharedText(...scopes: readonly Scope[]): string {
  const texts = new Map<string, string>()
  for (const scope of scopes) {
    const shared = scope.fact.commonStructs ?? []
    const add = (name: string): void => {
      const struct = shared.find(other => other.name === name)
      if (struct === undefined) return
      for (const field of struct.fields) add(elementType(field.type))
      const old = scope.old?.commonStructs?.find(other => other.name === name)
      const text = `const ${ourName(name)} = ${fieldsText(struct.fields, old?.fields ?? [], scope)}`
      if (texts.has(name) && texts.get(name) !== text) throw new Error(`${scope.fact.name} has a ${name} of its own`)
      texts.set(name, text)
    }
    for (const struct of shared) add(struct.name)
  }
  return [...texts.values()].join('\n\n')
}

/** Field paths by the version that brought them, above the oldest declared. */
function additions(fact: Fact, range: VersionRange): Map<number, string[]> {
  const found = new Map<number, string[]>()
  const visit = (fields: readonly FactField[], within: VersionRange): void => {
    for (const field of fields) {
      const own = rangeOfField(field, within)
      if (own.min > own.max) continue
      if (own.min > within.min) found.set(own.min, [...(found.get(own.min) ?? []), ourName(field.name)])
      else visit(innerFields(fact, field) ?? [], own)
    }
  }
  visit(fact.fields, range)
  return found
}

function header(name: string, request: Fact, response: Fact, range: VersionRange): string {
  const asked = additions(request, range)
  const told = additions(response, range)
  const flexibleSince = request.flexibleVersions === 'none' ? -1 : spec(request.flexibleVersions).min
  const lines = [about[name] ?? `${name}.`]
  for (let version = range.min + 1; version <= range.max; version++) {
    const parts = [
      ...(asked.has(version) ? [`asks with ${asked.get(version)?.join(', ')}`] : []),
      ...(told.has(version) ? [`tells ${told.get(version)?.join(', ')}`] : []),
      ...(version === flexibleSince ? ['flexible encoding'] : []),
      ...(since[name]?.[version] !== undefined ? [since[name][version]] : []),
    ]
    if (parts.length > 0) lines.push(` v${version}: ${parts.join('; ')}.`)
  }
  const heads = [lines[0] ?? '', ...(lines.length > 1 ? [''] : []), ...lines.slice(1).map(line => line.trim())]
  return heads.length === 1 ? `/** ${heads[0]} */` : `/**\n${heads.map(line => ` * ${line}`.trimEnd()).join('\n')}\n */`
}

function apiText(name: string, rpc: ReadonlyMap<string, Fact>, rpc39: ReadonlyMap<string, Fact>): string {
  const request = rpc.get(`${name}Request`)
  const response = rpc.get(`${name}Response`)
  if (request === undefined || response === undefined) throw new Error(`no facts of ${name}`)
  const old = (direction: string): Fact | undefined =>
    unstableIn39.test(name) ? undefined : rpc39.get(`${name}${direction}`)
  const newest = spec(request.validVersions)
  const oldRequest = old('Request')
  const oldest = oldRequest === undefined ? newest.min : Math.min(newest.min, spec(oldRequest.validVersions).min)
  const range = { min: oldest, max: newest.max }
  const words = new Set<string>()
  const scopes = {
    request: { fact: request, old: oldRequest, range, words },
    response: { fact: response, old: old('Response'), range, words },
  }
  const body = `export const ${name} = defineApi({
  key: ${request.apiKey}, name: '${name}', versions: '${range.min}${range.min === range.max ? '' : `-${range.max}`}',
  flexible: '${request.flexibleVersions}',${request.latestVersionUnstable ? ` unstable: '${range.max}',` : ''}
  request: ${fieldsText(request.fields, oldRequest?.fields ?? [], scopes.request)},
  response: ${fieldsText(response.fields, old('Response')?.fields ?? [], scopes.response)},
})

export interface ${name}Request extends RequestOf<typeof ${name}> {}
export interface ${name}Response extends ResponseOf<typeof ${name}> {}
export interface ${name}Reply extends ResponseDraft<typeof ${name}> {}
`
  const shared = sharedText(scopes.request, scopes.response)
  const head = imports(`${shared}${body}`, words, ['defineApi'], ['RequestOf', 'ResponseDraft', 'ResponseOf'])
  return `${header(name, request, response, range)}\n${head}\n\n${shared}\n\n${body}`
}

function recordText(name: string, facts: ReadonlyMap<string, Fact>): string {
  const key = facts.get(`${name}Key`)
  const value = facts.get(`${name}Value`)
  if (key === undefined || value === undefined) throw new Error(`no facts of ${name}`)
  const words = new Set<string>()
  const scope = { fact: value, old: undefined, range: spec(value.validVersions), words }
  const shared = sharedText(scope)
  const body = `export const ${name}Record = defineRecord({
  type: ${key.apiKey}, name: '${name}', versions: '${value.validVersions}', flexible: '${value.flexibleVersions}',
  key: ${fieldsText(key.fields, [], { ...scope, fact: key, range: spec(key.validVersions) })},
  value: ${fieldsText(value.fields, [], scope)},
})

export interface ${name}Key extends RecordKeyOf<typeof ${name}Record> {}
export interface ${name}Value extends RecordValueOf<typeof ${name}Record> {}
`
  return `/** ${about[`${name}Record`] ?? `${name}.`} */\n${imports(body, words, ['defineRecord'], ['RecordKeyOf', 'RecordValueOf'])}\n\n${shared}\n\n${body}`
}

function shapeText(name: string, fact: Fact): string {
  const words = new Set<string>()
  const body = `export const ${name} = defineShape({
  name: '${name}', versions: '${fact.validVersions}', flexible: '${fact.flexibleVersions}',
  fields: ${fieldsText(fact.fields, [], { fact, old: undefined, range: spec(fact.validVersions), words })},
})

export interface ${name}Message extends MessageOf<typeof ${name}> {}
`
  return `/** ${about[name] ?? `${name}.`} */\n${imports(body, words, ['defineShape'], ['MessageOf'])}\n\n${body}`
}

const kebab = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()

function main([facts, ...only]: readonly string[]): void {
  if (facts === undefined) throw new Error('usage: draft-messages FACTS [NAME ...]')
  const wanted = (name: string): boolean => only.length === 0 || only.includes(name)
  const write = (room: string, name: string, text: string): void => {
    if (!wanted(name)) return
    const folder = join(__dirname, '..', 'src', 'protocol', room)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${kebab(name)}.ts`), text)
  }
  const rpc = factsOf(facts, '4.4', 'rpc')
  const rpc39 = factsOf(facts, '3.9', 'rpc')
  for (const name of brokerApis(rpc)) write('messages', name, apiText(name, rpc, rpc39))
  for (const kind of ['group-records', 'transaction-records', 'share-records']) {
    const records = factsOf(facts, '4.4', kind)
    for (const name of records.keys()) {
      if (name.endsWith('Key')) write('internal', name.slice(0, -3), recordText(name.slice(0, -3), records))
    }
  }
  for (const name of ['ConsumerProtocolSubscription', 'ConsumerProtocolAssignment']) {
    const fact = rpc.get(name)
    if (fact !== undefined) write('embedded', name, shapeText(name, fact))
  }
}

main(process.argv.slice(2))
