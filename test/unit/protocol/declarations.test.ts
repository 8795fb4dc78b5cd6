/** Holds every declaration to what Kafka 4.4 and 3.9 declare, where those facts are at hand, and to recorded hashes always. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { allRecords, allShapes } from '../../../scripts/all-shapes'
import { checkSchemas } from '../../../scripts/check-schemas'
import { compareShape } from '../../../scripts/compare-schemas'
import { type Fact, type FactField, factsFolder } from '../../../scripts/facts'
import { wireHashes } from '../../../scripts/wire-hashes'
import { apiOf, apis } from '../../../src/protocol/messages/index'
import { array, defineShape, type Fields, int32, int64, type Shape, string } from '../../../src/protocol/schema'

const golden = resolve(__dirname, '..', '..', 'golden', 'wire-hashes.json')
const recordedHashes = JSON.parse(readFileSync(golden, 'utf8')) as Record<string, string>
const facts = factsFolder(resolve(__dirname, '..', '..', '..'))

describe('declarations', () => {
  if (facts === null) {
    test('NOT compared with the facts of Kafka, whose folder is absent here: only hashes are checked', () => {
      expect(Object.keys(recordedHashes)).toHaveLength(allShapes.length)
    })
  } else {
    test('are those of Kafka 4.4 and 3.9, field by field', () => {
      const { problems, fields, shapes } = checkSchemas(facts)
      expect(problems).toEqual([])
      const compared = new Set(shapes)
      for (const shape of allShapes) expect(compared).toContain(`4.4 ${shape.name}`)
      expect(allShapes).toHaveLength(79 * 2 + allRecords.length * 2 + 2)
      expect(shapes.filter(name => name.startsWith('3.9')).length).toBeGreaterThanOrEqual(140)
      expect(fields).toBeGreaterThan(2500)
    })
  }

  test('have the wire format that was recorded', () => {
    // After a change that is meant, `scripts/wire-hashes.ts` records anew.
    expect(wireHashes(allShapes)).toEqual(recordedHashes)
  })

  test('have one key each', () => {
    expect(new Set(apis.map(api => api.key)).size).toBe(79)
    expect(apis.every(api => apiOf(api.key) === api)).toBe(true)
    expect(apiOf(4)).toBeUndefined()
  })
})

describe('the comparison finds', () => {
  const id = int32({ default: -1 })
  const nameWords = { versions: '1+', nullable: '1+', tagged: '2+', tag: 0, ignorable: true } as const
  const name = string({ ...nameWords, entity: 'topicName' })
  const list = array({ at: int64() })
  const fields: Fields = { id, name, list }
  const theirs: readonly FactField[] = [
    { name: 'Id', type: 'int32', versions: '0+', default: '-1' },
    {
      name: 'Name',
      type: 'string',
      versions: '1+',
      nullableVersions: '1+',
      taggedVersions: '2+',
      tag: 0,
      entityType: 'topicName',
      ignorable: true,
    },
    { name: 'List', type: '[]Item', versions: '0+', fields: [{ name: 'At', type: 'int64', versions: '0+' }] },
  ]
  const fact: Fact = { type: 'request', name: 'Sample', validVersions: '0-2', flexibleVersions: '2+', fields: theirs }
  const sample = (changed: Fields, versions: Shape['versions'] = '0-2', flexible: Shape['flexible'] = '2+'): Shape =>
    defineShape({ name: 'Sample', versions, flexible, fields: changed })
  const problemsOf = (shape: Shape): string[] => {
    const found = { problems: [], fields: 0 }
    compareShape(shape, fact, { name: '4.4', isNewest: true }, found)
    return found.problems
  }

  test('nothing where both agree', () => {
    expect(problemsOf(sample(fields))).toEqual([])
  })

  test.each<[string, Shape]>([
    ['another type', sample({ ...fields, id: int64({ default: -1 }) })],
    ['another default', sample({ ...fields, id: int32() })],
    ['another range', sample({ ...fields, id: int32({ default: -1, versions: '1+' }) })],
    ['another nullability', sample({ ...fields, id: int32({ default: -1, nullable: '2+' }) })],
    ['another tag', sample({ ...fields, name: string({ ...nameWords, tag: 1, entity: 'topicName' }) })],
    ['a missing entity', sample({ ...fields, name: string(nameWords) })],
    ['a missing field', sample({ id, name })],
    ['a field too many', sample({ ...fields, more: int32() })],
    ['another order', sample({ name, id, list })],
    ['a change inside a list', sample({ ...fields, list: array({ at: int32() }) })],
    ['another newest version', sample(fields, '0-3')],
    ['other flexible versions', sample(fields, '0-2', '1+')],
  ])('%s', (_what, shape) => {
    expect(problemsOf(shape)).not.toEqual([])
  })
})
