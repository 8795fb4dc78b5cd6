/** DescribeClientQuotas (48) tells the quotas that a filter finds (KIP-546). v1: flexible. */
import { quotasFound } from '../../metadata/describe-quotas'
import { DescribeClientQuotas } from '../../protocol/messages/describe-client-quotas'
import { defineHandler } from '../broker'

export const describeClientQuotas = defineHandler({
  api: DescribeClientQuotas,
  serves: '0-1',
  access: [{ one: 'cluster', may: 'DESCRIBE_CONFIGS', named: () => 'kafka-cluster' }],
  refuseAll: (_request, errorCode, errorMessage) => ({ errorCode, errorMessage, entries: null }),

  handle(broker, _call, { components, strict }) {
    const entries = quotasFound(broker.image(), components, strict).map(({ entity, quota }) => ({
      entity: Array.from(entity, ([entityType, entityName]) => ({ entityType, entityName })),
      values: Object.entries(quota).map(([key, value]) => ({ key, value })),
    }))
    return { errorCode: 0, errorMessage: '', entries }
  },
})
