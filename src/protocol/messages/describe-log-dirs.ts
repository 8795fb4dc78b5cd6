/**
 * DescribeLogDirs (35): log directories with the sizes of their replicas (KIP-113).
 *
 * v2: flexible encoding.
 * v3: tells errorCode; KIP-784.
 * v4: tells totalBytes, usableBytes; KIP-827.
 * v5: tells isCordoned; KIP-1066.
 */

import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int64,
  string,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const DescribeLogDirs = defineApi({
  key: 35,
  name: 'DescribeLogDirs',
  versions: '0-5',
  flexible: '2+',
  request: {
    topics: array({ topic: string({ entity: 'topicName' }), partitions: array(int32()) }, { nullable: '0+' }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16({ versions: '3+', ignorable: true }),
    results: array({
      errorCode: int16(),
      logDir: string(),
      topics: array({
        name: string({ entity: 'topicName' }),
        partitions: array({ partitionIndex: int32(), partitionSize: int64(), offsetLag: int64(), isFutureKey: bool() }),
      }),
      totalBytes: int64({ versions: '4+', default: -1, ignorable: true }),
      usableBytes: int64({ versions: '4+', default: -1, ignorable: true }),
      isCordoned: bool({ versions: '5+', default: false, ignorable: true }),
    }),
  },
})

export interface DescribeLogDirsRequest extends RequestOf<typeof DescribeLogDirs> {}
export interface DescribeLogDirsResponse extends ResponseOf<typeof DescribeLogDirs> {}
export interface DescribeLogDirsReply extends ResponseDraft<typeof DescribeLogDirs> {}
