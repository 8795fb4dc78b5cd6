/** The stage that asks for leave, and the APIs about access rules behind it. */
import { createAcls } from '../../../src/broker/apis/create-acls'
import { deleteAcls } from '../../../src/broker/apis/delete-acls'
import { describeAcls } from '../../../src/broker/apis/describe-acls'
import { handlers } from '../../../src/broker/apis/index'
import { authorized } from '../../../src/broker/authorized'
import type { Broker } from '../../../src/broker/broker'
import type { Call } from '../../../src/call/call'
import type { Body, Handler } from '../../../src/call/handler'
import { compose, guard } from '../../../src/call/stage'
import { decideCreateAcls } from '../../../src/metadata/users/acls'
import type { Metadata } from '../../../src/metadata/metadata'
import { AccessControl } from '../../../src/security/access-control'
import { openMetadata } from '../../support/metadata'
import { openToAll } from '../../support/handler-bench'

const named = (name: string) => handlers.find(({ api }) => api.name === name)!

const ann = { principal: 'User:ann', connection: { remoteHost: '127.0.0.1' }, version: 3 } as unknown as Call
const about = { resourceType: 2, resourceName: 'orders', patternType: 3, principal: 'User:ann', host: '*' }
const described = { ...about, operation: 8, permissionType: 3 }

function accessOf(metadata: Metadata): AccessControl {
  const options = { superUsers: new Set(['User:root']), allowsWithoutAcl: false }
  return new AccessControl(() => metadata.image.table('acl'), options)
}

async function secured(): Promise<{ metadata: Metadata; access: AccessControl }> {
  const metadata = await openMetadata()
  await metadata.decide(context => decideCreateAcls(context, [described]))
  return { metadata, access: accessOf(metadata) }
}

/** Serves with `handle` in place of the handler's own. */
function served(handler: Handler<Broker>, access: AccessControl, handle: (request: Body) => Body) {
  const answering = { ...handler, handle: (_broker: Broker, _call: Call, request: Body) => handle(request) }
  return compose(answering, {} as Broker, [
    guard((_handler, error) => {
      throw error
    }),
    authorized({ access }),
  ])
}

test('where there is no authorizer, or nothing to ask, there is no stage', async () => {
  const { access } = await secured()
  const next = () => null
  expect(authorized({ access: openToAll })(named('ListOffsets') as Handler<never>, next)).toBe(next)
  expect(authorized({ access })(named('ApiVersions') as Handler<never>, next)).toBe(next)
  expect(authorized({ access })(named('ListOffsets') as Handler<never>, next)).not.toBe(next)
})

test('a request that is denied as a whole is answered in the shape of its API', async () => {
  const { access } = await secured()
  const handle = () => {
    throw new Error('handled')
  }
  expect(served(named('Heartbeat'), access, handle)(ann, { groupId: 'g' })).toEqual({ errorCode: 30 })
  expect(served(named('EndTxn'), access, handle)(ann, { transactionalId: 'x' })).toMatchObject({ errorCode: 53 })
  expect(served(createAcls, access, handle)(ann, { creations: [{}, {}] })).toEqual({
    results: [1, 2].map(() => ({ errorCode: 31, errorMessage: 'ALTER on the cluster is needed.' })),
  })
})

test.each([false, true])(
  'entries that are denied are answered after the others, waited for or not: %s',
  async waits => {
    const { access } = await secured()
    const asked: string[] = []
    const handle = ({ topics }: Body) => {
      asked.push(...topics.map(({ name }: Body) => name))
      const reply = { topics: topics.map(({ name }: Body) => ({ name, partitions: [] })) }
      return waits ? Promise.resolve(reply) : reply
    }
    const topics = ['payments', 'orders'].map(name => ({ name, partitions: [{ partitionIndex: 0 }] }))
    const reply = await served(named('ListOffsets'), access, handle)(ann, { topics })
    expect(asked).toEqual(['orders'])
    expect(reply.topics.map(({ name }: Body) => name)).toEqual(['orders', 'payments'])
    expect(reply.topics[1].partitions[0].errorCode).toBe(29)
  },
)

test('rules are made, told of and taken away', async () => {
  const { metadata, access } = await secured()
  const broker = { metadata, access, image: () => metadata.image } as unknown as Broker
  const call = { ...ann, principal: 'User:root' } as Call
  const creation = { ...about, resourcePatternType: 4, operation: 3, permissionType: 2 }
  expect(await createAcls.handle(broker, call, { creations: [creation, { ...creation, principal: 'ann' }] })).toEqual({
    results: [
      { errorCode: 0, errorMessage: '' },
      { errorCode: 42, errorMessage: expect.stringContaining('Could not parse principal') },
    ],
  })
  const filter = { resourceNameFilter: null, principalFilter: null, hostFilter: null, operation: 1, permissionType: 1 }
  const everything = { ...filter, resourceTypeFilter: 1, patternTypeFilter: 1 }
  const told = await describeAcls.handle(broker, call, everything)
  expect(told.resources.map(({ patternType, acls }: Body) => [patternType, acls.length])).toEqual([
    [3, 1],
    [4, 1],
  ])
  const removed = await deleteAcls.handle(broker, call, { filters: [{ ...everything, patternTypeFilter: 4 }] })
  expect(removed.filterResults[0]).toMatchObject({ errorCode: 0, errorMessage: null, matchingAcls: [{ operation: 3 }] })
  expect(metadata.image.table('acl').size).toBe(1)
})
