/** A producer: sends batches to several partitions, several requests at a time, and again until it knows what became of them. */
import { InitProducerId } from '../../src/protocol/messages/init-producer-id'
import { Produce } from '../../src/protocol/messages/produce'
import { buildBatch } from '../../src/protocol/records/records'
import { type Batch, placeOf, valueOf } from './ledger'
import { isUnanswered, Line } from './line'
import type { ProducerMix } from './mix'
import { type Actor, pickOne, usableTopics } from './stage'

const outOfOrder = 45
const duplicate = 46
const unknownProducer = 59
const storageError = 56
/** Refusals that are final: the topic is gone. */
const gone = new Set([3, 100])
/** A fate is known after so many attempts, or is none of this producer's business any more. */
const attemptsMax = 30

interface Identity {
  readonly name: string
  readonly producerId: number
  readonly producerEpoch: number
}

interface Pending {
  readonly batch: Batch
  readonly bytes: Buffer
  /** Nothing is to be gained by sending it again. */
  isOver: boolean
}

export async function runProducer(actor: Actor, mix: ProducerMix): Promise<void> {
  const producer = new Producer(actor, mix)
  await producer.run()
}

class Producer {
  readonly #actor: Actor
  readonly #mix: ProducerMix
  readonly #line: Line
  #identity: Identity | null = null
  #lives = 0
  /** Of each partition: the next sequence, and the next number of a batch. */
  #next = new Map<string, { sequence: number; nth: number }>()

  constructor(actor: Actor, mix: ProducerMix) {
    this.#actor = actor
    this.#mix = mix
    this.#line = new Line(actor.stage.machine(actor.name), actor.name, actor.stage.gate)
  }

  async run(): Promise<void> {
    const { stage, dice } = this.#actor
    while (!stage.isEnding) {
      await stage.world.sleep(dice.within(this.#mix.pauseMs))
      try {
        if (this.#mix.idempotent && !this.#identity) await this.#init()
        const requests = this.#draw()
        if (requests.length > 0) await this.#sendAll(requests)
      } catch (error) {
        if (!isUnanswered(error)) throw error
        await stage.world.sleep(100)
      }
    }
    this.#line.close()
  }

  async #init(): Promise<void> {
    const reply = await this.#line.ask(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 60_000 })
    if (reply.errorCode !== 0) return
    const { producerId, producerEpoch } = reply
    this.#identity = { name: `${this.#actor.name}/${this.#lives}`, producerId, producerEpoch }
    this.#lives += 1
    this.#next = new Map()
    const { ledger } = this.#actor.stage
    if (ledger.producerIds.has(producerId)) ledger.anomalies.push(`producer id: ${producerId} is given out twice`)
    ledger.producerIds.add(producerId)
  }

  /** Requests, each with at most one batch of a partition. */
  #draw(): Pending[][] {
    const { stage, dice } = this.#actor
    if (this.#mix.idempotent && !this.#identity) return []
    const places = usableTopics(stage.ledger).flatMap(topic =>
      Array.from({ length: topic.partitions }, (_, partition) => ({ topicId: topic.id, partition })),
    )
    if (places.length === 0) return []
    const chosen = new Map<string, (typeof places)[number]>()
    for (let i = 0; i < this.#mix.partitionsPerRequest; i += 1) {
      const place = pickOne(dice, places)
      chosen.set(placeOf(place.topicId, place.partition), place)
    }
    const requests = dice.between(1, this.#mix.pipeline)
    return Array.from({ length: requests }, () =>
      [...chosen.values()].map(({ topicId, partition }) => this.#batch(topicId, partition)),
    )
  }

  #batch(topicId: string, partition: number): Pending {
    const { stage, dice } = this.#actor
    const place = placeOf(topicId, partition)
    const next = this.#next.get(place) ?? { sequence: 0, nth: 0 }
    const count = dice.between(1, this.#mix.recordsPerBatch)
    this.#next.set(place, { sequence: next.sequence + count, nth: next.nth + 1 })
    const identity = this.#mix.idempotent ? this.#identity! : null
    const batch = stage.ledger.batch({ topicId, partition, producer: identity?.name ?? null, nth: next.nth, count })
    const timestampMs = stage.world.clock.now()
    const records = Array.from({ length: count }, (_, i) => {
      const filling = 'x'.repeat(dice.between(0, this.#mix.valueBytes))
      return { timestampMs, key: null, value: Buffer.from(valueOf(batch.id, i, filling)) }
    })
    const bytes = buildBatch({
      records,
      compression: this.#mix.compression,
      ...(identity && {
        producerId: identity.producerId,
        producerEpoch: identity.producerEpoch,
        baseSequence: next.sequence,
      }),
    })
    return { batch, bytes, isOver: false }
  }

  /** Sends requests in order, and again those parts of them whose fate is unknown. */
  async #sendAll(requests: readonly Pending[][]): Promise<void> {
    const { stage, dice } = this.#actor
    let left = requests
    for (let attempt = 1; left.length > 0; attempt += 1) {
      try {
        await this.#line.use(connection => Promise.all(left.map(request => this.#send(connection, request))))
      } catch (error) {
        if (!isUnanswered(error)) throw error
      }
      left = left.map(request => request.filter(({ isOver }) => !isOver)).filter(request => request.length > 0)
      if (left.length === 0) return
      const isPatient = this.#mix.idempotent ? attempt < attemptsMax : dice.chance(0.6)
      // One that gives up must begin anew: the sequence has a hole.
      if (!isPatient || (this.#mix.idempotent && dice.chance(0.01))) {
        this.#identity = null
        return
      }
      await stage.world.sleep(dice.between(20, 200))
    }
  }

  async #send(connection: Parameters<Parameters<Line['use']>[0]>[0], request: Pending[]): Promise<void> {
    const { counts } = this.#actor.stage
    counts.requests += 1
    const beganMs = this.#actor.stage.world.nowMs
    for (const { batch } of request) {
      if (batch.attempts === 0) batch.sentInLife = counts.lives
      batch.attempts += 1
    }
    const reply = await connection.request(Produce, 13, {
      transactionalId: null,
      acks: this.#mix.acks,
      timeoutMs: 5_000,
      topicData: request.map(({ batch, bytes }) => ({
        topicId: batch.topicId,
        partitionData: [{ index: batch.partition, records: bytes }],
      })),
    })
    const told = new Map(
      reply.responses.flatMap(({ topicId, partitionResponses }) =>
        partitionResponses.map(each => [placeOf(topicId, each.index), each] as const),
      ),
    )
    for (const pending of request) {
      const { batch } = pending
      const one = told.get(placeOf(batch.topicId, batch.partition))
      if (!one) this.#say(`unanswered: ${this.#actor.name} was told nothing of batch ${batch.id}`)
      else this.#learn(pending, one, beganMs)
    }
  }

  #learn(
    pending: Pending,
    { errorCode, baseOffset }: { errorCode: number; baseOffset: number },
    beganMs: number,
  ): void {
    const { counts } = this.#actor.stage
    const { batch } = pending
    if (errorCode === 0 || (errorCode === duplicate && batch.producer !== null)) {
      pending.isOver = true
      batch.outcome = 'acked'
      batch.baseOffset = errorCode === 0 ? baseOffset : null
      counts.acked += batch.count
    } else if (gone.has(errorCode)) {
      pending.isOver = true
      // An earlier attempt may have been kept, before the topic went.
      batch.outcome = batch.attempts === 1 ? 'refused' : 'sent'
      if (batch.producer !== null) this.#identity = null
    } else if (errorCode === outOfOrder || errorCode === unknownProducer) {
      if (this.#isForgotten(batch)) {
        pending.isOver = true
        this.#identity = null
      } else if (this.#isFirst(batch)) {
        this.#say(
          `sequence: ${batch.producer} was refused batch ${batch.id} with ${errorCode}, and all before it are acknowledged`,
        )
        this.#identity = null
      }
    } else if (errorCode !== storageError || !this.#actor.stage.wasDiskFaulty(beganMs)) {
      this.#say(`refused: batch ${batch.id} of ${this.#actor.name} with error ${errorCode}`)
    }
  }

  /**
   * A process that has ended told the next one of the last batch of each producer only, as in Kafka, whose snapshots have
   * no room for more: one before it that comes again is not known any more.
   */
  #isForgotten({ producer, topicId, partition, nth, sentInLife }: Batch): boolean {
    const { ledger, counts } = this.#actor.stage
    if (sentInLife === counts.lives) return false
    for (const each of ledger.batches.values()) {
      const isAfter =
        each.producer === producer && each.topicId === topicId && each.partition === partition && each.nth > nth
      if (isAfter && each.attempts > 0 && each.sentInLife < counts.lives) return true
    }
    return false
  }

  /** Whether every batch before it was acknowledged. */
  #isFirst({ producer, topicId, partition, nth }: Batch): boolean {
    for (const each of this.#actor.stage.ledger.batches.values()) {
      const isBefore =
        each.producer === producer && each.topicId === topicId && each.partition === partition && each.nth < nth
      if (isBefore && each.outcome !== 'acked') return false
    }
    return true
  }

  #say(anomaly: string): void {
    this.#actor.stage.ledger.anomalies.push(anomaly)
  }
}
