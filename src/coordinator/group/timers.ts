/** What is decided when a timer of groups fires, and which timers a freshly loaded machine needs. */
import { unreachable } from '../../platform/assert'
import { decideFirstJoinOver, decideJoinOver, decideSyncOver, prepareRebalance } from './classic/rebalance'
import { decideSessionExpired } from './classic/remove'
import { keepAlive } from './classic/session'
import { armExpiry, decideExpire } from './offsets/forget'
import type { GroupTimer, GroupTurn } from './world'

export function decideTimer(at: GroupTurn, timer: GroupTimer): void {
  switch (timer.kind) {
    case 'session':
      return decideSessionExpired(at, timer.groupId, timer.memberId)
    case 'first-join':
      return decideFirstJoinOver(at, timer.groupId, timer.delayMs, timer.remainingMs)
    case 'join':
      return decideJoinOver(at, timer.groupId)
    case 'sync':
      return decideSyncOver(at, timer.groupId, timer.generation)
    case 'expire-offsets':
      return decideExpire(at)
    default:
      return unreachable(timer, 'a timer of groups')
  }
}

/** Every member has its session timeout to be heard of again. A group that has outgrown its limit rebalances. */
export function decideLoaded(at: GroupTurn): void {
  for (const group of at.machine.groups()) {
    for (const member of group.members.values()) keepAlive(at, group, member)
    if (group.members.size > at.settings.maxSize) prepareRebalance(at, group, 'the group is larger than group.max.size')
  }
  armExpiry(at)
}
