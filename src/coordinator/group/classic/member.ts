/** A member of a classic group. Everything but its seats and what it supports besides the chosen protocol survives a crash. */
import type { Seat } from '../../../machine/parking'
import type { JoinReply, SyncReply } from './replies'

export interface Protocol {
  readonly name: string
  readonly metadata: Buffer
}

export const emptyAssignment = Buffer.alloc(0)

export interface MemberFacts {
  readonly id: string
  /** Null for a dynamic member (KIP-345). */
  readonly instanceId: string | null
  readonly clientId: string
  /** As Kafka writes it: `/127.0.0.1`. */
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly sessionTimeoutMs: number
  readonly protocolType: string
  readonly protocols: readonly Protocol[]
  readonly assignment: Buffer
}

export class ClassicMember {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly protocolType: string
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  protocols: readonly Protocol[]
  assignment: Buffer
  /** Joined since the last completed rebalance: waits longer, and waiting is no sign of life. */
  isNew = false
  joinSeat: Seat<JoinReply> | null = null
  syncSeat: Seat<SyncReply> | null = null

  constructor(facts: MemberFacts) {
    this.id = facts.id
    this.instanceId = facts.instanceId
    this.clientId = facts.clientId
    this.clientHost = facts.clientHost
    this.protocolType = facts.protocolType
    this.rebalanceTimeoutMs = facts.rebalanceTimeoutMs
    this.sessionTimeoutMs = facts.sessionTimeoutMs
    this.protocols = facts.protocols
    this.assignment = facts.assignment
  }

  get isStatic(): boolean {
    return this.instanceId !== null
  }

  /** A call that waits for the group is as good as a heartbeat, except for a member's first. */
  get seemsAlive(): boolean {
    return !this.isNew && (this.joinSeat !== null || this.syncSeat !== null)
  }

  metadataFor(protocolName: string | null): Buffer | null {
    return this.protocols.find(({ name }) => name === protocolName)?.metadata ?? null
  }

  /** Whether the same protocols, in the same order, with the same metadata are offered. */
  offersSame(protocols: readonly Protocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every(({ name, metadata }, nth) => {
        const own = this.protocols[nth]!
        return own.name === name && own.metadata.equals(metadata)
      })
    )
  }

  /** The first of its protocols that all members share. Null when there is none. */
  vote(candidates: ReadonlySet<string>): string | null {
    return this.protocols.find(({ name }) => candidates.has(name))?.name ?? null
  }
}
