/**
 * FindCoordinator (10): which broker looks after a group or a transactional id. v1: transactions (KIP-98); v3: flexible;
 * v4: many keys (KIP-699); v6: share groups (KIP-932). The internal topic behind it is created when it is first needed.
 */
import { partitionOfKey } from '../../metadata/topics/internal-topics'
import { errors, type ErrorName, Refusal } from '../../protocol/errors'
import { FindCoordinator } from '../../protocol/messages/find-coordinator'
import type { Call } from '../../call/call'
import { type Broker, defineHandler } from '../broker'
import { shareCoordinatorKey } from '../share-key'

interface Found {
  readonly error: ErrorName
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

const keyTypes = { group: 0, transaction: 1, share: 2 } as const

const internalTopics: ReadonlyMap<number, string> = new Map([
  [keyTypes.group, '__consumer_offsets'],
  [keyTypes.transaction, '__transaction_state'],
  [keyTypes.share, '__share_group_state'],
])

const findsMany = (version: number): boolean => version >= 4
const findsShares = (version: number): boolean => version >= 6

const nowhere = (error: ErrorName): Found => ({ error, nodeId: -1, host: '', port: -1 })

export const findCoordinator = defineHandler({
  api: FindCoordinator,
  serves: '0-6',
  access: [
    { own: 'group', may: 'DESCRIBE' },
    { own: 'transactionalId', may: 'DESCRIBE' },
    { own: 'cluster', may: 'CLUSTER_ACTION' },
  ],
  refuseAll: (request, errorCode, message, { version }) => ({
    // In the form with many keys there is no place for an error of the whole.
    ...(findsMany(version) ? {} : { errorCode, errorMessage: message, nodeId: -1, host: '', port: -1 }),
    coordinators: request.coordinatorKeys.map(key => ({
      key,
      nodeId: -1,
      host: '',
      port: -1,
      errorCode,
      errorMessage: message,
    })),
  }),

  async handle(broker, call, request) {
    const { key, keyType, coordinatorKeys } = request
    if (!findsMany(call.version)) {
      const { error, ...node } = await find(broker, call, keyType, key)
      // Kafka calls success by its name here, and nowhere else.
      const errorMessage = error === 'NONE' ? error : errors[error].says
      return { errorCode: errors[error].code, errorMessage, ...node, coordinators: [] }
    }
    const coordinators = []
    for (const each of coordinatorKeys) {
      const { error, ...node } = await find(broker, call, keyType, each)
      const errorMessage = internalTopics.has(keyType) ? '' : errors[error].says
      coordinators.push({ key: each, errorCode: errors[error].code, errorMessage, ...node })
    }
    return { errorCode: 0, errorMessage: null, nodeId: 0, host: '', port: 0, coordinators }
  },
})

async function find(broker: Broker, call: Call, keyType: number, key: string): Promise<Found> {
  const topic = internalTopics.get(keyType)
  if (topic === undefined) return nowhere('INVALID_REQUEST')
  const isOfGroup = keyType === keyTypes.group
  if (isOfGroup && !broker.access.isAllowed(call, 'DESCRIBE', 'group', key)) {
    return nowhere('GROUP_AUTHORIZATION_FAILED')
  }
  const isOfTransaction = keyType === keyTypes.transaction
  if (isOfTransaction && !broker.access.isAllowed(call, 'DESCRIBE', 'transactionalId', key)) {
    return nowhere('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
  }
  let filedUnder: string | null = key
  if (
    keyType === keyTypes.share &&
    findsShares(call.version) &&
    !broker.access.isAllowedOnCluster(call, 'CLUSTER_ACTION')
  ) {
    throw new Refusal('CLUSTER_AUTHORIZATION_FAILED', 'CLUSTER_ACTION on the cluster is needed.')
  }
  if (keyType === keyTypes.share) filedUnder = findsShares(call.version) ? shareCoordinatorKey(key) : null
  if (filedUnder === null) return nowhere('INVALID_REQUEST')
  await broker.ensureInternalTopic(topic)
  const partition = partitionOfKey(broker.image().topic(topic), filedUnder)
  if (!partition) return nowhere('COORDINATOR_NOT_AVAILABLE')
  const { index, leader } = partition
  // Who asked a broker whose disk has failed would be sent back here, again and again.
  if (leader === -1 || broker.partitions.isOffline(topic, index)) return nowhere('COORDINATOR_NOT_AVAILABLE')
  return { error: 'NONE', nodeId: leader, ...broker.advertised(call, leader) }
}
