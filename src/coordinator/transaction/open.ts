/** The transaction coordinator over the partitions of `__transaction_state` that this node leads. */
import type { EndOfTransaction } from '../../machine/record-log'
import { transactionStateTopic } from '../../metadata/internal-topics'
import type { Metadata } from '../../metadata/metadata'
import type { PartitionDirectory } from '../../partition/directory'
import { PartitionRecordLog } from '../../partition/record-log'
import type { Clock, Timers } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import { Refusal } from '../../protocol/errors'
import { transactionSettingsOf } from './settings'
import { Transactions } from './transactions'

export interface TransactionsPlatform {
  readonly clock: Clock
  readonly timers: Timers
  readonly logger: Logger
}

export interface TransactionsNeighbours {
  readonly metadata: Metadata
  readonly partitions: PartitionDirectory
  nextProducerId(): Promise<number>
  /** Ends a transaction in a partition whose records a machine keeps; null where there is none. */
  endInMachine(topic: string, partition: number, marker: EndOfTransaction): void | Promise<void> | null
}

/** Call it after the directory has begun to follow the metadata. */
export function openTransactions(
  platform: TransactionsPlatform,
  { metadata, partitions, nextProducerId, endInMachine }: TransactionsNeighbours,
): Transactions {
  const transactions = new Transactions({
    ...platform,
    settings: () => transactionSettingsOf(metadata.configs.broker()),
    partitionCount: () => metadata.image.topic(transactionStateTopic)?.partitions.length ?? 0,
    coordinatorEpoch: index => metadata.image.topic(transactionStateTopic)?.partitions[index]?.leaderEpoch ?? 0,
    nextProducerId,
    open(index) {
      const partition = partitions.find(transactionStateTopic, index)
      if (!partition) throw new Refusal('NOT_COORDINATOR')
      return new PartitionRecordLog(partition, platform.clock, platform.timers)
    },
    writeMarker({ topic, partition }, marker) {
      const kept = endInMachine(topic, partition, marker)
      if (kept !== null) return kept
      const led = partitions.led(topic, partition)
      return led.durable(led.appendMarker(marker, platform.clock.now()))
    },
  })
  metadata.onChange((_image, _previous, { deleted }) => {
    if (deleted.some(({ name }) => name === transactionStateTopic)) transactions.resignAll()
  })
  platform.timers.after(0, () => {
    transactions
      .loadAll()
      .catch((error: unknown) => platform.logger.error('transactions.load.failed', { error: String(error) }))
  })
  return transactions
}
