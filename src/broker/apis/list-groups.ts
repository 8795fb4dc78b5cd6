/** ListGroups (16): the groups this broker coordinates. v3: flexible; v4: by state (KIP-518); v5: by type (KIP-848). */
import { ListGroups } from '../../protocol/messages/list-groups'
import { defineHandler } from '../broker'

export const listGroups = defineHandler({
  api: ListGroups,
  serves: '0-5',
  // Whoever may not describe the cluster is shown the groups that it may describe; nobody is refused.
  access: [
    { own: 'cluster', may: 'DESCRIBE' },
    { own: 'group', may: 'DESCRIBE' },
  ],
  refuseAll: (_request, errorCode) => ({ errorCode, groups: [] }),

  async handle(broker, call, { statesFilter, typesFilter }) {
    const groups = await broker.groups.list(statesFilter, typesFilter)
    if (broker.access.wouldAllowOnCluster(call, 'DESCRIBE')) return { errorCode: 0, groups }
    const shown = groups.filter(({ groupId }) => broker.access.isAllowed(call, 'DESCRIBE', 'group', groupId))
    return { errorCode: 0, groups: shown }
  },
})
