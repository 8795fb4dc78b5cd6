/** The order in which quotas bind, as Kafka documents it. */
import { limitsOf } from '../../../../src/broker/quotas/quota-limits'
import { quotaEntityId } from '../../../../src/metadata/users/quotas'
import type { StoredQuota } from '../../../../src/metadata/image/tables'

const inOrder: readonly (readonly [string, string | null])[][] = [
  [
    ['user', 'ann'],
    ['client-id', 'app'],
  ],
  [
    ['user', 'ann'],
    ['client-id', null],
  ],
  [['user', 'ann']],
  [
    ['user', null],
    ['client-id', 'app'],
  ],
  [
    ['user', null],
    ['client-id', null],
  ],
  [['user', null]],
  [['client-id', 'app']],
  [['client-id', null]],
]

const tableOf = (rows: readonly (readonly [string, StoredQuota])[]) => new Map(rows)

test.each(inOrder.map((_, at) => at))('the quota at place %d binds when those before it are not set', at => {
  const rows = inOrder.slice(at).map((entity, index) => {
    const quota = { producer_byte_rate: at + index + 1 }
    return [quotaEntityId(new Map(entity)), quota] as const
  })
  const limits = limitsOf(tableOf(rows), 'ann', 'app')
  expect(limits.producer_byte_rate?.perSecond).toBe(at + 1)
  expect(limits.consumer_byte_rate).toBeUndefined()
})

test('clients of a user share what is his, and users of a client what is its', () => {
  const table = tableOf([
    [quotaEntityId(new Map([['user', null]])), { producer_byte_rate: 1 }],
    [quotaEntityId(new Map([['client-id', null]])), { consumer_byte_rate: 2 }],
  ])
  const [one, two] = [limitsOf(table, 'ann', 'a'), limitsOf(table, 'ann', 'b')]
  expect(one.producer_byte_rate?.sharedBy).toBe(two.producer_byte_rate?.sharedBy)
  expect(one.consumer_byte_rate?.sharedBy).not.toBe(two.consumer_byte_rate?.sharedBy)
  expect(limitsOf(table, 'bob', 'a').consumer_byte_rate?.sharedBy).toBe(one.consumer_byte_rate?.sharedBy)
  expect(limitsOf(table, 'bob', 'a').producer_byte_rate?.sharedBy).not.toBe(one.producer_byte_rate?.sharedBy)
})
