/** DescribeGroups: a classic group with its members. */
import { errors } from '../../protocol/errors'
import type { DescribeGroupsReply } from '../../protocol/messages/describe-groups'
import type { ClassicGroup } from './classic/group'
import { emptyAssignment } from './classic/member'
import type { GroupMachine } from './machine'

export type DescribedGroup = Omit<DescribeGroupsReply['groups'][number], 'authorizedOperations'>

/** Version 6 says so when a group is not there (KIP-1043); before, it was called dead. */
const tellsUnknown = (version: number): boolean => version >= 6

export function describeGroup(machine: GroupMachine, groupId: string, version: number): DescribedGroup {
  const group = machine.classic(groupId)
  if (group) return describeClassic(group)
  const dead = { groupId, groupState: 'Dead', protocolType: '', protocolData: '', members: [] }
  if (!tellsUnknown(version)) return { ...dead, errorCode: errors.NONE.code, errorMessage: null }
  return { ...dead, errorCode: errors.GROUP_ID_NOT_FOUND.code, errorMessage: `Group ${groupId} not found.` }
}

function describeClassic(group: ClassicGroup): DescribedGroup {
  const isStable = group.state === 'Stable'
  return {
    errorCode: errors.NONE.code,
    errorMessage: null,
    groupId: group.id,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map(member => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      // Until the group is stable, which of a member's protocols counts is not settled.
      memberMetadata: isStable ? (member.metadataFor(group.protocolName) ?? emptyAssignment) : emptyAssignment,
      memberAssignment: member.assignment,
    })),
  }
}
