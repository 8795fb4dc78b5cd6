/** The index of aborted transactions is as durable as the markers it tells of. */
import { Machine } from '../../../../src/platform/simulated/machine'
import { SimulatedNet } from '../../../../src/platform/simulated/network'
import { World } from '../../../../src/platform/simulated/world'
import { defaultLogConfig } from '../../../../src/storage/log'
import { openFileStore } from '../../../../src/storage/segments/store'
import { makeBatch } from '../../../support/batches'

const id = { topic: 'orders', partition: 0, topicId: '0123456789abcdef0123456789abcdef' }
const transaction = { producerId: 9, firstOffset: 0, lastOffset: 1, lastStableOffset: 2 }

test('what was told of one before a flush is there after the power went', async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const world = new World({ seed })
    const machine = new Machine(new SimulatedNet(world), 'a')
    const open = async () => {
      const store = await world.until(openFileStore(machine.boot(), { directory: '/data', flush: 'group', nodeId: 1 }))
      return world.until(store.open(id, () => defaultLogConfig))
    }
    const log = await open()
    // The first flush makes the names durable that are there already.
    log.append(makeBatch({ producerId: 9 }), { leaderEpoch: 0 })
    await world.until(log.flush(log.end))
    log.append(makeBatch({ producerId: 9, attributes: 0x30 }), { leaderEpoch: 0 })
    log.aborted.add(transaction)
    await world.until(log.flush(log.end))
    // Long enough for the mark below which everything is on the disk.
    await world.runFor(61_000)
    machine.crash()
    const again = await open()
    expect([seed, again.end, again.aborted.between(0, 2)]).toEqual([seed, 2, [transaction]])
  }
})
