/** A data directory that was claimed stays, whatever happened while it was made. */
import { Machine } from '../../../../src/platform/simulated/machine'
import { SimulatedNet } from '../../../../src/platform/simulated/network'
import { World } from '../../../../src/platform/simulated/world'
import { claimDirectory } from '../../../../src/storage/segments/directory'

const path = '/var/lib/odradek'

test.each(Array.from({ length: 30 }, (_, seed) => seed))(
  'killed while it makes it, claimed by the next, then the power goes; seed %i',
  async seed => {
    const world = new World({ seed })
    const machine = new Machine(new SimulatedNet(world), 'a')
    const claim = () => {
      const { files, random } = machine.boot()
      return claimDirectory(files, random, path, { nodeId: 1 })
    }
    void claim()
    await world.runFor(world.dice('kill').within([0, 12]))
    machine.kill()
    const { identity } = await world.until(claim())
    machine.crash()
    expect((await world.until(claim())).identity).toEqual(identity)
  },
)
