/** DeleteAcls (31) takes access rules away. v1: prefixed patterns (KIP-290); v3: users (KIP-373). Without an authorizer there are none. */
import { DeleteAcls } from '../../protocol/messages/delete-acls'
import { defineHandler } from '../broker'
import { closeUnreadable, isUnreadable, securityDisabled } from '../unsecured'

export const deleteAcls = defineHandler({
  api: DeleteAcls,
  serves: '0-3',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],

  handle(_broker, { connection }, { filters }) {
    const isRefused = filters.some(filter =>
      isUnreadable({ ...filter, resourceType: filter.resourceTypeFilter, patternType: filter.patternTypeFilter }),
    )
    if (isRefused) return closeUnreadable(connection)
    return { filterResults: filters.map(() => ({ ...securityDisabled, matchingAcls: [] })) }
  },
})
