/**
 * DescribeGroups (15): classic groups with their members. v3: what the asker may do (KIP-430); v4: static members
 * (KIP-345); v5: flexible; v6: a group that is not there is an error with a text (KIP-1043).
 */
import { Refusal } from '../../protocol/errors'
import { DescribeGroups } from '../../protocol/messages/describe-groups'
import { notTold, operationsOn } from '../authorized-operations'
import { defineHandler } from '../broker'

export const describeGroups = defineHandler({
  api: DescribeGroups,
  serves: '0-6',
  access: [{ each: 'group', may: 'DESCRIBE', named: groupId => groupId }],
  entries: { request: 'groups', response: 'groups', refuse: (groupId, errorCode) => refused(groupId, errorCode) },

  async handle(broker, call, { groups, includeAuthorizedOperations }) {
    const tells = call.version >= 3 && includeAuthorizedOperations
    const described = groups.map(async groupId => {
      try {
        const group = await broker.groups.describe(groupId, call.version)
        return {
          ...group,
          authorizedOperations: tells && group.errorCode === 0 ? operationsOn(broker, call, 'group', groupId) : notTold,
        }
      } catch (error) {
        if (error instanceof Refusal) return refused(groupId, error.code)
        throw error
      }
    })
    return { groups: await Promise.all(described) }
  },
})

function refused(groupId: string, errorCode: number) {
  return {
    errorCode,
    errorMessage: null,
    groupId,
    groupState: '',
    protocolType: '',
    protocolData: '',
    members: [],
    authorizedOperations: notTold,
  }
}
