/** Stories of producers with transactions whose epochs have nearly run out: where they do, a new producer id takes over. */
import { InitProducerId } from '../../src/protocol/messages/init-producer-id'
import { Wire } from '../oracle/wire'
import type { Kinds, Stories } from './story'
import { transactionStories } from './transactions'

/** 32766 is the last that a producer is given. */
const farEpochs = { a: 32_762, b: 32_764 }

const kinds: Kinds = transactionStories.kinds.map(([kind, weight]) => [kind, kind === 'init' ? weight * 2 : weight])

/** There is no way to an epoch but through all before it. */
async function reach(port: number, transactionalId: string, epoch: number): Promise<void> {
  const wire = await Wire.open(port)
  const asked = { transactionalId, transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1 }
  for (let reached = -1; reached < epoch; ) {
    const { errorCode, producerEpoch } = await wire.ask(InitProducerId, 4, asked)
    if (errorCode === 0) reached = producerEpoch
    else if (errorCode !== 51) throw new Error(`epoch ${reached + 1} of ${transactionalId} is refused: ${errorCode}`)
  }
  wire.close()
}

export const epochStories: Stories = {
  ...transactionStories,
  kinds,
  async begin(port, name) {
    await Promise.all(Object.entries(farEpochs).map(([id, epoch]) => reach(port, `${name}-${id}`, epoch)))
  },
}
