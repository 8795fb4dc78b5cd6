/** A member of a consumer group: joins, shares out what the group reads if it leads, reads, commits, leaves or vanishes. */
import { ConsumerProtocolAssignment } from '../../src/protocol/embedded/consumer-protocol-assignment'
import { ConsumerProtocolSubscription } from '../../src/protocol/embedded/consumer-protocol-subscription'
import { decodeBlob, encodeBlob } from '../../src/protocol/embedded/consumer-protocol'
import { Fetch } from '../../src/protocol/messages/fetch'
import { FindCoordinator } from '../../src/protocol/messages/find-coordinator'
import { Heartbeat } from '../../src/protocol/messages/heartbeat'
import { JoinGroup, type JoinGroupResponse } from '../../src/protocol/messages/join-group'
import { LeaveGroup } from '../../src/protocol/messages/leave-group'
import { ListOffsets } from '../../src/protocol/messages/list-offsets'
import { OffsetCommit } from '../../src/protocol/messages/offset-commit'
import { OffsetFetch } from '../../src/protocol/messages/offset-fetch'
import { SyncGroup } from '../../src/protocol/messages/sync-group'
import { judgeCommit } from './judge'
import { type Commit, placeOf, type Topic } from './ledger'
import { isUnanswered, Line } from './line'
import type { GroupMix } from './mix'
import { recordsIn } from './reading'
import type { Actor } from './stage'

const offsetOutOfRange = 1
/** A time that stands for the first offset. */
const earliest = -2
const storageError = 56
const memberIdRequired = 79
/** UNKNOWN_MEMBER_ID: the member is to come again as nobody. */
const unknownMember = 25
/** What a coordinator may say while it is being found, loaded or failed, or while the group moves on. */
const passing = new Set([14, 15, 16, 22, 25, 27, 79])

interface Place {
  readonly topic: Topic & { readonly id: string }
  readonly partition: number
  position: number
}

export class Member {
  readonly #actor: Actor
  readonly #mix: GroupMix
  #line: Line
  #memberId = ''
  #generation = -1
  #places: Place[] = []
  /** It has read to the end, and what it committed is what it read. */
  isDone = false
  #names = 0
  /** When the present round began. */
  #beganMs = 0

  constructor(actor: Actor, mix: GroupMix) {
    this.#actor = actor
    this.#mix = mix
    this.#line = this.#newLine()
  }

  /** Ends when the story does and `stop` says so. */
  async run(stop: () => boolean): Promise<void> {
    const { stage, dice } = this.#actor
    while (!stop()) {
      this.#beganMs = stage.world.nowMs
      try {
        if (this.#generation < 0 && !(await this.#join())) await stage.world.sleep(100)
        else if (this.#generation >= 0) await this.#round()
      } catch (error) {
        if (!isUnanswered(error)) throw error
        await stage.world.sleep(100)
      }
      await stage.world.sleep(dice.within(this.#mix.pauseMs))
    }
    this.#line.close()
  }

  /** What it reads at present. */
  get places(): readonly { readonly topic: string; readonly partition: number }[] {
    return this.#generation < 0 ? [] : this.#places.map(({ topic, partition }) => ({ topic: topic.name, partition }))
  }

  async #round(): Promise<void> {
    const { stage, dice } = this.#actor
    const { errorCode } = await this.#line.ask(Heartbeat, 4, {
      groupId: this.#mix.name,
      generationId: this.#generation,
      memberId: this.#memberId,
    })
    if (!this.#mayGoOn(errorCode)) return
    const atEnd = await this.#read()
    if (stage.isEnding || dice.chance(this.#mix.commitChance)) {
      const committed = await this.#commit()
      this.isDone = stage.isEnding && atEnd && committed
    }
    if (!stage.isEnding && dice.chance(this.#mix.leaveChance)) await this.#leave()
  }

  /** False when the group has to be joined again. */
  #mayGoOn(errorCode: number): boolean {
    if (errorCode === 0) return true
    if (!passing.has(errorCode) && !(errorCode === storageError && this.#actor.stage.wasDiskFaulty(this.#beganMs))) {
      this.#say(`group: ${this.#actor.name} got error ${errorCode}`)
    }
    // A coordinator that loads or fails is asked again; all else means to join.
    if (errorCode !== 14 && errorCode !== 15 && errorCode !== 16) {
      this.#generation = -1
      if (errorCode === unknownMember) this.#memberId = ''
    }
    return false
  }

  async #join(): Promise<boolean> {
    await this.#line.ask(FindCoordinator, 4, { coordinatorKeys: [this.#mix.name], keyType: 0 })
    const topics = this.#topics().map(({ name }) => name)
    const joined = await this.#line.ask(JoinGroup, 9, {
      groupId: this.#mix.name,
      sessionTimeoutMs: this.#mix.sessionTimeoutMs,
      rebalanceTimeoutMs: 3_000,
      memberId: this.#memberId,
      protocolType: 'consumer',
      protocols: [
        { name: 'range', metadata: encodeBlob(ConsumerProtocolSubscription, 1, { topics, ownedPartitions: [] }) },
      ],
    })
    if (joined.errorCode === memberIdRequired) this.#memberId = joined.memberId
    if (joined.errorCode !== 0) return this.#mayGoOn(joined.errorCode)
    this.#memberId = joined.memberId
    const synced = await this.#line.ask(SyncGroup, 5, {
      groupId: this.#mix.name,
      generationId: joined.generationId,
      memberId: this.#memberId,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: this.#share(joined),
    })
    if (synced.errorCode !== 0) return this.#mayGoOn(synced.errorCode)
    return this.#begin(joined.generationId, synced.assignment)
  }

  /** Topics that stay: all members read them all. */
  #topics(): (Topic & { readonly id: string })[] {
    const { ledger, mix } = this.#actor.stage
    return mix.stableTopics.map(
      ({ name }) => ledger.topics.find(topic => topic.name === name) as Topic & { id: string },
    )
  }

  #share({ leader, memberId, members }: JoinGroupResponse) {
    if (leader !== memberId) return []
    const all = this.#topics().flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, (_, partition) => ({ topic: name, partitions: [partition] })),
    )
    return members.map((member, nth) => ({
      memberId: member.memberId,
      assignment: encodeBlob(ConsumerProtocolAssignment, 0, {
        assignedPartitions: all.filter((_, i) => i % members.length === nth),
        userData: null,
      }),
    }))
  }

  async #begin(generation: number, assignment: Buffer): Promise<boolean> {
    const { ledger, counts } = this.#actor.stage
    counts.rebalances += 1
    const { assignedPartitions } = decodeBlob(ConsumerProtocolAssignment, assignment).message
    const topics = new Map(this.#topics().map(topic => [topic.name, topic]))
    const places = assignedPartitions.flatMap(({ topic, partitions }) =>
      partitions.map(partition => ({ topic: topics.get(topic)!, partition, position: -1 })),
    )
    ledger.own(
      this.#mix.name,
      generation,
      this.#memberId,
      places.map(({ topic, partition }) => placeOf(topic.id, partition)),
    )
    this.#places = places
    if (!(await this.#findPositions())) return false
    this.#generation = generation
    return true
  }

  async #findPositions(): Promise<boolean> {
    const { ledger } = this.#actor.stage
    const beganMs = this.#actor.stage.world.nowMs
    const { groups } = await this.#line.ask(OffsetFetch, 9, {
      groups: [{ groupId: this.#mix.name, topics: null }],
      requireStable: true,
    })
    const group = groups[0]!
    if (group.errorCode !== 0) return this.#mayGoOn(group.errorCode)
    for (const place of this.#places) {
      const topic = group.topics.find(({ name }) => name === place.topic.name)
      const found = topic?.partitions.find(({ partitionIndex }) => partitionIndex === place.partition)
      const offset = Number(found?.committedOffset ?? -1)
      const { id: topicId } = place.topic
      ledger.anomalies.push(
        ...judgeCommit(ledger.commits, { group: this.#mix.name, topicId, partition: place.partition, offset }, beganMs),
      )
      place.position = Math.max(0, offset)
    }
    return true
  }

  /** Whether there is nothing more to read. */
  async #read(): Promise<boolean> {
    const { stage, dice } = this.#actor
    if (this.#places.length === 0) return true
    const { responses } = await this.#line.ask(Fetch, dice.between(13, 17), {
      maxWaitMs: dice.between(0, 100),
      minBytes: dice.between(0, 2),
      maxBytes: dice.between(1, 100_000),
      isolationLevel: dice.between(0, 1),
      topics: this.#places.map(({ topic, partition, position }) => ({
        topicId: topic.id,
        partitions: [{ partition, fetchOffset: position, partitionMaxBytes: dice.between(1, 50_000) }],
      })),
    })
    let atEnd = true
    for (const { topicId, partitions } of responses) {
      for (const { partitionIndex, errorCode, records, highWatermark } of partitions) {
        const place = this.#places.find(each => each.topic.id === topicId && each.partition === partitionIndex)!
        if (errorCode !== 0) {
          atEnd = false
          if (errorCode === offsetOutOfRange && (await this.#skipDeleted(place))) continue
          if (errorCode === storageError && stage.wasDiskFaulty(this.#beganMs)) continue
          this.#say(
            `read: ${this.#actor.name} got error ${errorCode} for ${placeOf(topicId, partitionIndex)} from ${place.position}`,
          )
          continue
        }
        const read = recordsIn(records, place.position)
        stage.counts.read += read.length
        stage.ledger.read(topicId, partitionIndex, read, highWatermark)
        place.position = (read.at(-1)?.offset ?? place.position - 1) + 1
        if (place.position < highWatermark) atEnd = false
      }
    }
    return atEnd
  }

  /** Whether records that it was to read have been deleted: then it goes on with those that are left, once it hears where they begin. */
  async #skipDeleted(place: Place): Promise<boolean> {
    const { topics } = await this.#line.ask(ListOffsets, 7, {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ name: place.topic.name, partitions: [{ partitionIndex: place.partition, timestamp: earliest }] }],
    })
    const { offset, errorCode } = topics[0]!.partitions[0]!
    // The disk may have failed between the two: where to go on is asked for with the next error.
    if (errorCode === storageError && this.#actor.stage.wasDiskFaulty(this.#beganMs)) return true
    if (offset <= place.position) return false
    place.position = offset
    return true
  }

  async #commit(): Promise<boolean> {
    const { ledger, world, counts } = this.#actor.stage
    if (this.#places.length === 0) return true
    const tried = new Map<string, Commit>()
    for (const { topic, partition, position } of this.#places) {
      const commit: Commit = {
        group: this.#mix.name,
        topicId: topic.id,
        partition,
        offset: position,
        beganMs: world.nowMs,
        endedMs: Infinity,
        outcome: 'sent',
      }
      tried.set(placeOf(topic.id, partition), commit)
      ledger.commits.push(commit)
    }
    const { topics } = await this.#line.ask(OffsetCommit, 10, {
      groupId: this.#mix.name,
      generationIdOrMemberEpoch: this.#generation,
      memberId: this.#memberId,
      topics: this.#places.map(({ topic, partition, position }) => ({
        topicId: topic.id,
        partitions: [{ partitionIndex: partition, committedOffset: position, committedMetadata: `at ${position}` }],
      })),
    })
    let errorCode = 0
    for (const topic of topics) {
      for (const told of topic.partitions) {
        const commit = tried.get(placeOf(topic.topicId, told.partitionIndex))!
        if (told.errorCode === 0) {
          commit.outcome = 'acked'
          commit.endedMs = world.nowMs
          counts.commits += 1
          continue
        }
        errorCode = told.errorCode
        // A failed disk or a coordinator that is gone may have kept it.
        if (errorCode === 14 || errorCode === 22 || errorCode === 25 || errorCode === 27) commit.outcome = 'refused'
      }
    }
    return this.#mayGoOn(errorCode)
  }

  async #leave(): Promise<void> {
    const { dice } = this.#actor
    if (dice.chance(0.5)) {
      await this.#line.ask(LeaveGroup, 5, { groupId: this.#mix.name, members: [{ memberId: this.#memberId }] })
    }
    this.#line.close()
    this.#line = this.#newLine()
    this.#memberId = ''
    this.#generation = -1
  }

  #newLine(): Line {
    const { stage, name } = this.#actor
    this.#names += 1
    const own = `${name}-${this.#names}`
    return new Line(stage.machine(own), own, stage.gate, 8_000)
  }

  #say(anomaly: string): void {
    this.#actor.stage.ledger.anomalies.push(anomaly)
  }
}
