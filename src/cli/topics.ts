/** Topics that are there from the start, as `--topic` names them: `orders`, or with so many partitions, `orders:3`. */
import type { TopicSpec } from '../embedded/contract/options'
import { seedTopics } from '../embedded/cluster/topics'
import { ConfigRefused } from '../node/config/config'
import type { Node } from '../node/node'

/** Throws ConfigRefused for what is no topic. */
export function topicsFrom(texts: readonly string[]): TopicSpec[] {
  return texts.map(text => {
    const [, name, count] = /^([^:]+)(?::([1-9]\d{0,5}))?$/.exec(text) ?? []
    if (name === undefined)
      throw new ConfigRefused([`--topic ${text}: give a name, or a name and partitions as orders:3.`])
    return count === undefined ? { name } : { name, partitions: Number(count) }
  })
}

/** Creates those that are not there yet. Stops the node and rejects with BrokerError when one cannot be. */
export async function seed(node: Node, topics: readonly TopicSpec[]): Promise<void> {
  try {
    await seedTopics(node.broker, topics)
  } catch (error) {
    await node.stop()
    throw error
  }
}
