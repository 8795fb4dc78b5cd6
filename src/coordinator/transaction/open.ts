/** The transaction coordinator over the partitions of `__transaction_state` that this node leads. */
import type { EndOfTransaction } from '../../machine/record-log'
import { keyedPartitions, transactionStateTopic } from '../../metadata/topics/internal-topics'
import type { Metadata } from '../../metadata/metadata'
import type { BrokerPartitions } from '../../partition/broker-partitions'
import { PartitionRecordLog } from '../../partition/record-log'
import type { Clock, Timers } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import { leadingChange, orNotCoordinator } from '../leading'
import { transactionSettingsOf } from './settings'
import { Transactions } from './transactions'

export interface TransactionsPlatform {
  readonly clock: Clock
  readonly timers: Timers
  readonly logger: Logger
}

export interface TransactionsNeighbours {
  readonly brokerId: number
  readonly metadata: Metadata
  readonly partitions: BrokerPartitions
  /** The level of the feature `transaction.version`, as clients are told of it. */
  transactionVersion(): number
  nextProducerId(): Promise<number>
  /** Ends a transaction in a partition, whoever leads it; settles when that is durable. Throws Refusal. */
  writeMarker(topic: string, partition: number, marker: EndOfTransaction): void | Promise<void>
}

/** Call it after the directory has begun to follow the metadata. */
export function openTransactions(
  platform: TransactionsPlatform,
  { brokerId, metadata, partitions, transactionVersion, nextProducerId, writeMarker }: TransactionsNeighbours,
): Transactions {
  const transactions = new Transactions({
    ...platform,
    settings: () =>
      transactionSettingsOf(
        metadata.configs.broker(),
        transactionVersion(),
        metadata.configs.topic(transactionStateTopic).maxMessageBytes,
      ),
    partitionCount: () => keyedPartitions(metadata.image.topic(transactionStateTopic)),
    coordinatorEpoch: index => metadata.image.topic(transactionStateTopic)?.partitions[index]?.leaderEpoch ?? 0,
    nextProducerId,
    open(index) {
      const partition = orNotCoordinator(() => partitions.led(transactionStateTopic, index))
      return new PartitionRecordLog(partition, platform.clock, platform.timers)
    },
    writeMarker: ({ topic, partition }, marker) => writeMarker(topic, partition, marker),
  })
  const loadAll = (): void => {
    transactions
      .loadAll()
      .catch((error: unknown) => platform.logger.error('transactions.load.failed', { error: String(error) }))
  }
  metadata.onChange((_image, _previous, change) => {
    const { lost, gained } = leadingChange(change, transactionStateTopic, brokerId)
    for (const index of lost) transactions.resign(index)
    if (gained.length > 0) platform.timers.after(0, loadAll)
    const { deleted } = change
    if (deleted.some(({ name }) => name === transactionStateTopic)) transactions.resignAll()
  })
  platform.timers.after(0, loadAll)
  return transactions
}
