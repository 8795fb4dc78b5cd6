/**
 * TxnOffsetCommit (28): a group's offsets, which count when the producer's transaction commits (KIP-98). v2: leader epoch
 * (KIP-320); v3: of a member and its generation (KIP-447), flexible; v4: TRANSACTION_ABORTABLE; v5: offsets join the
 * transaction by themselves (KIP-890); v6: topics by id (KIP-1319).
 */
import type { CommitTopic, CommittedTopic } from '../../coordinator/group/offsets/commit'
import { groupMetadataTopic, transactionStateTopic } from '../../metadata/topics/internal-topics'
import { Refusal } from '../../protocol/errors'
import { TxnOffsetCommit, type TxnOffsetCommitRequest } from '../../protocol/messages/txn-offset-commit'
import { type Broker, defineHandler } from '../broker'
import { answerAll, mergeCommitted, sortCommits } from '../commit-topics'
import { codeFor } from '../transaction-errors'

const joinsByItself = (version: number): boolean => version >= 5

export const txnOffsetCommit = defineHandler({
  api: TxnOffsetCommit,
  serves: '0-6',
  access: [
    { one: 'transactionalId', may: 'WRITE', named: request => request.transactionalId },
    { one: 'group', may: 'READ', named: request => request.groupId },
    { own: 'topic', may: 'READ' },
  ],
  entries: { request: 'topics', response: 'topics', refuse: answerAll },

  async handle(broker, call, request) {
    const { version } = call
    const { refused, valid } = sortCommits(broker, call, request.topics, version >= 6)
    if (valid.length === 0) return { topics: refused }
    const topics = valid.map(topic => ({
      ...topic,
      partitions: topic.partitions.map(partition => ({ ...partition, commitTimestamp: -1 })),
    }))
    return { topics: mergeCommitted(refused, await commit(broker, version, request, topics)) }
  },
})

async function commit(
  broker: Broker,
  version: number,
  request: TxnOffsetCommitRequest,
  topics: readonly CommitTopic[],
): Promise<readonly CommittedTopic[]> {
  try {
    if (request.groupId === '') throw new Refusal('INVALID_GROUP_ID')
    await join(broker, version, request)
    const { groupId, memberId, groupInstanceId, producerId, producerEpoch } = request
    const generation = request.generationIdOrMemberEpoch
    const ask = { groupId, memberId, groupInstanceId, generation, retentionTimeMs: -1, version: 0, topics }
    return await broker.groups.commitTransactional(ask, { producerId, producerEpoch })
  } catch (error) {
    const code = codeFor(error, version, { fenced: Infinity, abortable: 4 })
    return topics.map(topic => answerAll(topic, code))
  }
}

/** The group's partition has to be in the transaction, or what is written there would never be ended. */
async function join(broker: Broker, version: number, request: TxnOffsetCommitRequest): Promise<void> {
  const { transactionalId, producerId, producerEpoch, groupId } = request
  const partitions = [{ topic: groupMetadataTopic, partition: broker.groups.partitionOf(groupId) }]
  const ask = { transactionalId, producerId, producerEpoch, partitions }
  const transactions = broker.transactionsOf(transactionalId)
  const isTrusted = !joinsByItself(version) && !broker.configs.broker().transactionPartitionVerificationEnable
  if (isTrusted) return
  // Without the topic there is no coordinator yet that could say no.
  if (!broker.image().topic(transactionStateTopic)) throw new Refusal('COORDINATOR_NOT_AVAILABLE')
  if (joinsByItself(version)) return transactions.add(ask, 2)
  const [verdict] = await transactions.verify(ask)
  if (verdict !== 'NONE') throw new Refusal(verdict!)
}
