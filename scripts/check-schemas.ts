/**
 * Holds src/protocol to the facts of Kafka 4.4 and 3.9: `check-schemas FACTS` prints every difference and fails when there
 * is one. A unit test runs the same where the facts are at hand.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shapeOf } from '../src/protocol/codec'
import { ConsumerProtocolAssignment } from '../src/protocol/embedded/consumer-protocol-assignment'
import { ConsumerProtocolSubscription } from '../src/protocol/embedded/consumer-protocol-subscription'
import { errors, type ErrorEntry } from '../src/protocol/errors'
import { groupRecords, shareRecords, transactionRecords } from '../src/protocol/internal/index'
import { apis } from '../src/protocol/messages/index'
import type { Api, RecordDeclaration } from '../src/protocol/schema'
import { rangeOf, type VersionSpec } from '../src/protocol/versions'
import { compareShape, type Comparison, type Release } from './compare-schemas'
import { brokerApis, type Fact, factsOf } from './facts'

const newest: Release = { name: '4.4', isNewest: true }
const oldest: Release = { name: '3.9', isNewest: false }
/** Early access in 3.9: nobody was served these versions, and 4.4 changed them. */
const unstableIn39 = /^(Share|(Initialize|Read|Write|Delete)ShareGroupState)/

export interface Checked extends Comparison {
  /** `4.4 FetchRequest` for every shape that was compared. */
  readonly shapes: string[]
}

export function checkSchemas(facts: string): Checked {
  const checked: Checked = { problems: [], fields: 0, shapes: [] }
  checkApis(facts, checked)
  checkRecords(facts, checked)
  for (const shape of [ConsumerProtocolSubscription, ConsumerProtocolAssignment]) {
    for (const release of [newest, oldest]) {
      compare(factsOf(facts, release.name, 'rpc').get(shape.name), release, checked, shape)
    }
  }
  checkErrors(facts, checked)
  return checked
}

function compare(
  fact: Fact | undefined,
  release: Release,
  checked: Checked,
  shape: Parameters<typeof compareShape>[0],
): void {
  if (fact === undefined) {
    if (release.isNewest) checked.problems.push(`${shape.name}: Kafka ${release.name} has no such message`)
    return
  }
  compareShape(shape, fact, release, checked)
  checked.shapes.push(`${release.name} ${shape.name}`)
}

function checkApis(facts: string, checked: Checked): void {
  const rpc = factsOf(facts, newest.name, 'rpc')
  const rpc39 = factsOf(facts, oldest.name, 'rpc')
  const missing = brokerApis(rpc).filter(name => !apis.some(api => api.name === name))
  if (missing.length > 0) checked.problems.push(`not declared: ${missing.join(', ')}`)
  for (const api of apis) {
    const served39 = unstableIn39.test(api.name) ? undefined : rpc39.get(`${api.name}Request`)
    checkApi(api, rpc.get(`${api.name}Request`), served39, checked)
    for (const direction of ['request', 'response'] as const) {
      const shape = shapeOf(api, direction)
      compare(rpc.get(shape.name), newest, checked, shape)
      if (served39 !== undefined) compare(rpc39.get(shape.name), oldest, checked, shape)
    }
  }
}

/** Key, the lowest version that either release serves, and what is not stable yet. */
function checkApi(api: Api, fact: Fact | undefined, fact39: Fact | undefined, checked: Checked): void {
  if (fact === undefined) return
  const lowest = [fact, fact39].map(each =>
    each === undefined ? Infinity : rangeOf(each.validVersions as VersionSpec).min,
  )
  const facts = {
    key: fact.apiKey,
    min: Math.min(...lowest),
    unstable: fact.latestVersionUnstable === true ? String(rangeOf(api.versions).max) : undefined,
  }
  const ours = { key: api.key, min: rangeOf(api.versions).min, unstable: api.unstable }
  if (JSON.stringify(ours) !== JSON.stringify(facts)) {
    checked.problems.push(`${api.name}: ${JSON.stringify(ours)} should be ${JSON.stringify(facts)}`)
  }
}

function checkRecords(facts: string, checked: Checked): void {
  const kinds: [string, readonly RecordDeclaration[]][] = [
    ['group-records', groupRecords],
    ['transaction-records', transactionRecords],
    ['share-records', shareRecords],
  ]
  for (const [kind, records] of kinds) {
    const known = factsOf(facts, newest.name, kind)
    const missing = [...known.keys()].filter(
      name => !records.some(({ key, value }) => key.name === name || value.name === name),
    )
    if (missing.length > 0) checked.problems.push(`not declared: ${missing.join(', ')}`)
    for (const record of records) {
      if (known.get(record.key.name)?.apiKey !== record.type)
        checked.problems.push(`${record.name}: type ${record.type}`)
      for (const shape of [record.key, record.value]) {
        compare(known.get(shape.name), newest, checked, shape)
        if (!unstableIn39.test(record.name))
          compare(factsOf(facts, oldest.name, kind).get(shape.name), oldest, checked, shape)
      }
    }
  }
}

function checkErrors(facts: string, checked: Checked): void {
  const rows = readFileSync(join(facts, 'errors.tsv'), 'utf8').trim().split('\n').slice(1)
  const theirs = rows.map(row => row.replaceAll('\t', ' '))
  const entries: [string, ErrorEntry][] = Object.entries(errors)
  const ours = entries.map(([name, { code, retriable }]) => `${code} ${name} ${retriable ? 'yes' : 'no'}`)
  if (ours.join('\n') !== theirs.join('\n')) checked.problems.push('the error catalog is not that of errors.tsv')
}

function main([facts]: readonly string[]): void {
  if (facts === undefined) throw new Error('usage: check-schemas FACTS')
  const { problems, fields, shapes } = checkSchemas(facts)
  for (const problem of problems) process.stdout.write(`${problem}\n`)
  process.stdout.write(`${shapes.length} shapes, ${fields} fields compared, ${problems.length} differences\n`)
  if (problems.length > 0) process.exitCode = 1
}

if (process.argv[1]?.endsWith('/check-schemas.ts')) main(process.argv.slice(2))
