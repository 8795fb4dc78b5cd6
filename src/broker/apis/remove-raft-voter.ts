/** RemoveRaftVoter (81) takes a voter of the metadata away (KIP-853). The only one stays. */
import { Refusal } from '../../protocol/errors'
import { RemoveRaftVoter } from '../../protocol/messages/remove-raft-voter'
import { defineHandler } from '../broker'
import { refuseOtherCluster } from '../other-cluster'

export const removeRaftVoter = defineHandler({
  api: RemoveRaftVoter,
  serves: '0',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],

  handle(broker, _call, { clusterId, voterId }) {
    refuseOtherCluster(broker, clusterId)
    if (voterId < 0) throw new Refusal('INVALID_REQUEST', "Remove voter request didn't include a valid voter")
    const why = "Cluster doesn't support removing voter because the kraft.version feature is 0"
    throw new Refusal('UNSUPPORTED_VERSION', why)
  },
})
