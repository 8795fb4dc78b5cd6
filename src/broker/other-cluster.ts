/** What is asked of another cluster is refused. */
import { Refusal } from '../protocol/errors'
import type { Broker } from './broker'

/** Throws Refusal INCONSISTENT_CLUSTER_ID when a cluster is named and it is not this one. */
export function refuseOtherCluster(broker: Broker, clusterId: string | null): void {
  const own = broker.image().clusterId
  if (clusterId === null || clusterId === own) return
  throw new Refusal('INCONSISTENT_CLUSTER_ID', `The given id "${clusterId}" doesn't match the cluster id "${own}"`)
}
