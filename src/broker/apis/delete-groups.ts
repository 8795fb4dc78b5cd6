/** DeleteGroups (42) removes groups that have no members (KIP-229). v2: flexible; v3: error messages. */
import { Refusal } from '../../protocol/errors'
import { DeleteGroups } from '../../protocol/messages/delete-groups'
import { denials } from '../../security/access-control'
import { defineHandler } from '../broker'

export const deleteGroups = defineHandler({
  api: DeleteGroups,
  serves: '0-3',
  access: [{ own: 'group', may: 'DELETE' }],
  entries: {
    request: 'groupsNames',
    response: 'results',
    refuse: (groupId, errorCode) => ({ groupId, errorCode, errorMessage: null }),
  },

  async handle(broker, call, { groupsNames }) {
    // One that stands there twice is answered once, whether it may be deleted or not.
    const deleted = [...new Set(groupsNames)].map(async groupId => {
      try {
        if (!broker.access.isAllowed(call, 'DELETE', 'group', groupId)) throw new Refusal(denials.group)
        return { groupId, errorCode: await broker.groups.delete(groupId), errorMessage: null }
      } catch (error) {
        if (error instanceof Refusal) return { groupId, errorCode: error.code, errorMessage: null }
        throw error
      }
    })
    return { results: await Promise.all(deleted) }
  },
})
