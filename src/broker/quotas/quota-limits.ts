/** Which of the stored quotas bounds a client: the most particular one that has the key (KIP-55). */
import { quotaEntityId } from '../../metadata/users/quotas'
import type { StoredQuota, Table } from '../../metadata/image/tables'

export const quotaKeys = [
  'producer_byte_rate',
  'consumer_byte_rate',
  'request_percentage',
  'controller_mutation_rate',
] as const
export type QuotaKey = (typeof quotaKeys)[number]

export interface Limit {
  readonly key: QuotaKey
  readonly perSecond: number
  /** The same text for all who share this quota. */
  readonly sharedBy: string
}

export type Limits = { readonly [K in QuotaKey]?: Limit }

/** Entities from the most particular to the most general. Who is bounded by a user's quota shares it with all of his clients. */
function entitiesOf(user: string, clientId: string): { id: string; sharedBy: string }[] {
  const both = JSON.stringify([user, clientId])
  const [ofUser, ofClient] = [JSON.stringify([user, null]), JSON.stringify([null, clientId])]
  const row = (sharedBy: string, ...kinds: [string, string | null][]) => ({
    id: quotaEntityId(new Map(kinds)),
    sharedBy,
  })
  return [
    row(both, ['user', user], ['client-id', clientId]),
    row(both, ['user', user], ['client-id', null]),
    row(ofUser, ['user', user]),
    row(both, ['user', null], ['client-id', clientId]),
    row(both, ['user', null], ['client-id', null]),
    row(ofUser, ['user', null]),
    row(ofClient, ['client-id', clientId]),
    row(ofClient, ['client-id', null]),
  ]
}

export function limitsOf(table: Table<StoredQuota>, user: string, clientId: string): Limits {
  const limits: { [K in QuotaKey]?: Limit } = {}
  for (const { id, sharedBy } of entitiesOf(user, clientId)) {
    const quota = table.get(id)
    if (!quota) continue
    for (const key of quotaKeys) {
      const perSecond = quota[key]
      if (perSecond !== undefined) limits[key] ??= { key, perSecond, sharedBy }
    }
  }
  return limits
}

/** New connections a second that an address may make (KIP-612); undefined where nobody set a quota. */
export function connectionRateOf(table: Table<StoredQuota>, address: string): number | undefined {
  if (table.size === 0) return undefined
  const of = (name: string | null) => table.get(quotaEntityId(new Map([['ip', name]])))?.['connection_creation_rate']
  return of(address) ?? of(null)
}
