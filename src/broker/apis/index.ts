/** Every API this broker serves. ApiVersions, docs, metrics labels and the table of clients are read from here. */
import type { Handler } from '../../call/handler'
import type { Broker } from '../broker'
import { addOffsetsToTxn } from './add-offsets-to-txn'
import { addPartitionsToTxn } from './add-partitions-to-txn'
import { addRaftVoter } from './add-raft-voter'
import { alterClientQuotas } from './alter-client-quotas'
import { alterConfigs } from './alter-configs'
import { alterPartitionReassignments } from './alter-partition-reassignments'
import { alterReplicaLogDirs } from './alter-replica-log-dirs'
import { alterUserScramCredentials } from './alter-user-scram-credentials'
import { apiVersions } from './api-versions'
import { createAcls } from './create-acls'
import { createDelegationToken } from './create-delegation-token'
import { createPartitions } from './create-partitions'
import { createTopics } from './create-topics'
import { deleteAcls } from './delete-acls'
import { deleteGroups } from './delete-groups'
import { deleteRecords } from './delete-records'
import { deleteTopics } from './delete-topics'
import { describeAcls } from './describe-acls'
import { describeClientQuotas } from './describe-client-quotas'
import { describeCluster } from './describe-cluster'
import { describeConfigs } from './describe-configs'
import { describeDelegationToken } from './describe-delegation-token'
import { describeGroups } from './describe-groups'
import { describeLogDirs } from './describe-log-dirs'
import { describeProducers } from './describe-producers'
import { describeQuorum } from './describe-quorum'
import { describeTopicPartitions } from './describe-topic-partitions'
import { describeTransactions } from './describe-transactions'
import { describeUserScramCredentials } from './describe-user-scram-credentials'
import { electLeaders } from './elect-leaders'
import { endTxn } from './end-txn'
import { expireDelegationToken } from './expire-delegation-token'
import { fetch } from './fetch'
import { findCoordinator } from './find-coordinator'
import { getTelemetrySubscriptions } from './get-telemetry-subscriptions'
import { heartbeat } from './heartbeat'
import { incrementalAlterConfigs } from './incremental-alter-configs'
import { initProducerId } from './init-producer-id'
import { joinGroup } from './join-group'
import { leaveGroup } from './leave-group'
import { listConfigResources } from './list-config-resources'
import { listGroups } from './list-groups'
import { listOffsets } from './list-offsets'
import { listPartitionReassignments } from './list-partition-reassignments'
import { listTransactions } from './list-transactions'
import { metadata } from './metadata'
import { offsetCommit } from './offset-commit'
import { offsetDelete } from './offset-delete'
import { offsetFetch } from './offset-fetch'
import { offsetForLeaderEpoch } from './offset-for-leader-epoch'
import { produce } from './produce'
import { pushTelemetry } from './push-telemetry'
import { removeRaftVoter } from './remove-raft-voter'
import { renewDelegationToken } from './renew-delegation-token'
import { saslAuthenticate } from './sasl-authenticate'
import { saslHandshake } from './sasl-handshake'
import { syncGroup } from './sync-group'
import { txnOffsetCommit } from './txn-offset-commit'
import { unregisterBroker } from './unregister-broker'
import { unregisterController } from './unregister-controller'
import { updateFeatures } from './update-features'
import { writeTxnMarkers } from './write-txn-markers'

export const handlers: readonly Handler<Broker>[] = [
  produce,
  fetch,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  findCoordinator,
  joinGroup,
  heartbeat,
  leaveGroup,
  syncGroup,
  describeGroups,
  listGroups,
  saslHandshake,
  apiVersions,
  createTopics,
  deleteTopics,
  deleteRecords,
  initProducerId,
  offsetForLeaderEpoch,
  addPartitionsToTxn,
  addOffsetsToTxn,
  endTxn,
  writeTxnMarkers,
  txnOffsetCommit,
  describeAcls,
  createAcls,
  deleteAcls,
  describeConfigs,
  alterConfigs,
  alterReplicaLogDirs,
  describeLogDirs,
  saslAuthenticate,
  createPartitions,
  createDelegationToken,
  renewDelegationToken,
  expireDelegationToken,
  describeDelegationToken,
  deleteGroups,
  electLeaders,
  incrementalAlterConfigs,
  alterPartitionReassignments,
  listPartitionReassignments,
  offsetDelete,
  describeCluster,
  describeProducers,
  describeTransactions,
  listTransactions,
  listConfigResources,
  describeTopicPartitions,
  describeClientQuotas,
  alterClientQuotas,
  describeUserScramCredentials,
  alterUserScramCredentials,
  describeQuorum,
  updateFeatures,
  unregisterBroker,
  getTelemetrySubscriptions,
  pushTelemetry,
  addRaftVoter,
  removeRaftVoter,
  unregisterController,
]
