/** Transactions that groups have committed in, and that no coordinator knows of any more. */
import { groupMetadataTopic } from '../../metadata/topics/internal-topics'
import type { Core } from '../../node/core'

/** Ends each as if it had been aborted: otherwise what it committed would be pending for ever, and nobody could read offsets. */
export async function abortForgotten({ brokers, partitions }: Core): Promise<void> {
  for (const partition of partitions.all()) {
    if (partition.topic !== groupMetadataTopic) continue
    const { groups } = brokers.find(({ broker }) => broker.id === partition.leader)?.broker ?? {}
    const open = Array.from(partition.producers.entries()).filter(
      ({ transactionFirstOffset }) => transactionFirstOffset >= 0,
    )
    for (const { producerId, epoch, coordinatorEpoch } of open) {
      const of = { producerId, producerEpoch: epoch, coordinatorEpoch: Math.max(coordinatorEpoch, 0) }
      await groups?.endTransaction(partition.index, { ...of, commit: false, transactionVersion: 0 })
    }
  }
}
