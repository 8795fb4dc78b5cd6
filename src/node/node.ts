/** A node with its doors. Starts the parts in the order of the floors, stops them in reverse. */
import type { Broker } from '../broker/broker'
import { Door } from '../edge/kafka/door'
import { KafkaServer } from '../edge/kafka/server'
import type { Address } from '../platform/network'
import type { Platform } from '../platform/platform'
import type { NodeConfig } from './config/config'
import { openCore } from './core'
import { roomOf, tellFewFiles } from './open-files'
import { servingsOf } from './serving'
import { openMetadataStore, openStore } from './store'

export interface Node {
  /** Of the first listener. */
  readonly address: Address
  /** In the order of the listeners. */
  readonly addresses: readonly Address[]
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
  const doors: Door[] = []
  const keepsLogs = config.dataDir !== null
  try {
    const room = roomOf(platform, keepsLogs)
    for (const { listen } of config.listeners) doors.push(await Door.open({ ...platform, room }, listen))
    tellFewFiles(platform, keepsLogs)
    return await start(platform, config, doors)
  } catch (error) {
    await Promise.all(doors.map(door => door.close()))
    throw error
  }
}

async function start(platform: Platform, config: NodeConfig, doors: readonly Door[]): Promise<Node> {
  const opened = await openStore(platform, config)
  const metadataStore = await openMetadataStore(platform, opened)
  const core = await openCore(platform, { config, opened, metadataStore })
  const [served] = core.brokers
  const servings = servingsOf(platform, config, () => served!)
  const servers = doors.map((door, nth) => new KafkaServer(door, servings[nth]!))
  for (const server of servers) server.start()
  const { clusterId } = core.metadata.image
  const addresses = doors.map(({ address }) => address)
  return { address: addresses[0]!, addresses, clusterId, nodeId: opened.nodeId, broker: served!.broker, stop }

  async function stop(): Promise<void> {
    // Members that wait for others in a rebalance hear that the coordinator is gone, if nothing better comes soon.
    const cancel = platform.timers.after(stopGraceMs / 2, () => served!.broker.groups.stop())
    await Promise.all(servers.map(server => server.stop(stopGraceMs)))
    cancel()
    await core.stop()
  }
}
