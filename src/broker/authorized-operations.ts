/** The bit fields in which replies tell what the asking client may do (KIP-430): bit N stands for AclOperation N. */
import type { Call } from '../call/call'
import { clusterName, operationNumbers } from '../security/access-control'
import type { Broker } from './broker'

/** Said when the client did not ask. */
export const notTold = -2147483648

/** Everything there is to do with a resource. */
const all = {
  topic: ['READ', 'WRITE', 'CREATE', 'DELETE', 'ALTER', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  group: ['READ', 'DELETE', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  cluster: ['CREATE', 'ALTER', 'DESCRIBE', 'CLUSTER_ACTION', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS', 'IDEMPOTENT_WRITE'],
} as const

export function operationsOn({ access }: Broker, call: Call, resource: keyof typeof all, name: string): number {
  return all[resource]
    .filter(operation => access.wouldAllow(call, operation, resource, name))
    .reduce((field, operation) => field | (1 << operationNumbers[operation]), 0)
}

/** Whoever may not describe the cluster is told that there is nothing that he may do. */
export function operationsOnCluster(broker: Broker, call: Call): number {
  return broker.access.isAllowedOnCluster(call, 'DESCRIBE') ? operationsOn(broker, call, 'cluster', clusterName) : 0
}
