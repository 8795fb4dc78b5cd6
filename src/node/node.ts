/** A node with its door. Starts the parts in the order of the floors, stops them in reverse. */
import type { Broker } from '../broker/broker'
import { Door } from '../edge/kafka/door'
import { KafkaServer } from '../edge/kafka/server'
import type { Address } from '../platform/network'
import type { Platform } from '../platform/platform'
import type { NodeConfig } from './config'
import { openCore } from './core'
import { servingOf } from './serving'
import { openMetadataStore, openStore } from './store'

export interface Node {
  readonly address: Address
  readonly clusterId: string
  readonly nodeId: number
  readonly broker: Broker
  /** Answers what is in flight, flushes, and marks the shutdown as clean. */
  stop(): Promise<void>
}

/** How long a stopping node waits for requests that are under way. */
const stopGraceMs = 2_000

/** Rejects with the network's error, DirectoryRefused or StorageFault; nothing is left open then. */
export async function startNode(platform: Platform, config: NodeConfig): Promise<Node> {
  const door = await Door.open(platform.network, config.listen)
  try {
    return await start(platform, config, door)
  } catch (error) {
    await door.close()
    throw error
  }
}

async function start(platform: Platform, config: NodeConfig, door: Door): Promise<Node> {
  const opened = await openStore(platform, config)
  const metadataStore = await openMetadataStore(platform, opened)
  const core = await openCore(platform, { config, opened, metadataStore })
  const [served] = core.brokers
  const server = new KafkaServer(
    door,
    servingOf(platform, config, () => served!),
  )
  server.start()
  const { clusterId } = core.metadata.image
  return { address: door.address, clusterId, nodeId: opened.nodeId, broker: served!.broker, stop }

  async function stop(): Promise<void> {
    // Members that wait for others in a rebalance hear that the coordinator is gone, if nothing better comes soon.
    const cancel = platform.timers.after(stopGraceMs / 2, () => served!.broker.groups.stop())
    await server.stop(stopGraceMs)
    cancel()
    await core.stop()
    await door.close()
  }
}
