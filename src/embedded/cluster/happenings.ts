/** What a test makes happen to groups and transactional ids, without a client that does it. */
import type { Broker } from '../../broker/broker'
import type { Core } from '../../node/core'
import { transactionStateTopic } from '../../metadata/topics/internal-topics'
import { Refusal } from '../../protocol/errors'
import type { Happening } from '../contract/commands'

/** To one, or to all when `to` is null. Gives to how many. */
export async function happen(
  core: Core,
  what: Exclude<Happening, 'disconnectAll'>,
  to: string | null,
): Promise<number> {
  const asked = { groupId: to, why: 'a test asked for it' }
  if (what === 'rebalance') return everywhere(core, ({ groups }) => groups.rebalance(asked))
  if (what === 'evict') return everywhere(core, ({ groups }) => groups.dismissMembers(asked))
  const ids = to === null ? await openIds(core) : [to]
  for (const transactionalId of ids) await fence(core, transactionalId)
  return ids.length
}

/** Each broker has those that it coordinates. */
async function everywhere({ brokers }: Core, work: (broker: Broker) => Promise<number>): Promise<number> {
  const counts = await Promise.all(brokers.map(({ broker }) => work(broker)))
  return counts.reduce((sum, count) => sum + count, 0)
}

async function openIds({ brokers }: Core): Promise<string[]> {
  const everything = { states: [], producerIds: [], openForMs: -1, matches: () => true }
  const found = await Promise.all(brokers.map(({ broker }) => broker.transactions.list(everything)))
  return found.flat().map(({ transactionalId }) => transactionalId)
}

/** As another producer that begins with the id. */
async function fence({ brokers: [first], metadata }: Core, transactionalId: string): Promise<void> {
  await metadata.ensureInternalTopic(transactionStateTopic)
  const transactions = first!.broker.transactionsOf(transactionalId)
  try {
    const known = await transactions.describe(transactionalId)
    await transactions.init({ transactionalId, timeoutMs: known.timeoutMs, expected: null })
  } catch (error) {
    // Who has a transaction open is fenced by now, and what it wrote is being aborted; who never began need not be.
    const isDone =
      error instanceof Refusal && ['CONCURRENT_TRANSACTIONS', 'TRANSACTIONAL_ID_NOT_FOUND'].includes(error.error)
    if (!isDone) throw error
  }
}
