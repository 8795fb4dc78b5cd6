/** Client quotas: altered, described, validated, in the order of Kafka's checks (KIP-546). */
import { AlterClientQuotas } from '../../../src/protocol/messages/alter-client-quotas'
import { DescribeClientQuotas } from '../../../src/protocol/messages/describe-client-quotas'
import { published } from '../published'
import { type Scenario, eachVersion } from '../scenario'
import type { Subject } from '../subject'

type Entity = readonly (readonly [entityType: string, entityName: string | null])[]
type Op = readonly [key: string, value: number, remove?: boolean]
/** Match type 0 is exact, 1 the default, 2 any that was named. */
type Component = readonly [entityType: string, matchType: number, match: string | null]

function entry(entity: Entity, ops: readonly Op[]) {
  return {
    entity: entity.map(([entityType, entityName]) => ({ entityType, entityName })),
    ops: ops.map(([key, value, remove = false]) => ({ key, value, remove })),
  }
}

const entryOf = (entity: Entity, ...ops: Op[]) => entry(entity, ops)

/** Kafka tells rows in no order. */
const sorted = <T>(rows: readonly T[]) => [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

function asker(subject: Subject, alterVersion?: number, describeVersion?: number) {
  let isAltered = false
  const alter = async (entries: ReturnType<typeof entry>[], validateOnly = false) => {
    subject.exercised.add(`${AlterClientQuotas.key} ${alterVersion ?? subject.newest(AlterClientQuotas)}`)
    isAltered = true
    const reply = await subject.quiet(AlterClientQuotas, { entries, validateOnly }, alterVersion)
    subject.note(`altered ${JSON.stringify(entries)}`, { ...reply, entries: sorted(reply.entries) })
  }
  const describe = async (components: readonly Component[], strict = false) => {
    const asked = components.map(([entityType, matchType, match]) => ({ entityType, matchType, match }))
    if (isAltered) await published(subject)
    isAltered = false
    const reply = await subject.quiet(DescribeClientQuotas, { components: asked, strict }, describeVersion)
    subject.exercised.add(`${DescribeClientQuotas.key} ${describeVersion ?? subject.newest(DescribeClientQuotas)}`)
    subject.note(`described ${JSON.stringify(components)}${strict ? ' strictly' : ''}`, {
      ...reply,
      entries:
        reply.entries && sorted(reply.entries.map(row => ({ entity: sorted(row.entity), values: sorted(row.values) }))),
    })
  }
  return { alter, describe }
}

const entities: readonly Entity[] = [
  [],
  [['', 'x']],
  [['nonsense', 'x']],
  [['user', '']],
  [['client-id', '']],
  [
    ['user', 'a'],
    ['user', 'b'],
  ],
  [
    ['user', 'a'],
    ['ip', '127.0.0.1'],
  ],
  [
    ['client-id', 'a'],
    ['ip', '127.0.0.1'],
  ],
  [['ip', 'no such host.']],
  [['ip', '1.2.3']],
  [['ip', '999.1.1.1']],
  [['ip', '1.65536']],
  [['ip', '1.16777216']],
  [['ip', '4294967296']],
  [['ip', '4294967295']],
  [['ip', '::1']],
  [['ip', '']],
]

async function refusesEntities(subject: Subject, version: number): Promise<void> {
  const { alter } = asker(subject, version)
  for (const entity of entities) await alter([entryOf(entity, ['producer_byte_rate', 1])])
  for (const entity of entities) await alter([entryOf(entity, ['connection_creation_rate', 1])])
  for (const entity of entities) await alter([entryOf(entity)])
  for (const [entity, key] of [
    [[['user', 'b']], 'producer_byte_rate'],
    [[['ip', '1.2.3']], 'connection_creation_rate'],
    [[['ip', '::1']], 'connection_creation_rate'],
  ] as const) {
    await alter([entryOf(entity, [key, 0, true])])
  }
}

async function refusesKeys(subject: Subject, version: number): Promise<void> {
  const { alter, describe } = asker(subject, version)
  const user: Entity = [['user', subject.name('u')]]
  const keys = [
    'producer_byte_rate',
    'consumer_byte_rate',
    'request_percentage',
    'controller_mutation_rate',
    'connection_creation_rate',
    'SCRAM-SHA-256',
    '',
    'nonsense',
  ]
  for (const key of keys) {
    for (const value of [1, 0, -1, 0.5, 1.5, 1e-7, 9.3e18, Number.NaN, Number.POSITIVE_INFINITY]) {
      await alter([entryOf(user, [key, value])], true)
    }
    await alter([entryOf(user, [key, 0, true])])
    await alter([entryOf([['ip', '10.0.0.1']], [key, 1.5])], true)
    await alter([entryOf([['ip', '10.0.0.1']], [key, 5])], true)
  }
  await describe([['user', 0, subject.name('u')]])
  await alter([entryOf(user, ['producer_byte_rate', 1], ['producer_byte_rate', 2])])
  await alter([entryOf(user, ['producer_byte_rate', 7], ['nonsense', 2])])
  await alter([entryOf(user, ['producer_byte_rate', 1]), entryOf(user, ['producer_byte_rate', 2])])
  await alter([
    entryOf(user, ['producer_byte_rate', 3]),
    entryOf(user, ['consumer_byte_rate', 4]),
    entryOf([['x', 'y']]),
  ])
  await describe([['user', 0, subject.name('u')]])
  await alter([entryOf(user, ['producer_byte_rate', 0, true], ['consumer_byte_rate', 0, true])])
  await describe([['user', 0, subject.name('u')]])
  await alter([])
}

/** Filters, given the name of a user and of a client. */
const filters = (user: string, client: string, nobody: string): readonly (readonly Component[])[] => [
  [],
  [['user', 0, user]],
  [['user', 1, null]],
  [['user', 2, null]],
  [['client-id', 0, client]],
  [['client-id', 1, null]],
  [['client-id', 2, null]],
  [
    ['user', 0, user],
    ['client-id', 0, client],
  ],
  [
    ['user', 2, null],
    ['client-id', 1, null],
  ],
  [
    ['user', 0, user],
    ['user', 0, user],
  ],
  [['ip', 2, null]],
  [['ip', 0, '10.1.2.3']],
  [['ip', 1, null]],
  [
    ['ip', 2, null],
    ['user', 2, null],
  ],
  [['nonsense', 2, null]],
  [['', 2, null]],
  [['user', 0, null]],
  [['user', 0, '']],
  [['user', 1, 'x']],
  [['user', 2, 'x']],
  [['user', 3, null]],
  [['user', -1, null]],
  [['user', 0, nobody]],
  [
    ['nonsense', 2, null],
    ['user', 0, null],
  ],
]

async function matches(subject: Subject, version: number): Promise<void> {
  const { alter, describe } = asker(subject, undefined, version)
  const [user, client] = [subject.name('u'), subject.name('c')]
  const all: readonly Entity[] = [
    [['user', user]],
    [['user', null]],
    [['client-id', client]],
    [['client-id', null]],
    [
      ['user', user],
      ['client-id', client],
    ],
    [
      ['client-id', null],
      ['user', user],
    ],
    [
      ['user', null],
      ['client-id', client],
    ],
    [
      ['user', null],
      ['client-id', null],
    ],
    [['ip', '10.1.2.3']],
    [['ip', null]],
  ]
  for (const [at, entity] of all.entries()) {
    const key = entity[0]?.[0] === 'ip' ? 'connection_creation_rate' : 'request_percentage'
    await alter([entryOf(entity, [key, at + 1001])])
  }
  for (const strict of [false, true])
    for (const list of filters(user, client, subject.name('nobody'))) await describe(list, strict)
  for (const entity of all) {
    const key = entity[0]?.[0] === 'ip' ? 'connection_creation_rate' : 'request_percentage'
    await alter([entryOf(entity, [key, 0, true])])
  }
  await describe([])
}

export const quotaScenarios: readonly Scenario[] = [
  eachVersion(AlterClientQuotas, 'configs of quotas: entities', refusesEntities),
  eachVersion(AlterClientQuotas, 'configs of quotas: keys', refusesKeys),
  eachVersion(DescribeClientQuotas, 'configs of quotas: matched', matches),
]
