/** A broker with a control port, for tests in other languages: what is behind it is the engine of `startBroker`. */
import { LocalEngine } from '../embedded/engine'
import { controlOf } from '../embedded/environment'
import { defaultNodeId, type NodeConfig } from '../node/config'
import { nodeHttp } from '../platform/node/http'
import type { Platform } from '../platform/platform'
import type { ServedNode } from './serve'
import { topicsFrom } from './topics'

/** Rejects as `startNode`. */
export async function startControlled(
  platform: Platform,
  config: NodeConfig,
  topics: readonly string[] = [],
): Promise<ServedNode> {
  const specs = topicsFrom(topics)
  const engine = new LocalEngine(platform, { log: () => {} }, nodeHttp)
  const facts = await engine.open(config)
  const { cluster, clusterId, host, port, nodes } = facts
  await engine.ask(cluster, 'seedTopics', specs)
  const url = await engine.ask(cluster, 'control', null)
  return {
    address: { host, port },
    addresses: nodes[0]!.listeners,
    clusterId,
    nodeId: config.nodeId ?? defaultNodeId,
    controlUrl: controlOf(url, facts),
    stop: () => engine.close(),
  }
}
