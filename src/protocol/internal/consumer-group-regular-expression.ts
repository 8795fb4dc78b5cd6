/** Topics that a regular expression of a consumer group resolved to (KIP-848). */

import { array, defineRecord, int64, string, type RecordKeyOf, type RecordValueOf } from '../schema'

export const ConsumerGroupRegularExpressionRecord = defineRecord({
  type: 16,
  name: 'ConsumerGroupRegularExpression',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }), regularExpression: string() },
  value: { topics: array(string()), version: int64(), timestamp: int64() },
})

export interface ConsumerGroupRegularExpressionKey extends RecordKeyOf<typeof ConsumerGroupRegularExpressionRecord> {}
export interface ConsumerGroupRegularExpressionValue
  extends RecordValueOf<typeof ConsumerGroupRegularExpressionRecord> {}
