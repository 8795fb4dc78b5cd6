/**
 * Fetch (1): reads record batches, as a consumer or as a replica; long-polls up to maxWaitMs for minBytes.
 *
 * v1: tells throttleTimeMs.
 * v2: message format v1 (KIP-32).
 * v3: asks with maxBytes; KIP-74.
 * v4: asks with isolationLevel; tells lastStableOffset, abortedTransactions; record batches v2, read committed (KIP-98).
 * v5: asks with logStartOffset; tells logStartOffset; KIP-107.
 * v7: asks with sessionId, sessionEpoch, forgottenTopicsData; tells errorCode, sessionId; fetch sessions (KIP-227).
 * v9: asks with currentLeaderEpoch; KIP-320.
 * v10: zstd (KIP-110).
 * v11: asks with rackId; tells preferredReadReplica; KIP-392.
 * v12: asks with clusterId, lastFetchedEpoch; tells divergingEpoch, currentLeader, snapshotId; flexible encoding; KIP-595.
 * v13: asks with topicId; tells topicId; topic ids instead of names (KIP-516).
 * v15: asks with replicaState; KIP-903.
 * v16: tells nodeEndpoints; where the leader moved to (KIP-951).
 * v17: asks with replicaDirectoryId; KIP-853.
 * v18: asks with highWatermark; KIP-1166.
 */

import {
  array,
  defineApi,
  int16,
  int32,
  int64,
  int8,
  records,
  string,
  struct,
  uuid,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const Fetch = defineApi({
  key: 1,
  name: 'Fetch',
  versions: '0-18',
  flexible: '12+',
  request: {
    clusterId: string({ versions: '12+', nullable: '12+', tagged: '12+', tag: 0, default: null, ignorable: true }),
    replicaId: int32({ versions: '0-14', default: -1, entity: 'brokerId' }),
    replicaState: struct(
      { replicaId: int32({ default: -1, entity: 'brokerId' }), replicaEpoch: int64({ default: -1 }) },
      { versions: '15+', tagged: '15+', tag: 1 },
    ),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ versions: '3+', default: 0x7fffffff, ignorable: true }),
    isolationLevel: int8({ versions: '4+', default: 0, ignorable: true }),
    sessionId: int32({ versions: '7+', default: 0, ignorable: true }),
    sessionEpoch: int32({ versions: '7+', default: -1, ignorable: true }),
    topics: array({
      topic: string({ versions: '0-12', ignorable: true, entity: 'topicName' }),
      topicId: uuid({ versions: '13+', ignorable: true, entity: 'topicId', identifies: 'topic' }),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: int32({ versions: '9+', default: -1, ignorable: true }),
        fetchOffset: int64(),
        lastFetchedEpoch: int32({ versions: '12+', default: -1 }),
        logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
        partitionMaxBytes: int32(),
        replicaDirectoryId: uuid({ versions: '17+', tagged: '17+', tag: 0, ignorable: true }),
        highWatermark: int64({
          versions: '18+',
          tagged: '18+',
          tag: 1,
          default: Number.MAX_SAFE_INTEGER,
          ignorable: true,
        }),
      }),
    }),
    forgottenTopicsData: array(
      {
        topic: string({ versions: '7-12', ignorable: true, entity: 'topicName' }),
        topicId: uuid({ versions: '13+', ignorable: true, entity: 'topicId', identifies: 'topic' }),
        partitions: array(int32()),
      },
      { versions: '7+' },
    ),
    rackId: string({ versions: '11+', default: '', ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16({ versions: '7+', ignorable: true }),
    sessionId: int32({ versions: '7+', default: 0 }),
    responses: array({
      topic: string({ versions: '0-12', ignorable: true, entity: 'topicName' }),
      topicId: uuid({ versions: '13+', ignorable: true, entity: 'topicId', identifies: 'topic' }),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        highWatermark: int64(),
        lastStableOffset: int64({ versions: '4+', default: -1, ignorable: true }),
        logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
        divergingEpoch: struct(
          { epoch: int32({ default: -1 }), endOffset: int64({ default: -1 }) },
          { versions: '12+', tagged: '12+', tag: 0 },
        ),
        currentLeader: struct(
          { leaderId: int32({ default: -1, entity: 'brokerId' }), leaderEpoch: int32({ default: -1 }) },
          { versions: '12+', tagged: '12+', tag: 1 },
        ),
        snapshotId: struct(
          { endOffset: int64({ default: -1 }), epoch: int32({ default: -1 }) },
          { versions: '12+', tagged: '12+', tag: 2 },
        ),
        abortedTransactions: array(
          { producerId: int64({ entity: 'producerId' }), firstOffset: int64() },
          { versions: '4+', nullable: '4+', ignorable: true },
        ),
        preferredReadReplica: int32({ versions: '11+', default: -1, entity: 'brokerId' }),
        records: records({ nullable: '0+' }),
      }),
    }),
    nodeEndpoints: array(
      {
        nodeId: int32({ entity: 'brokerId' }),
        host: string(),
        port: int32(),
        rack: string({ nullable: '16+', default: null }),
      },
      { versions: '16+', tagged: '16+', tag: 0 },
    ),
  },
})

export interface FetchRequest extends RequestOf<typeof Fetch> {}
export interface FetchResponse extends ResponseOf<typeof Fetch> {}
export interface FetchReply extends ResponseDraft<typeof Fetch> {}
