/** DescribeClientQuotas (48) tells the quotas that a filter finds (KIP-546). v1: flexible. */
import { quotasFound } from '../../metadata/users/describe-quotas'
import { Refusal } from '../../protocol/errors'
import { DescribeClientQuotas } from '../../protocol/messages/describe-client-quotas'
import { defineHandler } from '../broker'

export const describeClientQuotas = defineHandler({
  api: DescribeClientQuotas,
  serves: '0-1',
  access: [{ own: 'cluster', may: 'DESCRIBE_CONFIGS' }],
  refuseAll: (_request, errorCode, errorMessage) => ({ errorCode, errorMessage, entries: null }),

  handle(broker, call, { components, strict }) {
    // Kafka has no text for it here.
    if (!broker.access.isAllowedOnCluster(call, 'DESCRIBE_CONFIGS')) throw new Refusal('CLUSTER_AUTHORIZATION_FAILED')
    const entries = quotasFound(broker.image(), components, strict).map(({ entity, quota }) => ({
      entity: Array.from(entity, ([entityType, entityName]) => ({ entityType, entityName })),
      values: Object.entries(quota).map(([key, value]) => ({ key, value })),
    }))
    return { errorCode: 0, errorMessage: '', entries }
  },
})
