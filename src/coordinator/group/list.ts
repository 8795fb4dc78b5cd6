/** ListGroups: every group, or those in given states (KIP-518) and of given types (KIP-848). */
import type { ListGroupsReply } from '../../protocol/messages/list-groups'
import type { GroupMachine } from './machine'

export type ListedGroup = ListGroupsReply['groups'][number]

/** Both filters take every spelling of upper and lower case; an empty one lets everything through. */
export function listGroups(machine: GroupMachine, states: readonly string[], types: readonly string[]): ListedGroup[] {
  const wantedStates = new Set(states.map(state => state.toLowerCase().trim()))
  const wantedTypes = new Set(types.map(type => type.toLowerCase()))
  const listed: ListedGroup[] = []
  for (const group of machine.groups()) {
    if (wantedStates.size > 0 && !wantedStates.has(group.state.toLowerCase())) continue
    if (wantedTypes.size > 0 && !wantedTypes.has(group.type)) continue
    listed.push({
      groupId: group.id,
      protocolType: group.protocolType ?? '',
      groupState: group.state,
      groupType: group.type,
    })
  }
  return listed
}
