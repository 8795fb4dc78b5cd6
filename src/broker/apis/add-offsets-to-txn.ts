/**
 * AddOffsetsToTxn (25) adds the offsets of a group to a transaction: the partition of `__consumer_offsets` that remembers
 * them (KIP-98). v2: PRODUCER_FENCED (KIP-588); v3: flexible; v4: TRANSACTION_ABORTABLE (KIP-890).
 */
import { groupMetadataTopic } from '../../metadata/topics/internal-topics'
import { AddOffsetsToTxn } from '../../protocol/messages/add-offsets-to-txn'
import { defineHandler } from '../broker'
import { codeFor } from '../transaction-errors'

export const addOffsetsToTxn = defineHandler({
  api: AddOffsetsToTxn,
  serves: '0-4',
  access: [
    { one: 'transactionalId', may: 'WRITE', named: request => request.transactionalId },
    { one: 'group', may: 'READ', named: request => request.groupId },
  ],

  async handle(broker, { version }, { groupId, ...ask }) {
    try {
      await broker.ensureInternalTopic(groupMetadataTopic)
      const partitions = [{ topic: groupMetadataTopic, partition: broker.groups.partitionOf(groupId) }]
      await broker.transactions.add({ ...ask, partitions }, 0)
      return { errorCode: 0 }
    } catch (error) {
      return { errorCode: codeFor(error, version, { fenced: 2, abortable: 4 }) }
    }
  },
})
