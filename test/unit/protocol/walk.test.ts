import { CreateAcls } from '../../../src/protocol/messages/create-acls'
import { DeleteRecords } from '../../../src/protocol/messages/delete-records'
import { DescribeConfigs } from '../../../src/protocol/messages/describe-configs'
import { Fetch } from '../../../src/protocol/messages/fetch'
import { FindCoordinator } from '../../../src/protocol/messages/find-coordinator'
import { Heartbeat } from '../../../src/protocol/messages/heartbeat'
import { apis } from '../../../src/protocol/messages/index'
import { Metadata } from '../../../src/protocol/messages/metadata'
import type { Entity, Fields } from '../../../src/protocol/schema'
import { namesOf, walkerOf } from '../../../src/protocol/walk'
import { zeroUuid } from '../../../src/protocol/wire/uuid'

const inward = (name: string): string => `acme~${name}`
const outward = (name: string): string | null => (name.startsWith('acme~') ? name.slice(5) : null)

function walked<M extends object>(fields: Fields, entity: Entity, message: M, rename: (name: string) => string | null) {
  const walk = walkerOf(fields, entity)
  if (walk === null) throw new Error('names nothing')
  return walk(message, rename)
}

test('names are replaced, and the message given is left as it was', () => {
  const request = { topics: [{ name: 'a', partitions: [{ partitionIndex: 0, offset: 5 }] }], timeoutMs: 1 }
  const out = walked(DeleteRecords.request, 'topicName', request, inward)
  expect(out).toEqual({ topics: [{ name: 'acme~a', partitions: [{ partitionIndex: 0, offset: 5 }] }], timeoutMs: 1 })
  expect(request.topics[0]?.name).toBe('a')
  expect(out?.topics[0]?.partitions).toBe(request.topics[0]?.partitions)
})

test('a message without a change is the same message', () => {
  const request = { topics: [{ name: 'a', partitions: [] }], timeoutMs: 1 }
  expect(walked(DeleteRecords.request, 'topicName', request, name => name)).toBe(request)
})

test('list items with names that are dropped are gone', () => {
  const reply = { topics: [{ name: 'acme~a' }, { name: 'other~b' }, { name: 'acme~c' }] }
  expect(walked(Metadata.response, 'topicName', reply, outward)).toEqual({ topics: [{ name: 'a' }, { name: 'c' }] })
})

test('a dropped name outside of lists drops the message', () => {
  expect(walked(Heartbeat.request, 'groupId', { groupId: 'other~g' }, outward)).toBeNull()
  expect(walked(Heartbeat.request, 'groupId', { groupId: 'acme~g' }, outward)).toEqual({ groupId: 'g' })
})

test('a sibling decides what a resource names', () => {
  const request = {
    resources: [
      { resourceType: 2, resourceName: 'acme~a' },
      { resourceType: 4, resourceName: '1' },
      { resourceType: 2, resourceName: 'other~b' },
      { resourceType: 32, resourceName: 'other~g' },
    ],
  }
  const [own, broker, , group] = request.resources
  expect(walked(DescribeConfigs.request, 'topicName', request, outward)).toEqual({
    resources: [{ ...own, resourceName: 'a' }, broker, group],
  })
  expect(namesOf(CreateAcls.request, 'groupId')?.({ creations: [{ resourceType: 3, resourceName: 'g' }] })).toEqual([
    'g',
  ])
})

test('a field of the struct around a list decides for its elements', () => {
  const names = namesOf(FindCoordinator.request, 'transactionalId')
  expect(names?.({ key: '', keyType: 1, coordinatorKeys: ['t1', 't2'] })).toEqual(['t1', 't2'])
  expect(names?.({ key: '', keyType: 0, coordinatorKeys: ['g'] })).toEqual([])
})

test('names that the version did not carry are left alone', () => {
  const topics = [
    { topic: '', topicId: '1'.repeat(32) },
    { topic: 'b', topicId: zeroUuid },
  ]
  expect(namesOf(Fetch.request, 'topicName')?.({ topics })).toEqual(['b'])
  expect(namesOf(Fetch.request, 'topicId')?.({ topics })).toEqual(['1'.repeat(32)])
})

test('null and missing fields are passed over', () => {
  expect(namesOf(Metadata.request, 'topicName')?.({ topics: null })).toEqual([])
  expect(namesOf(Metadata.request, 'topicName')?.({})).toEqual([])
})

test('messages that name nothing have no walk', () => {
  expect(walkerOf(Heartbeat.response, 'topicName')).toBeNull()
  expect(namesOf(Heartbeat.response, 'groupId')).toBeNull()
})

test('a topic id with a name beside it says which', () => {
  const check = (fields: Fields, path: string): number =>
    Object.entries(fields).reduce((sum, [name, field]) => {
      const inner = field.fields ?? field.element?.fields
      const { identifies } = field.options
      if (identifies !== undefined) {
        expect({ path, named: fields[identifies]?.options.entity }).toEqual({ path, named: 'topicName' })
      }
      return sum + (identifies === undefined ? 0 : 1) + (inner === undefined ? 0 : check(inner, `${path}.${name}`))
    }, 0)
  const count = apis.reduce((sum, api) => sum + check(api.request, api.name) + check(api.response, api.name), 0)
  expect(count).toBeGreaterThan(20)
})
