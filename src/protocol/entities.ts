/** What the values of Kafka's resource and coordinator types name: ConfigResource.Type, ResourceType, CoordinatorType. */
import type { EntityBySibling } from './schema'

/** Of configs; brokers (4), broker loggers (8) and client metrics (16) are named by other things. */
export const configResources = { 2: 'topicName', 32: 'groupId' } as const satisfies EntityBySibling['of']
/** Of ACLs; the cluster (4), delegation tokens (6) and users (7) are not names of ours. */
export const aclResources = {
  2: 'topicName',
  3: 'groupId',
  5: 'transactionalId',
} as const satisfies EntityBySibling['of']
/** Of FindCoordinator; the key of a share coordinator (2) is a compound of group, topic id and partition. */
export const coordinatorKeys = { 0: 'groupId', 1: 'transactionalId' } as const satisfies EntityBySibling['of']
