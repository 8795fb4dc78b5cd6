/** DeleteGroups (42) removes groups that have no members (KIP-229). v2: flexible; v3: error messages. */
import { Refusal } from '../../protocol/errors'
import { DeleteGroups } from '../../protocol/messages/delete-groups'
import { defineHandler } from '../broker'

export const deleteGroups = defineHandler({
  api: DeleteGroups,
  serves: '0-3',
  access: [{ each: 'group', may: 'DELETE', named: groupId => groupId }],
  entries: {
    request: 'groupsNames',
    response: 'results',
    refuse: (groupId, errorCode) => ({ groupId, errorCode, errorMessage: null }),
  },

  async handle(broker, _call, { groupsNames }) {
    const deleted = [...new Set(groupsNames)].map(async groupId => {
      try {
        return { groupId, errorCode: await broker.groups.delete(groupId), errorMessage: null }
      } catch (error) {
        if (error instanceof Refusal) return { groupId, errorCode: error.code, errorMessage: null }
        throw error
      }
    })
    return { results: await Promise.all(deleted) }
  },
})
