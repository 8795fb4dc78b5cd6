/** A classic group as the record that `__consumer_offsets` keeps of it, and back. */
import { assert } from '../../../platform/assert'
import type { GroupMetadataValue } from '../../../protocol/internal/group-metadata'
import type { GroupRecord } from '../records'
import { ClassicGroup } from './group'
import { ClassicMember } from './member'

/** The group as it is now. The metadata of members is that for the chosen protocol: the others are not kept. */
export function groupRecord(group: ClassicGroup): GroupRecord {
  const members = [...group.members.values()].map(member => {
    const subscription = member.metadataFor(group.protocolName)
    assert(subscription !== null, `member ${member.id} of ${group.id} lacks the group's protocol`)
    return {
      memberId: member.id,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription,
      assignment: member.assignment,
    }
  })
  return {
    kind: 'group',
    group: group.id,
    value: {
      protocolType: group.protocolType ?? '',
      generation: group.generation,
      protocol: group.protocolName,
      leader: group.leader,
      currentStateTimestamp: group.stateSinceMs ?? -1,
      members,
    },
  }
}

/** A group that was only just created. */
export function newGroupRecord(group: ClassicGroup): GroupRecord {
  const value: GroupMetadataValue = {
    protocolType: '',
    generation: 0,
    protocol: null,
    leader: null,
    currentStateTimestamp: group.stateSinceMs ?? -1,
    members: [],
  }
  return { kind: 'group', group: group.id, value }
}

/** A group as a restart finds it: between rebalances, since nothing else is ever written. */
export function groupFrom(id: string, value: GroupMetadataValue): ClassicGroup {
  const since = value.currentStateTimestamp === -1 ? null : value.currentStateTimestamp
  const group = new ClassicGroup(id, value.members.length === 0 ? 'Empty' : 'Stable', since)
  group.generation = value.generation
  group.protocolType = value.protocolType === '' ? null : value.protocolType
  group.protocolName = value.protocol
  group.leader = value.leader
  for (const member of value.members) {
    group.add(
      new ClassicMember({
        id: member.memberId,
        instanceId: member.groupInstanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        // Version 0 had no rebalance timeout.
        rebalanceTimeoutMs: member.rebalanceTimeout === -1 ? member.sessionTimeout : member.rebalanceTimeout,
        sessionTimeoutMs: member.sessionTimeout,
        protocolType: value.protocolType,
        protocols: [{ name: value.protocol ?? '', metadata: member.subscription }],
        assignment: member.assignment,
      }),
    )
  }
  group.refreshSubscription()
  return group
}
