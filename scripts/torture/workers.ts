/** What goes on while the broker is killed: producers, a committer, a maker of topics. Each stops at the first broken connection. */
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DeleteTopics } from '../../src/protocol/messages/delete-topics'
import { IncrementalAlterConfigs } from '../../src/protocol/messages/incremental-alter-configs'
import { InitProducerId } from '../../src/protocol/messages/init-producer-id'
import { OffsetCommit } from '../../src/protocol/messages/offset-commit'
import { Produce } from '../../src/protocol/messages/produce'
import { buildBatch } from '../../src/protocol/records/records'
import { Wire } from '../oracle/wire'
import type { Dice } from './dice'
import type { PartitionLedger } from './ledger'

export interface Worker {
  /** Works until the connection breaks. Rejects only when the broker answered something wrong. */
  run(port: number): Promise<void>
}

const produceVersion = 9
const retriable = new Set([3, 5, 6, 7, 14, 15, 16])

interface Batch {
  readonly values: readonly string[]
  readonly bytes: Buffer
}

let made = 0

function newBatch(dice: Dice, producer: { id: number; epoch: number; sequence: number } | null): Batch {
  // Some are so long that a thread writes them.
  const isLong = dice.one(15)
  const count = isLong ? 20 : 1 + dice.below(20)
  const lengthMax = () => (isLong || dice.one(20) ? 20_000 : 300)
  const values = Array.from({ length: count }, () => `${++made}.${'x'.repeat(dice.below(lengthMax()))}`)
  const records = values.map(value => ({ timestampMs: Date.now(), key: null, value: Buffer.from(value, 'latin1') }))
  const identity =
    producer === null ? {} : { producerId: producer.id, producerEpoch: producer.epoch, baseSequence: producer.sequence }
  return { values, bytes: buildBatch({ records, compression: isLong ? 0 : dice.below(5), ...identity }) }
}

/** A connection that broke is what torture is about; everything else is a finding. */
async function untilBroken(port: number, work: (wire: Wire) => Promise<void>): Promise<void> {
  const wire = await Wire.open(port).catch(() => null)
  if (wire === null) return
  try {
    await work(wire)
  } catch (error) {
    if (!/connection was closed|no answer within/.test((error as Error).message)) throw error
  } finally {
    wire.close()
  }
}

/** Several batches in flight; what is in flight when the connection breaks may or may not have been stored. */
export class Producer implements Worker {
  private readonly ledger: PartitionLedger
  private readonly dice: Dice
  private readonly acks: number

  constructor(ledger: PartitionLedger, dice: Dice, acks: number) {
    this.ledger = ledger
    this.dice = dice
    this.acks = acks
  }

  run(port: number): Promise<void> {
    return untilBroken(port, async wire => {
      for (;;) {
        const flight = Array.from({ length: 1 + this.dice.below(6) }, () => {
          const batch = newBatch(this.dice, null)
          this.ledger.sent(batch.values)
          return { batch, id: send(wire, this.ledger, batch, this.acks) }
        })
        for (const { batch, id } of flight) {
          const { errorCode, baseOffset } = await outcome(wire, id)
          if (errorCode === 0) this.ledger.acknowledge(batch.values, baseOffset)
          else if (!retriable.has(errorCode)) throw new Error(`${this.ledger.name}: produce answered ${errorCode}`)
        }
      }
    })
  }
}

/** An idempotent producer: sends again what was in flight, with the same sequence numbers, and must end up with each record once. */
export class IdempotentProducer implements Worker {
  private readonly ledger: PartitionLedger
  private readonly dice: Dice
  private identity: { id: number; epoch: number } | null = null
  private sequence = 0
  private flight: Batch[] = []

  constructor(ledger: PartitionLedger, dice: Dice) {
    this.ledger = ledger
    this.dice = dice
  }

  run(port: number): Promise<void> {
    return untilBroken(port, async wire => {
      while (this.identity === null) {
        const reply = await wire.ask(InitProducerId, 1, { transactionalId: null, transactionTimeoutMs: 60_000 })
        if (reply.errorCode === 0) this.identity = { id: reply.producerId, epoch: reply.producerEpoch }
      }
      for (;;) {
        while (this.flight.length < 1 + this.dice.below(5)) {
          const batch = newBatch(this.dice, { ...this.identity, sequence: this.sequence })
          this.sequence += batch.values.length
          this.ledger.sent(batch.values)
          this.flight.push(batch)
        }
        await this.deliver(wire)
      }
    })
  }

  private async deliver(wire: Wire): Promise<void> {
    const ids = this.flight.map(batch => send(wire, this.ledger, batch, -1))
    const sent = this.flight.slice()
    for (const [index, batch] of sent.entries()) {
      const { errorCode, baseOffset } = await outcome(wire, ids[index] ?? 0)
      if (errorCode === 0) {
        this.ledger.acknowledge(batch.values, baseOffset)
        this.flight.shift()
      } else if (errorCode === 46) {
        // Stored before, and so long ago that the offset is not known any more.
        this.flight.shift()
      } else if (retriable.has(errorCode)) {
        for (const id of ids.slice(index + 1)) await outcome(wire, id)
        return
      } else throw new Error(`${this.ledger.name}: an idempotent produce answered ${errorCode}`)
    }
  }
}

function send(wire: Wire, ledger: PartitionLedger, batch: Batch, acks: number): number {
  const partitionData = [{ index: ledger.index, records: batch.bytes }]
  return wire.send(Produce, produceVersion, {
    acks,
    timeoutMs: 10_000,
    topicData: [{ name: ledger.topic, partitionData }],
  })
}

async function outcome(wire: Wire, id: number): Promise<{ errorCode: number; baseOffset: number }> {
  const reply = await wire.answer(Produce, produceVersion, id)
  const row = reply.responses[0]?.partitionResponses[0]
  return { errorCode: row?.errorCode ?? -1, baseOffset: row?.baseOffset ?? -1 }
}

/** Commits growing offsets; the one that is there after a crash lies between the last acknowledged and the last attempted. */
export class Committer implements Worker {
  readonly groupId: string
  readonly topic: string
  attempted = 0
  acknowledged = 0

  constructor(groupId: string, topic: string) {
    this.groupId = groupId
    this.topic = topic
  }

  run(port: number): Promise<void> {
    return untilBroken(port, async wire => {
      for (;;) {
        const committedOffset = ++this.attempted
        const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: `at ${committedOffset}` }]
        const reply = await wire.ask(OffsetCommit, 8, {
          groupId: this.groupId,
          topics: [{ name: this.topic, partitions }],
        })
        const errorCode = reply.topics[0]?.partitions[0]?.errorCode ?? -1
        if (errorCode === 0) this.acknowledged = committedOffset
        else if (!retriable.has(errorCode)) throw new Error(`commit answered ${errorCode}`)
      }
    })
  }
}

export type TopicState = 'there' | 'gone' | 'unknown'

/** Creates, changes and deletes topics; what was answered must be so after a crash. */
export class TopicMaker implements Worker {
  /** State and, where there, id and retention of every topic it ever made. */
  readonly topics = new Map<string, { state: TopicState; id: string; retentionMs: number | null }>()
  private readonly dice: Dice
  private count = 0

  constructor(dice: Dice) {
    this.dice = dice
  }

  run(port: number): Promise<void> {
    return untilBroken(port, async wire => {
      for (;;) await (this.dice.one(2) ? this.create(wire) : this.dice.one(2) ? this.change(wire) : this.remove(wire))
    })
  }

  private async create(wire: Wire): Promise<void> {
    const name = `made-${++this.count}`
    const topic = { state: 'unknown' as TopicState, id: '', retentionMs: null }
    this.topics.set(name, topic)
    const topics = [{ name, numPartitions: 1 + this.dice.below(3), replicationFactor: 1, assignments: [], configs: [] }]
    const reply = await wire.ask(CreateTopics, 7, { topics, timeoutMs: 10_000, validateOnly: false })
    const row = reply.topics[0]
    if (row?.errorCode !== 0) throw new Error(`creating ${name} answered ${row?.errorCode} ${row?.errorMessage}`)
    topic.state = 'there'
    topic.id = row.topicId
  }

  private pick(): string | undefined {
    const there = [...this.topics].filter(([, { state }]) => state === 'there')
    return there[this.dice.below(Math.max(1, there.length))]?.[0]
  }

  private async change(wire: Wire): Promise<void> {
    const name = this.pick()
    const topic = this.topics.get(name ?? '')
    if (name === undefined || topic === undefined) return
    const retentionMs = 100_000 + this.dice.below(1_000_000)
    topic.retentionMs = null
    const configs = [{ name: 'retention.ms', configOperation: 0, value: String(retentionMs) }]
    const resources = [{ resourceType: 2, resourceName: name, configs }]
    const reply = await wire.ask(IncrementalAlterConfigs, 1, { resources, validateOnly: false })
    const errorCode = reply.responses[0]?.errorCode
    if (errorCode !== 0) throw new Error(`configuring ${name} answered ${errorCode}`)
    topic.retentionMs = retentionMs
  }

  private async remove(wire: Wire): Promise<void> {
    const name = this.pick()
    const topic = this.topics.get(name ?? '')
    if (name === undefined || topic === undefined || this.topics.size < 4) return
    topic.state = 'unknown'
    const reply = await wire.ask(DeleteTopics, 5, { topicNames: [name], timeoutMs: 10_000 })
    const errorCode = reply.responses[0]?.errorCode
    if (errorCode !== 0) throw new Error(`deleting ${name} answered ${errorCode}`)
    topic.state = 'gone'
  }
}
