/** AlterClientQuotas (49) sets and removes quotas of users, client ids and addresses (KIP-546). v1: flexible. */
import { decideAlterQuotas, listedEntity, type QuotaEntity } from '../../metadata/users/quotas'
import { AlterClientQuotas } from '../../protocol/messages/alter-client-quotas'
import { defineHandler } from '../broker'

export const alterClientQuotas = defineHandler({
  api: AlterClientQuotas,
  serves: '0-1',
  access: [{ one: 'cluster', may: 'ALTER_CONFIGS', named: () => 'kafka-cluster' }],
  refuseAll: ({ entries }, errorCode, errorMessage) => ({
    entries: entries.map(({ entity }) => ({ errorCode, errorMessage, entity })),
  }),

  async handle(broker, _call, { entries, validateOnly }) {
    const alterations = entries.map(({ entity, ops }) => ({
      entity: listedEntity(entity),
      operations: ops.map(({ key, value, remove }) => ({ key, value: remove ? null : value })),
    }))
    const outcomes = await broker.metadata.decide(context => decideAlterQuotas(context, alterations), validateOnly)
    return { entries: outcomes.map(({ entity, outcome }) => ({ ...outcome, entity: rowsOf(entity) })) }
  },
})

const rowsOf = (entity: QuotaEntity) => Array.from(entity, ([entityType, entityName]) => ({ entityType, entityName }))
