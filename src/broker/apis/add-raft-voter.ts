/** AddRaftVoter (80) makes a node a voter of the metadata (KIP-853). v1: answered before it is committed. There are none to add. */
import { Refusal } from '../../protocol/errors'
import { AddRaftVoter } from '../../protocol/messages/add-raft-voter'
import { defineHandler } from '../broker'
import { refuseOtherCluster } from '../other-cluster'

export const addRaftVoter = defineHandler({
  api: AddRaftVoter,
  serves: '0-1',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],

  handle(broker, _call, { clusterId, voterId, listeners }) {
    refuseOtherCluster(broker, clusterId)
    if (voterId < 0) throw new Refusal('INVALID_REQUEST', "Add voter request didn't include a valid voter")
    if (!listeners.some(({ name }) => name === 'CONTROLLER')) {
      const given = listeners.map(({ name, host, port }) => `ListenerName(${name})=${host}/<unresolved>:${port}`)
      const endpoints = `Endpoints(endpoints={${given.join(', ')}})`
      const missing = `Add voter request didn't include the endpoint (${endpoints}) for the default listener ListenerName(CONTROLLER)`
      throw new Refusal('INVALID_REQUEST', missing)
    }
    const why = "Cluster doesn't support adding voter because the kraft.version feature is 0"
    throw new Refusal('UNSUPPORTED_VERSION', why)
  },
})
