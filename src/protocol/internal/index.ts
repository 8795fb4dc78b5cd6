/** Every record of Kafka's internal topics, by topic. Types are numbered within a topic. */
import type { RecordDeclaration } from '../schema'
import { ConsumerGroupCurrentMemberAssignmentRecord } from './consumer-group-current-member-assignment'
import { ConsumerGroupMemberMetadataRecord } from './consumer-group-member-metadata'
import { ConsumerGroupMetadataRecord } from './consumer-group-metadata'
import { ConsumerGroupPartitionMetadataRecord } from './consumer-group-partition-metadata'
import { ConsumerGroupRegularExpressionRecord } from './consumer-group-regular-expression'
import { ConsumerGroupTargetAssignmentMemberRecord } from './consumer-group-target-assignment-member'
import { ConsumerGroupTargetAssignmentMetadataRecord } from './consumer-group-target-assignment-metadata'
import { GroupMetadataRecord } from './group-metadata'
import { LegacyOffsetCommitRecord } from './legacy-offset-commit'
import { OffsetCommitRecord } from './offset-commit'
import { ShareGroupCurrentMemberAssignmentRecord } from './share-group-current-member-assignment'
import { ShareGroupMemberMetadataRecord } from './share-group-member-metadata'
import { ShareGroupMetadataRecord } from './share-group-metadata'
import { ShareGroupStatePartitionMetadataRecord } from './share-group-state-partition-metadata'
import { ShareGroupTargetAssignmentMemberRecord } from './share-group-target-assignment-member'
import { ShareGroupTargetAssignmentMetadataRecord } from './share-group-target-assignment-metadata'
import { ShareSnapshotRecord } from './share-snapshot'
import { ShareUpdateRecord } from './share-update'
import { StreamsGroupCurrentMemberAssignmentRecord } from './streams-group-current-member-assignment'
import { StreamsGroupMemberMetadataRecord } from './streams-group-member-metadata'
import { StreamsGroupMetadataRecord } from './streams-group-metadata'
import { StreamsGroupTargetAssignmentMemberRecord } from './streams-group-target-assignment-member'
import { StreamsGroupTargetAssignmentMetadataRecord } from './streams-group-target-assignment-metadata'
import { StreamsGroupTopologyRecord } from './streams-group-topology'
import { TransactionLogRecord } from './transaction-log'

/** Of __consumer_offsets. */
export const groupRecords: readonly RecordDeclaration[] = [
  LegacyOffsetCommitRecord,
  OffsetCommitRecord,
  GroupMetadataRecord,
  ConsumerGroupMetadataRecord,
  ConsumerGroupPartitionMetadataRecord,
  ConsumerGroupMemberMetadataRecord,
  ConsumerGroupTargetAssignmentMetadataRecord,
  ConsumerGroupTargetAssignmentMemberRecord,
  ConsumerGroupCurrentMemberAssignmentRecord,
  ShareGroupMemberMetadataRecord,
  ShareGroupMetadataRecord,
  ShareGroupTargetAssignmentMetadataRecord,
  ShareGroupTargetAssignmentMemberRecord,
  ShareGroupCurrentMemberAssignmentRecord,
  ShareGroupStatePartitionMetadataRecord,
  ConsumerGroupRegularExpressionRecord,
  StreamsGroupMetadataRecord,
  StreamsGroupMemberMetadataRecord,
  StreamsGroupTargetAssignmentMetadataRecord,
  StreamsGroupTargetAssignmentMemberRecord,
  StreamsGroupCurrentMemberAssignmentRecord,
  StreamsGroupTopologyRecord,
]

/** Of __transaction_state. */
export const transactionRecords: readonly RecordDeclaration[] = [TransactionLogRecord]

/** Of __share_group_state. */
export const shareRecords: readonly RecordDeclaration[] = [ShareSnapshotRecord, ShareUpdateRecord]
