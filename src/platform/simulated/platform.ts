/** The shortest way to a simulated platform: one world, one machine, one process. */
import type { Platform } from '../platform'
import { Machine } from './machine'
import { SimulatedNet } from './network'
import type { World } from './world'

export interface SimulatedPlatform extends Platform {
  readonly machine: Machine
  readonly net: SimulatedNet
}

/** Boots a machine of its own in a world. Give the `net` of another one to put both on the same network. */
export function simulatedPlatform(
  world: World,
  name = 'a',
  net: SimulatedNet = new SimulatedNet(world),
): SimulatedPlatform {
  const machine = new Machine(net, name)
  return { ...machine.boot(), machine, net }
}
