/** One decision about groups at a time, over a machine that a test built by replaying records. */
import { Parking } from '../../src/machine/parking'
import { noProducer } from '../../src/machine/record-log'
import { NamedTimers } from '../../src/machine/timers'
import { Parked, Turn } from '../../src/machine/turn'
import { GroupMachine } from '../../src/coordinator/group/machine'
import type { GroupRecord } from '../../src/coordinator/group/records'
import { defaultGroupSettings, type GroupSettings } from '../../src/coordinator/group/settings'
import type { GroupTurn } from '../../src/coordinator/group/world'
import { silentLogger } from '../../src/platform/logger'
import { World } from '../../src/platform/simulated/world'
import { timersOf } from './worlds'

export interface Decided<T> {
  /** What the caller is told; null while it waits. */
  readonly reply: T | null
  readonly records: readonly GroupRecord[]
}

export class Deciding {
  readonly machine = new GroupMachine()
  readonly world = new World({ seed: 1 })
  settings: GroupSettings = { ...defaultGroupSettings }
  #offset = 0
  readonly #parking = new Parking()
  readonly #timers = new NamedTimers(this.world.clock, timersOf(this.world))

  /** Records as a log would tell them after a restart. */
  replay(...records: readonly GroupRecord[]): this {
    for (const record of records) {
      this.machine.replay(record, { offset: this.#offset++, origin: noProducer, live: false })
    }
    return this
  }

  decide<T>(decide: (at: GroupTurn) => T | Parked<T>): Decided<T> {
    const host = {
      parking: this.#parking,
      timers: this.#timers,
      replay: (record: GroupRecord, nth: number) =>
        this.machine.replay(record, { offset: this.#offset + nth, origin: noProducer, live: true }),
      decideLater: () => undefined,
    }
    const turn = new Turn<GroupRecord>(host, this.world.clock.now())
    const reply = decide({
      machine: this.machine,
      turn,
      settings: this.settings,
      logger: silentLogger,
      uuid: () => 'uuid',
      fire: () => undefined,
    })
    this.#offset += turn.records.length
    return { reply: reply instanceof Parked ? null : reply, records: turn.records }
  }
}

export const topicId = (digit: string): string => digit.repeat(32)

export function committed(
  group: string,
  topic: string,
  partition: number,
  offset: number | bigint,
  more: Partial<NonNullable<Extract<GroupRecord, { kind: 'offset' }>['value']>> = {},
): GroupRecord {
  const value = {
    offset: BigInt(offset),
    leaderEpoch: -1,
    metadata: '',
    commitTimestamp: 0,
    expireTimestamp: -1,
    topicId: topicId('1'),
  }
  return { kind: 'offset', group, topic, partition, value: { ...value, ...more } }
}

type GroupValue = NonNullable<Extract<GroupRecord, { kind: 'group' }>['value']>

export function classicGroup(group: string, memberIds: readonly string[], more: Partial<GroupValue> = {}): GroupRecord {
  const isEmpty = memberIds.length === 0
  return {
    kind: 'group',
    group,
    value: {
      protocolType: 'consumer',
      generation: 3,
      protocol: isEmpty ? null : 'range',
      leader: memberIds[0] ?? null,
      currentStateTimestamp: 0,
      members: memberIds.map(memberId => ({
        memberId,
        groupInstanceId: null,
        clientId: 'client',
        clientHost: '/127.0.0.1',
        rebalanceTimeout: 5_000,
        sessionTimeout: 10_000,
        subscription: Buffer.from('000000000001000174ffffffff', 'hex'),
        assignment: Buffer.from(`for ${memberId}`),
      })),
      ...more,
    },
  }
}
