/** The command `odradek`. */
import { nodePlatform } from '../platform/node/platform'
import { nodeProcess } from '../platform/node/process'
import { startNode } from '../node/node'
import { type CommandLine, parseUsual } from './flags'
import { explain } from './program'
import { serve, type StartNode } from './serve'

let isReady: () => void
/** Resolves when a broker serves; never for commands that start none. */
export const ready = new Promise<void>(resolve => (isReady = resolve))

async function main(): Promise<void> {
  const [first, ...rest] = nodeProcess.argv
  if (first === 'doctor' && !rest.some(word => word === '--help' || word === '-h')) {
    const { doctor } = require('./doctor/doctor') as typeof import('./doctor/doctor')
    return doctor(rest, nodeProcess, nodePlatform())
  }
  if (first === 'log' && !rest.some(word => word === '--help' || word === '-h')) {
    const { logCommand } = require('./log/log') as typeof import('./log/log')
    return logCommand(rest, nodeProcess, nodePlatform())
  }
  let line = parseUsual(nodeProcess.argv)
  if (line === null) {
    const verdict = explain(nodeProcess.argv)
    if ('said' in verdict) {
      if (verdict.exitCode === 0) nodeProcess.print(verdict.said)
      else nodeProcess.complain(verdict.said)
      return nodeProcess.exit(verdict.exitCode)
    }
    line = verdict
  }
  const start = startOf(line)
  await serve(line, nodeProcess, nodePlatform(), async (platform, config, nodes) => {
    const node = await start(platform, config, nodes)
    isReady()
    return node
  })
}

/** What only tests need is loaded for them alone. */
function startOf(line: CommandLine): StartNode {
  if (line.control || line.brokers !== undefined) return cluster(line)
  return line.topics.length > 0 ? seeded(line.topics) : startNode
}

function cluster({ topics, control: isControlled }: CommandLine): StartNode {
  const { startCluster } = require('./start-cluster') as typeof import('./start-cluster')
  return (platform, config, nodes) => startCluster(platform, config, { topics, nodes, isControlled })
}

function seeded(topics: readonly string[]): StartNode {
  const { seed, topicsFrom } = require('./topics') as typeof import('./topics')
  return async (platform, config) => {
    const specs = topicsFrom(topics)
    const node = await startNode(platform, config)
    await seed(node, specs)
    return node
  }
}

void main()
