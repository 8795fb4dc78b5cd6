/**
 * A classic group: members that agree on a protocol, generation by generation. Methods change it and keep its parts in
 * step; which change is due when is said by the decisions beside this file.
 *
 *     Empty -> PreparingRebalance -> CompletingRebalance -> Stable
 *                     ^  |                   |               |
 *                     |  +-> Empty           |               |
 *                     +----------------------+---------------+
 */
import { assert } from '../../../platform/assert'
import { hashOrder } from '../../../platform/java-hash'
import { ClassicMember, type Protocol } from './member'
import { subscribedTopics } from './subscription'

export type ClassicState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

const before: Record<ClassicState, readonly ClassicState[]> = {
  Empty: ['PreparingRebalance'],
  PreparingRebalance: ['Stable', 'CompletingRebalance', 'Empty'],
  CompletingRebalance: ['PreparingRebalance'],
  Stable: ['CompletingRebalance'],
}

/** The protocol type of consumers, whose metadata the coordinator can read. */
export const consumerProtocolType = 'consumer'

export class ClassicGroup {
  readonly type = 'classic'
  readonly id: string
  state: ClassicState
  /** Null before the first change of state. */
  previousState: ClassicState | null = null
  /** Milliseconds since the epoch; null in a group read from an old record. */
  stateSinceMs: number | null
  generation = 0
  protocolType: string | null = null
  protocolName: string | null = null
  leader: string | null = null
  readonly members = new Map<string, ClassicMember>()
  /** Ids given out (KIP-394) to members that have not come back with them. */
  readonly pendingJoin = new Set<string>()
  /** Members of this generation that have not asked for their assignment. */
  readonly pendingSync = new Set<string>()
  /** Null when it cannot be known. */
  subscribed: ReadonlySet<string> | null = null
  /** Somebody joined while the first rebalance was being delayed. */
  newMemberAdded = false
  readonly #memberOfInstance = new Map<string, string>()
  /** How many members offer a protocol; a member that offers it twice counts twice, in Kafka as here. */
  readonly #offers = new Map<string, number>()
  #awaitingJoin = 0

  constructor(id: string, state: ClassicState, stateSinceMs: number | null) {
    this.id = id
    this.state = state
    this.stateSinceMs = stateSinceMs
  }

  get isEmpty(): boolean {
    return this.state === 'Empty'
  }
  get usesConsumerProtocol(): boolean {
    return this.protocolType === consumerProtocolType
  }
  get awaitingJoin(): number {
    return this.#awaitingJoin
  }
  get haveAllJoined(): boolean {
    return this.members.size === this.#awaitingJoin && this.pendingJoin.size === 0
  }
  get canRebalance(): boolean {
    return before.PreparingRebalance.includes(this.state)
  }
  /** The longest that any member wants to be waited for. */
  get rebalanceTimeoutMs(): number {
    let longest = 0
    for (const member of this.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs)
    return longest
  }

  isLeader(memberId: string): boolean {
    return this.leader === memberId
  }

  memberOfInstance(instanceId: string): string | null {
    return this.#memberOfInstance.get(instanceId) ?? null
  }

  add(member: ClassicMember): void {
    if (member.instanceId !== null) {
      assert(!this.#memberOfInstance.has(member.instanceId), `instance ${member.instanceId} joins ${this.id} twice`)
      this.#memberOfInstance.set(member.instanceId, member.id)
    }
    if (this.members.size === 0) this.protocolType = member.protocolType
    this.leader ??= member.id
    this.members.set(member.id, member)
    this.#count(member, 1)
    if (member.joinSeat) this.#awaitingJoin += 1
    this.pendingJoin.delete(member.id)
  }

  /** Forgets a member, pending or not; its seats are the caller's to answer. The next one leads when it led. */
  remove(memberId: string): void {
    const member = this.members.get(memberId)
    if (member) {
      this.members.delete(memberId)
      this.#count(member, -1)
      if (member.joinSeat) this.#awaitingJoin -= 1
      if (member.instanceId !== null) this.#memberOfInstance.delete(member.instanceId)
    }
    if (this.isLeader(memberId)) this.leader = this.members.keys().next().value ?? null
    this.pendingJoin.delete(memberId)
    this.pendingSync.delete(memberId)
  }

  /** A static member came back without its id: the same member under a new one. Seats of the old one are left to the caller. */
  replaceStatic(instanceId: string, newMemberId: string): ClassicMember {
    const old = this.members.get(this.#memberOfInstance.get(instanceId) ?? '')
    assert(old !== undefined, `instance ${instanceId} of ${this.id} is nobody`)
    if (old.joinSeat) this.#awaitingJoin -= 1
    this.members.delete(old.id)
    const member = new ClassicMember({ ...factsOf(old), id: newMemberId })
    this.members.set(newMemberId, member)
    this.#memberOfInstance.set(instanceId, newMemberId)
    if (this.isLeader(old.id)) this.leader = newMemberId
    if (this.pendingSync.delete(old.id)) this.pendingSync.add(newMemberId)
    return member
  }

  update(member: ClassicMember, protocols: readonly Protocol[], rebalanceMs: number, sessionMs: number): void {
    this.#count(member, -1)
    member.protocols = protocols
    this.#count(member, 1)
    member.rebalanceTimeoutMs = rebalanceMs
    member.sessionTimeoutMs = sessionMs
  }

  /** The member's JoinGroup waits from here on. */
  seatJoin(member: ClassicMember, seat: NonNullable<ClassicMember['joinSeat']>): void {
    if (!member.joinSeat && this.members.get(member.id) === member) this.#awaitingJoin += 1
    member.joinSeat = seat
  }

  /** Takes the seat of a JoinGroup that is to be answered. Null when none waits. */
  unseatJoin(member: ClassicMember): ClassicMember['joinSeat'] {
    const seat = member.joinSeat
    if (seat && this.members.get(member.id) === member) this.#awaitingJoin -= 1
    member.joinSeat = null
    return seat
  }

  /** Whether a member with such protocols could take part. */
  supports(protocolType: string, protocols: readonly Protocol[]): boolean {
    if (this.isEmpty) return protocolType !== '' && protocols.length > 0
    return protocolType === this.protocolType && protocols.some(({ name }) => this.#offered(name) === this.members.size)
  }

  /** The protocol most members vote for, among those that all offer. Null when they share none. */
  electProtocol(): string | null {
    const candidates = new Set<string>()
    for (const [name, offers] of this.#offers) if (offers === this.members.size) candidates.add(name)
    const votes = new Map<string, number>()
    for (const member of this.members.values()) {
      const vote = member.vote(candidates)
      if (vote === null) return null
      votes.set(vote, (votes.get(vote) ?? 0) + 1)
    }
    let elected: string | null = null
    for (const name of hashOrder([...votes.keys()])) {
      if (elected === null || votes.get(name)! > votes.get(elected)!) elected = name
    }
    return elected
  }

  /** Sees to it that the leader is among those who joined. False when nobody did. */
  electLeader(): boolean {
    if (this.leader === null) return false
    if (this.members.get(this.leader)?.joinSeat) return true
    for (const member of this.members.values()) {
      if (!member.joinSeat) continue
      this.leader = member.id
      return true
    }
    return false
  }

  refreshSubscription(): void {
    this.subscribed = subscribedTopics(this)
  }

  isSubscribedTo(topic: string): boolean {
    return this.subscribed ? this.subscribed.has(topic) : this.usesConsumerProtocol
  }

  become(state: ClassicState, nowMs: number): void {
    assert(before[state].includes(this.state), `group ${this.id} goes from ${this.state} to ${state}`)
    this.previousState = this.state
    this.state = state
    this.stateSinceMs = nowMs
  }

  #offered(name: string): number {
    return this.#offers.get(name) ?? 0
  }

  #count(member: ClassicMember, by: 1 | -1): void {
    for (const { name } of member.protocols) this.#offers.set(name, this.#offered(name) + by)
  }
}

function factsOf(member: ClassicMember) {
  const {
    instanceId,
    clientId,
    clientHost,
    rebalanceTimeoutMs,
    sessionTimeoutMs,
    protocolType,
    protocols,
    assignment,
  } = member
  return { instanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocolType, protocols, assignment }
}
