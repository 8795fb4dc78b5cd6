/** What every decision about groups is handed: the state, the turn it changes it by, what is configured, and dice. */
import type { Turn } from '../../machine/turn'
import type { Logger } from '../../platform/logger'
import type { GroupMachine } from './machine'
import type { GroupRecord } from './records'
import type { GroupSettings } from './settings'

export interface GroupTurn {
  readonly machine: GroupMachine
  readonly turn: Turn<GroupRecord>
  readonly settings: GroupSettings
  readonly logger: Logger
  /** A UUID in its usual form, for member ids. */
  uuid(): string
  /** Decides what is due when a timer fires, in a turn of its own. */
  fire(turn: Turn<GroupRecord>, timer: GroupTimer): void
}

/** What a group may be waiting for. */
export type GroupTimer =
  /** A sign of life of a member. */
  | { readonly kind: 'session'; readonly groupId: string; readonly memberId: string }
  /** More members for the first generation. */
  | { readonly kind: 'first-join'; readonly groupId: string; readonly delayMs: number; readonly remainingMs: number }
  /** All members to rejoin. */
  | { readonly kind: 'join'; readonly groupId: string }
  /** All members to ask for their assignment. */
  | { readonly kind: 'sync'; readonly groupId: string; readonly generation: number }
  /** Offsets to grow too old. */
  | { readonly kind: 'expire-offsets' }

export function arm(at: GroupTurn, timer: GroupTimer, delayMs: number): void {
  at.turn.arm(nameOf(timer), delayMs, turn => at.fire(turn, timer))
}

export function disarm(at: GroupTurn, timer: GroupTimer): void {
  at.turn.cancel(nameOf(timer))
}

function nameOf(timer: GroupTimer): string {
  switch (timer.kind) {
    case 'session':
      // The length keeps group `a`, member `b/c` apart from group `a/b`, member `c`.
      return `session/${timer.groupId.length}/${timer.groupId}/${timer.memberId}`
    case 'first-join':
    case 'join':
      return `join/${timer.groupId}`
    case 'sync':
      return `sync/${timer.groupId}`
    case 'expire-offsets':
      return timer.kind
  }
}
