/** DeleteAcls (31) takes access rules away. v1: prefixed patterns (KIP-290); v3: users (KIP-373). Without an authorizer there are none. */
import { decideDeleteAcls } from '../../metadata/users/acls'
import { DeleteAcls } from '../../protocol/messages/delete-acls'
import { closeUnreadable, filterOf, isUnreadable } from '../access-rules'
import { defineHandler } from '../broker'
import { securityDisabled } from '../unsecured'

export const deleteAcls = defineHandler({
  api: DeleteAcls,
  serves: '0-3',
  access: [{ one: 'cluster', may: 'ALTER', named: () => 'kafka-cluster' }],
  refuseAll: ({ filters }, errorCode, errorMessage) => ({
    filterResults: filters.map(() => ({ errorCode, errorMessage, matchingAcls: [] })),
  }),

  async handle(broker, { connection }, request) {
    const filters = request.filters.map(filterOf)
    if (filters.some(isUnreadable)) return closeUnreadable(connection)
    if (!broker.access.isOn) return { filterResults: filters.map(() => ({ ...securityDisabled, matchingAcls: [] })) }
    const deletions = await broker.metadata.decide(context => decideDeleteAcls(context, filters))
    return {
      filterResults: deletions.map(({ outcome, removed }) => ({
        ...outcome,
        matchingAcls: removed.map(acl => ({ errorCode: 0, errorMessage: null, ...acl })),
      })),
    }
  },
})
