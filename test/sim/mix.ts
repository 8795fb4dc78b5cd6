/** What one seed is about: a draw of clients, settings and mishaps, so that no two stories are alike (swarm testing). */
import type { Dice } from '../../src/platform/simulated/dice'

export type Ending = 'crash' | 'kill' | 'stop'
export type DiskFault = 'none' | 'sync' | 'write' | 'full'

export interface ProducerMix {
  readonly idempotent: boolean
  readonly acks: -1 | 1
  /** Requests sent without waiting for replies. */
  readonly pipeline: number
  readonly partitionsPerRequest: number
  readonly recordsPerBatch: number
  readonly valueBytes: number
  readonly compression: number
  readonly pauseMs: readonly [number, number]
}

export interface GroupMix {
  readonly name: string
  readonly members: number
  readonly sessionTimeoutMs: number
  readonly pauseMs: readonly [number, number]
  readonly commitChance: number
  /** In each round, to leave in good order or to vanish, and to come back as somebody else. */
  readonly leaveChance: number
}

export interface Mix {
  readonly lives: number
  readonly lifeMs: readonly [number, number]
  readonly endings: readonly Ending[]
  readonly crashWhileStarting: number
  readonly auditChance: number
  readonly stableTopics: readonly {
    readonly name: string
    readonly partitions: number
    readonly configs: TopicConfigs
  }[]
  readonly producers: readonly ProducerMix[]
  readonly groups: readonly GroupMix[]
  /** Names that topics are created and deleted under, again and again. */
  readonly passingTopics: number
  readonly deleteRecordsChance: number
  readonly offsetsPartitions: number
  /** Settings of the cleaner and of the segments that it goes through. */
  readonly cleaner: readonly string[]
  readonly delayMs: readonly [number, number]
  readonly pieceBytes: number
  readonly syncMs: readonly [number, number]
  /** From so many bytes on, threads write; and how long each half of that takes. */
  readonly longWriteBytes: number
  readonly writeMs: readonly [number, number]
  /** Mean time between two network mishaps; Infinity for none. */
  readonly mishapMs: number
  readonly diskFault: DiskFault
}

type TopicConfigs = { readonly [key: string]: string }

const pick = <T>(dice: Dice, list: readonly T[]): T => list[dice.between(0, list.length - 1)]!

/** A range that begins somewhere up to `from` and is at most `width` wide. */
const range = (dice: Dice, from: number, width: number): readonly [number, number] => {
  const least = dice.within([0, from])
  return [least, least + dice.within([0, width])]
}

export function drawMix(dice: Dice): Mix {
  const many = <T>(least: number, most: number, draw: (nth: number) => T): T[] =>
    Array.from({ length: dice.between(least, most) }, (_, nth) => draw(nth))
  return {
    lives: dice.between(2, 5),
    lifeMs: pick(dice, [
      [5, 100],
      [50, 800],
      [200, 2500],
    ] as const),
    endings: pick<readonly Ending[]>(dice, [['crash'], ['kill'], ['crash', 'kill'], ['crash', 'kill', 'stop']]),
    crashWhileStarting: pick(dice, [0, 0.2, 0.5]),
    auditChance: pick(dice, [0.3, 0.7, 1]),
    stableTopics: many(1, 3, nth => ({
      name: `stable-${nth}`,
      partitions: dice.between(1, 3),
      configs: drawTopicConfigs(dice),
    })),
    producers: many(1, 4, () => drawProducer(dice)),
    groups: many(0, 2, nth => drawGroup(dice, nth)),
    passingTopics: pick(dice, [0, 0, 1, 3]),
    deleteRecordsChance: pick(dice, [0, 0, 0.1]),
    offsetsPartitions: pick(dice, [1, 3]),
    delayMs: range(dice, 2, 10),
    pieceBytes: pick(dice, [64 * 1024, 1000, 50]),
    syncMs: pick(dice, [
      [0.1, 1],
      [0.1, 5],
      [1, 40],
    ] as const),
    mishapMs: pick(dice, [Infinity, Infinity, 800, 200]),
    diskFault: pick<DiskFault>(dice, ['none', 'none', 'none', 'none', 'none', 'sync', 'write', 'full']),
    cleaner: drawCleaner(dice),
    longWriteBytes: pick(dice, [128 * 1024, 0, 0, 300]),
    writeMs: pick(dice, [
      [0, 0.1],
      [0, 3],
      [1, 40],
    ] as const),
  }
}

function drawTopicConfigs(dice: Dice): TopicConfigs {
  const configs: { [key: string]: string } = {}
  if (dice.chance(0.5)) configs['internal.segment.bytes'] = String(dice.between(15_000, 40_000))
  if (dice.chance(0.3)) configs['segment.ms'] = String(dice.between(20, 2_000))
  if (dice.chance(0.5)) configs['index.interval.bytes'] = String(dice.between(0, 2_000))
  if (dice.chance(0.3)) configs['file.delete.delay.ms'] = String(dice.between(0, 500))
  if (dice.chance(0.2)) configs['message.timestamp.type'] = 'LogAppendTime'
  if (dice.chance(0.2)) configs['compression.type'] = pick(dice, ['gzip', 'uncompressed'])
  return configs
}

/** In most stories internal topics are compacted again and again. */
export function drawCleaner(dice: Dice): string[] {
  if (dice.chance(0.2)) return []
  return [
    `log.roll.ms=${dice.between(20, 500)}`,
    `log.cleaner.backoff.ms=${dice.between(1, 100)}`,
    `log.cleaner.min.cleanable.ratio=${pick(dice, ['0.01', '0.5'])}`,
    `log.cleaner.delete.retention.ms=${pick(dice, [0, 100, 10_000])}`,
  ]
}

const drawProducer = (dice: Dice): ProducerMix => ({
  idempotent: dice.chance(0.65),
  acks: dice.chance(0.7) ? -1 : 1,
  pipeline: dice.between(1, 5),
  partitionsPerRequest: dice.between(1, 4),
  recordsPerBatch: pick(dice, [1, 3, 20]),
  valueBytes: pick(dice, [0, 50, 600]),
  compression: dice.chance(0.2) ? 1 : 0,
  pauseMs: range(dice, 10, 60),
})

const drawGroup = (dice: Dice, nth: number): GroupMix => ({
  name: `group-${nth}`,
  members: dice.between(1, 3),
  sessionTimeoutMs: pick(dice, [6_000, 10_000, 30_000]),
  pauseMs: range(dice, 20, 80),
  commitChance: pick(dice, [0.1, 0.5, 1]),
  leaveChance: pick(dice, [0, 0, 0.01, 0.05]),
})
