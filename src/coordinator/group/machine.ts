/**
 * All groups of one partition of `__consumer_offsets`, with the offsets they committed. What a record says is changed here
 * and nowhere else. What no record says (who is joining, who waits) is changed by the decisions of `classic`; it is lost
 * with the process, as it is in Kafka.
 */
import { assert } from '../../platform/assert'
import type { Origin } from '../../machine/record-log'
import type { Machine, ReplayedAt } from '../../machine/shard'
import type { GroupMetadataValue } from '../../protocol/internal/group-metadata'
import { ClassicGroup } from './classic/group'
import { groupFrom } from './classic/persist'
import { Offsets } from './offsets/offsets'
import type { GroupRecord } from './records'

export class GroupMachine implements Machine<GroupRecord> {
  readonly offsets = new Offsets()
  readonly #groups = new Map<string, ClassicGroup>()

  get groupCount(): number {
    return this.#groups.size
  }

  groups(): IterableIterator<ClassicGroup> {
    return this.#groups.values()
  }

  /** The classic group of this id. */
  classic(id: string): ClassicGroup | null {
    return this.#groups.get(id) ?? null
  }

  /** A group that has neither members nor a record yet. */
  createClassic(id: string, nowMs: number): ClassicGroup {
    assert(!this.#groups.has(id), `group ${id} is created twice`)
    const group = new ClassicGroup(id, 'Empty', nowMs)
    this.#groups.set(id, group)
    return group
  }

  replay(record: GroupRecord, at: ReplayedAt): void {
    if (record.kind === 'group') this.#replayGroup(record.group, record.value, at)
    else this.#replayOffset(record, at)
  }

  replayMarker(committed: boolean, origin: Origin): void {
    this.offsets.endTransaction(origin.producerId, committed)
  }

  #replayGroup(id: string, value: GroupMetadataValue | null, at: ReplayedAt): void {
    if (value === null) {
      this.#groups.delete(id)
      return
    }
    if (!at.live) {
      this.#groups.set(id, groupFrom(id, value))
      return
    }
    // The live group is what the record was made of, and knows more than it.
    const group = this.#groups.get(id)
    assert(group?.generation === value.generation, `the record of group ${id} is not of its generation`)
  }

  #replayOffset(record: Extract<GroupRecord, { kind: 'offset' }>, at: ReplayedAt): void {
    const { group, topic, partition, value } = record
    if (value === null) {
      this.offsets.remove(group, topic, partition)
      return
    }
    // A simple consumer commits to a group that nobody joined, of which there is no other record.
    if (!this.#groups.has(group)) this.#groups.set(group, new ClassicGroup(group, 'Empty', null))
    const committed = {
      offset: value.offset,
      leaderEpoch: value.leaderEpoch,
      metadata: value.metadata,
      commitTimestampMs: value.commitTimestamp,
      expireTimestampMs: value.expireTimestamp,
      topicId: value.topicId,
      recordOffset: at.offset,
    }
    const { producerId } = at.origin
    if (producerId === -1) this.offsets.commit(group, topic, partition, committed)
    else this.offsets.pend(producerId, group, topic, partition, committed)
  }
}
