/**
 * Records of an Apache Kafka's metadata log that are looked at, by their number. All that Kafka 4.4 knows are of version 0; of those
 * that are not here only the numbers are known.
 */
import { array, bool, bytes, float64, int16, int32, int64, int8, string, uuid, type Shape } from '../../protocol/schema'

const shape = <const F extends Shape['fields']>(name: string, fields: F): Shape<F> => ({
  name,
  versions: '0',
  flexible: '0+',
  fields,
})

export const kafkaRecords = {
  topic: shape('TopicRecord', { name: string(), topicId: uuid() }),
  config: shape('ConfigRecord', {
    resourceType: int8(),
    resourceName: string(),
    name: string(),
    value: string({ nullable: '0+' }),
  }),
  removeTopic: shape('RemoveTopicRecord', { topicId: uuid() }),
  token: shape('DelegationTokenRecord', {
    owner: string(),
    requester: string(),
    renewers: array(string()),
    issueTimestamp: int64(),
    maxTimestamp: int64(),
    expirationTimestamp: int64(),
    tokenId: string(),
  }),
  scram: shape('UserScramCredentialRecord', {
    name: string(),
    mechanism: int8(),
    salt: bytes(),
    storedKey: bytes(),
    serverKey: bytes(),
    iterations: int32(),
  }),
  feature: shape('FeatureLevelRecord', { name: string(), featureLevel: int16() }),
  quota: shape('ClientQuotaRecord', {
    entity: array({ entityType: string(), entityName: string({ nullable: '0+' }) }),
    key: string(),
    value: float64(),
    remove: bool(),
  }),
  producerIds: shape('ProducerIdsRecord', { brokerId: int32(), brokerEpoch: int64(), nextProducerId: int64() }),
  acl: shape('AccessControlEntryRecord', {
    id: uuid(),
    resourceType: int8(),
    resourceName: string(),
    patternType: int8(),
    principal: string(),
    host: string(),
    operation: int8(),
    permissionType: int8(),
  }),
  removeAcl: shape('RemoveAccessControlEntryRecord', { id: uuid() }),
  removeScram: shape('RemoveUserScramCredentialRecord', { name: string(), mechanism: int8() }),
  removeToken: shape('RemoveDelegationTokenRecord', { tokenId: string() }),
} as const

export type KafkaRecordKind = keyof typeof kafkaRecords

export const kindOfRecord: ReadonlyMap<number, KafkaRecordKind> = new Map([
  [2, 'topic'],
  [4, 'config'],
  [9, 'removeTopic'],
  [10, 'token'],
  [11, 'scram'],
  [12, 'feature'],
  [14, 'quota'],
  [15, 'producerIds'],
  [18, 'acl'],
  [19, 'removeAcl'],
  [22, 'removeScram'],
  [26, 'removeToken'],
])

/** `PartitionRecord` begins with the partition and the id of its topic, in every version. */
export const partitionRecord = 3

/** What stands between the first two counts when the last one comes, and never was when the third does (KIP-868). */
export const transactionRecords = { begin: 23, end: 24, abort: 25 } as const

/** Numbers above are of a Kafka to come; those up to it are about brokers, controllers and replicas, which are not the ones here. */
export const knownRecordMax = 29
