/** Follows what a client follows: the addresses that it is given, what Metadata tells, each address told there. */
import type { Address } from '../../platform/network'
import { look, type Seen, type World } from './look'
import { advertisedFinding, bootstrapFinding, clusterFinding, type Finding, otherCluster, textOf } from './words'
import { tryWriting } from './write'

export interface Examination {
  readonly bootstrap: readonly Address[]
  /** Makes a topic, writes and reads a record, and deletes the topic. */
  readonly write: boolean
}

export interface Diagnosis {
  readonly ok: boolean
  readonly clusterId: string | null
  readonly findings: readonly Finding[]
}

export async function examine(world: World, { bootstrap, write }: Examination): Promise<Diagnosis> {
  const known = new Map<string, Seen>()
  for (const address of bootstrap) known.set(textOf(address), await look(world, address))
  const findings = [...known.values()].map(bootstrapFinding)
  const asked = [...known.values()].find(({ metadata }) => metadata !== null)
  if (!asked?.metadata) return { ok: false, clusterId: null, findings }
  const { brokers, controllerId } = asked.metadata
  const clusterId = asked.metadata.clusterId ?? ''
  const ids = brokers.map(({ nodeId }) => nodeId).sort((a, b) => a - b)
  findings.push(clusterFinding(clusterId, ids, controllerId))
  let isWhole = brokers.length > 0
  for (const { nodeId, host, port } of brokers.toSorted((a, b) => a.nodeId - b.nodeId)) {
    const address = { host, port }
    const seen = known.get(textOf(address)) ?? (await look(world, address))
    const there = seen.metadata?.clusterId ?? clusterId
    const finding =
      there === clusterId
        ? advertisedFinding(nodeId, seen, asked.address, brokers.length === 1)
        : otherCluster(nodeId, address, there, clusterId)
    findings.push(finding)
    isWhole &&= finding.ok
  }
  // A client that is sent astray does not get so far.
  if (write && isWhole) findings.push(await tryWriting(world, asked.metadata))
  return { ok: findings.every(({ ok }) => ok), clusterId, findings }
}
