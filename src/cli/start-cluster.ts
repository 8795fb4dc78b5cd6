/** A broker with a control port, or several of them, as tests need them: what serves is the engine of `startBroker`. */
import { LocalEngine } from '../embedded/cluster/engine'
import { controlOf } from '../embedded/contract/environment'
import type { NodeConfig } from '../node/config/config'
import { nodeHttp } from '../platform/node/http'
import type { Platform } from '../platform/platform'
import type { ServedNode } from './serve'
import { topicsFrom } from './topics'

export interface ClusterWishes {
  /** Topics to begin with, as they were written. */
  readonly topics: readonly string[]
  readonly nodes: number
  /** Whether it has a control port. */
  readonly isControlled: boolean
}

/** Rejects as `startNode`. */
export async function startCluster(
  platform: Platform,
  config: NodeConfig,
  { topics, nodes, isControlled }: ClusterWishes,
): Promise<ServedNode> {
  const specs = topicsFrom(topics)
  const engine = new LocalEngine(platform, { log: () => {} }, nodeHttp)
  const facts = await engine.open(config, nodes)
  const { cluster, clusterId, host, port } = facts
  try {
    await engine.ask(cluster, 'seedTopics', specs)
    const url = isControlled ? await engine.ask(cluster, 'control', null) : null
    const first = facts.nodes[0]!
    return {
      address: { host, port },
      addresses: first.listeners,
      nodes: facts.nodes.map(({ listeners }) => listeners),
      clusterId,
      nodeId: first.id,
      ...(url !== null && { controlUrl: controlOf(url, facts) }),
      stop: () => engine.close(),
    }
  } catch (error) {
    await engine.close()
    throw error
  }
}
