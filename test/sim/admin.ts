/** An administrator: creates topics, deletes them and creates them again, and deletes records. */
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { DeleteRecords } from '../../src/protocol/messages/delete-records'
import { DeleteTopics } from '../../src/protocol/messages/delete-topics'
import { Metadata } from '../../src/protocol/messages/metadata'
import type { Topic } from './ledger'
import { isUnanswered, Line } from './line'
import { type Actor, pickOne, type Stage } from './stage'

const noId = '0'.repeat(32)
const topicExists = 36

async function create(line: Line, topic: Topic, configs: { readonly [key: string]: string }): Promise<number> {
  const { topics } = await line.ask(CreateTopics, 7, {
    topics: [
      {
        name: topic.name,
        numPartitions: topic.partitions,
        replicationFactor: 1,
        assignments: [],
        configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
      },
    ],
    timeoutMs: 5_000,
  })
  const { errorCode, topicId } = topics[0]!
  if (errorCode === 0) Object.assign(topic, { id: topicId, created: 'acked' })
  return errorCode
}

/** The id of a topic, null when there is none. */
async function idOf(line: Line, name: string): Promise<string | null> {
  const { topics } = await line.ask(Metadata, 12, { topics: [{ name, topicId: noId }], allowAutoTopicCreation: false })
  const found = topics[0]
  return found?.errorCode === 0 ? found.topicId : null
}

/** Creates the topics that stay. Before that nothing else happens, and a broker that goes away is asked again. */
export async function createStableTopics(stage: Stage, line: Line): Promise<void> {
  for (const { name, partitions, configs } of stage.mix.stableTopics) {
    const topic: Topic = { name, partitions, id: null, created: 'sent', deleted: 'no' }
    stage.ledger.topics.push(topic)
    const errorCode = await create(line, topic, configs)
    if (errorCode === topicExists) {
      const id = await idOf(line, name)
      if (id !== null) Object.assign(topic, { id, created: 'acked' })
    }
    if (topic.id === null) throw new Error(`topic ${name} was not created: error ${errorCode}`)
  }
}

export class Admin {
  readonly #actor: Actor
  readonly #line: Line
  /** Names of whose topics nobody knows what became of them. */
  readonly #burned = new Set<string>()

  constructor(actor: Actor) {
    this.#actor = actor
    this.#line = new Line(actor.stage.machine(actor.name), actor.name, actor.stage.gate)
  }

  async run(): Promise<void> {
    const { stage, dice } = this.#actor
    const { passingTopics, deleteRecordsChance } = stage.mix
    while (!stage.isEnding) {
      await stage.world.sleep(dice.within([20, 300]))
      try {
        if (dice.chance(deleteRecordsChance)) await this.#deleteRecords()
        if (passingTopics > 0) await this.#turn(`passing-${dice.between(1, passingTopics)}`)
      } catch (error) {
        if (!isUnanswered(error)) throw error
        await stage.world.sleep(100)
      }
    }
    this.#line.close()
  }

  /** Creates the topic, or deletes it when it is there. */
  async #turn(name: string): Promise<void> {
    if (this.#burned.has(name)) return
    const { stage, dice } = this.#actor
    const beganMs = stage.world.nowMs
    const last = stage.ledger.topics.findLast(topic => topic.name === name)
    if (!last || last.deleted === 'acked') {
      const topic: Topic = { name, partitions: dice.between(1, 3), id: null, created: 'sent', deleted: 'no' }
      stage.ledger.topics.push(topic)
      await this.#orBurn(name, async () => {
        const errorCode = await create(this.#line, topic, {})
        if (errorCode !== 0) this.#failed('create', name, errorCode, beganMs)
      })
    } else if (dice.chance(0.3)) {
      last.deleted = 'sent'
      await this.#orBurn(name, async () => {
        const byId = dice.chance(0.5)
        const { responses } = await this.#line.ask(DeleteTopics, 6, {
          topics: [byId ? { name: null, topicId: last.id! } : { name, topicId: noId }],
          timeoutMs: 5_000,
        })
        const { errorCode } = responses[0]!
        if (errorCode === 0) last.deleted = 'acked'
        else this.#failed('delete', name, errorCode, beganMs)
      })
    }
  }

  async #orBurn(name: string, work: () => Promise<void>): Promise<void> {
    this.#burned.add(name)
    await work()
    const { topics } = this.#actor.stage.ledger
    const last = topics.findLast(topic => topic.name === name)!
    if (last.created === 'acked' && last.deleted !== 'sent') this.#burned.delete(name)
  }

  #failed(doing: string, name: string, errorCode: number, beganMs: number): void {
    const { stage } = this.#actor
    if (!stage.wasDiskFaulty(beganMs))
      stage.ledger.anomalies.push(`admin: ${doing} of ${name} failed with error ${errorCode}`)
  }

  async #deleteRecords(): Promise<void> {
    const { stage, dice } = this.#actor
    const { name, partitions } = pickOne(dice, stage.mix.stableTopics)
    const partition = dice.between(0, partitions - 1)
    const { id } = stage.ledger.topics.find(topic => topic.name === name)!
    const known = stage.ledger.at(id!, partition)
    if (known.highWatermark === 0) return
    const asked = dice.between(0, known.highWatermark)
    const beganMs = stage.world.nowMs
    const start = { asked, outcome: 'sent' as 'sent' | 'acked' | 'refused' }
    known.starts.push(start)
    const { topics } = await this.#line.ask(DeleteRecords, 2, {
      topics: [{ name, partitions: [{ partitionIndex: partition, offset: asked }] }],
      timeoutMs: 5_000,
    })
    const { errorCode } = topics[0]!.partitions[0]!
    if (errorCode === 0) start.outcome = 'acked'
    else if (!stage.wasDiskFaulty(beganMs))
      stage.ledger.anomalies.push(
        `admin: records below ${asked} of ${name}-${partition} were not deleted: ${errorCode}`,
      )
  }
}
