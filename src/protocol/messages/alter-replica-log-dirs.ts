/**
 * AlterReplicaLogDirs (34): moves replicas between the log directories of a broker (KIP-113).
 *
 * v2: flexible encoding.
 */

import { array, defineApi, int16, int32, string, type RequestOf, type ResponseDraft, type ResponseOf } from '../schema'

export const AlterReplicaLogDirs = defineApi({
  key: 34,
  name: 'AlterReplicaLogDirs',
  versions: '0-2',
  flexible: '2+',
  request: {
    dirs: array({
      path: string(),
      topics: array({ name: string({ entity: 'topicName' }), partitions: array(int32()) }),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({
      topicName: string({ entity: 'topicName' }),
      partitions: array({ partitionIndex: int32(), errorCode: int16() }),
    }),
  },
})

export interface AlterReplicaLogDirsRequest extends RequestOf<typeof AlterReplicaLogDirs> {}
export interface AlterReplicaLogDirsResponse extends ResponseOf<typeof AlterReplicaLogDirs> {}
export interface AlterReplicaLogDirsReply extends ResponseDraft<typeof AlterReplicaLogDirs> {}
