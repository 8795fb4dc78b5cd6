/**
 * Which connection speaks for which member. In development a consumer that was killed should not hold its partitions for a
 * session timeout, so a dynamic member goes shortly after the connection that carried its last JoinGroup, SyncGroup or
 * Heartbeat, unless another one has taken over.
 */
import type { Timers } from '../../platform/clock'
import type { CallConnection } from '../../call/call'

interface Carried {
  readonly groupId: string
  readonly memberId: string
  connection: CallConnection
}

/** A connection that speaks for more members than this is no consumer; the oldest are left to their session timeouts. */
const maxMembersPerConnection = 1_000

export class Presence {
  readonly #timers: Timers
  /** Below 0: members outlive their connections, and nothing is kept here. */
  readonly #evictAfterMs: () => number
  readonly #evict: (groupId: string, memberId: string) => void
  readonly #byMember = new Map<string, Carried>()
  readonly #byConnection = new Map<number, Set<string>>()

  constructor(timers: Timers, evictAfterMs: () => number, evict: (groupId: string, memberId: string) => void) {
    this.#timers = timers
    this.#evictAfterMs = evictAfterMs
    this.#evict = evict
  }

  /** Members that are watched now. */
  get size(): number {
    return this.#byMember.size
  }

  /** The member exists, and this connection speaks for it. */
  seen(connection: CallConnection, groupId: string, memberId: string): void {
    if (this.#evictAfterMs() < 0) return
    const name = nameOf(groupId, memberId)
    const carried = this.#byMember.get(name)
    if (carried?.connection === connection) return
    if (carried) this.#byConnection.get(carried.connection.id)?.delete(name)
    this.#byMember.set(name, { groupId, memberId, connection })
    this.#membersOf(connection).add(name)
  }

  /** The member is gone. */
  forget(groupId: string, memberId: string): void {
    const name = nameOf(groupId, memberId)
    const carried = this.#byMember.get(name)
    if (!carried) return
    this.#byMember.delete(name)
    this.#byConnection.get(carried.connection.id)?.delete(name)
  }

  #membersOf(connection: CallConnection): Set<string> {
    let members = this.#byConnection.get(connection.id)
    if (!members) {
      this.#byConnection.set(connection.id, (members = new Set()))
      connection.onClosed(() => this.#closed(connection))
    }
    if (members.size >= maxMembersPerConnection) {
      const oldest = members.values().next().value!
      members.delete(oldest)
      this.#byMember.delete(oldest)
    }
    return members
  }

  #closed(connection: CallConnection): void {
    this.#timers.after(Math.max(0, this.#evictAfterMs()), () => {
      const members = this.#byConnection.get(connection.id)
      this.#byConnection.delete(connection.id)
      for (const name of members ?? []) {
        const carried = this.#byMember.get(name)
        if (carried?.connection !== connection) continue
        this.#byMember.delete(name)
        this.#evict(carried.groupId, carried.memberId)
      }
    })
  }
}

const nameOf = (groupId: string, memberId: string): string => `${groupId.length}/${groupId}/${memberId}`
