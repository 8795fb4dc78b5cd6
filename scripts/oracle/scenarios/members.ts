/** What scenarios of groups share: a member that joins and syncs, and the requests it makes. */
import { JoinGroup } from '../../../src/protocol/messages/join-group'
import { SyncGroup } from '../../../src/protocol/messages/sync-group'
import type { Subject } from '../subject'

export interface Joining {
  readonly groupId: string
  readonly memberId?: string
  readonly instanceId?: string | null
  readonly sessionTimeoutMs?: number
  readonly rebalanceTimeoutMs?: number
  readonly protocolType?: string
  readonly protocols?: readonly (readonly [string, Buffer])[]
}

/** A ConsumerProtocol subscription (version 0) to these topics. */
export function subscription(topics: readonly string[]): Buffer {
  const parts = topics.map(topic => {
    const name = Buffer.from(topic)
    const length = Buffer.alloc(2)
    length.writeInt16BE(name.length)
    return Buffer.concat([length, name])
  })
  const head = Buffer.alloc(6)
  head.writeInt32BE(topics.length, 2)
  return Buffer.concat([head, ...parts, Buffer.from([255, 255, 255, 255])])
}

export function joinOf(joining: Joining, version: number) {
  const { groupId, memberId = '', instanceId = null, sessionTimeoutMs = 10_000, rebalanceTimeoutMs = 3000 } = joining
  const { protocolType = 'consumer', protocols = [['range', subscription(['t'])]] } = joining
  return {
    groupId,
    memberId,
    sessionTimeoutMs,
    ...(version >= 1 ? { rebalanceTimeoutMs } : {}),
    ...(version >= 5 ? { groupInstanceId: instanceId } : {}),
    protocolType,
    protocols: protocols.map(([name, metadata]) => ({ name, metadata })),
  }
}

/** Asks once, as it is. */
export function join(subject: Subject, joining: Joining, version = subject.newest(JoinGroup), connection = 'main') {
  return subject.ask(JoinGroup, joinOf(joining, version), version, connection)
}

export interface Member {
  readonly groupId: string
  readonly memberId: string
  readonly generationId: number
}

/** Joins, with the id that the first answer gave where the version asks for one (KIP-394). */
export async function joined(
  subject: Subject,
  joining: Joining,
  version = subject.newest(JoinGroup),
  connection = 'main',
): Promise<Member> {
  const first = await join(subject, joining, version, connection)
  const reply =
    first.errorCode === 79 ? await join(subject, { ...joining, memberId: first.memberId }, version, connection) : first
  return { groupId: joining.groupId, memberId: reply.memberId, generationId: reply.generationId }
}

export function syncOf(
  member: Member,
  assigned: readonly (readonly [string, string])[],
  version: number,
  more: { instanceId?: string | null; protocolName?: string; protocolType?: string } = {},
) {
  const { instanceId = null, protocolName = 'range', protocolType = 'consumer' } = more
  return {
    ...member,
    ...(version >= 3 ? { groupInstanceId: instanceId } : {}),
    ...(version >= 5 ? { protocolType, protocolName } : {}),
    assignments: assigned.map(([memberId, assignment]) => ({ memberId, assignment: Buffer.from(assignment) })),
  }
}

export function sync(
  subject: Subject,
  member: Member,
  assigned: readonly (readonly [string, string])[],
  version = subject.newest(SyncGroup),
  connection = 'main',
) {
  return subject.ask(SyncGroup, syncOf(member, assigned, version), version, connection)
}

/** A group of one member that is stable. */
export async function stable(
  subject: Subject,
  groupId: string,
  joining: Omit<Joining, 'groupId'> = {},
): Promise<Member> {
  const member = await joined(subject, { groupId, ...joining })
  await sync(subject, member, [[member.memberId, 'all']])
  return member
}
