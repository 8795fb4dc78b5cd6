/** One broker in one scenario: asks, remembers every reply for the comparison, and knows how to prepare a topic. */
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { ListOffsets } from '../../src/protocol/messages/list-offsets'
import { Metadata } from '../../src/protocol/messages/metadata'
import { Produce } from '../../src/protocol/messages/produce'
import type { Api, RequestDraft, ResponseOf } from '../../src/protocol/schema'
import { sleep } from '../judge/process'
import { Mask, type Plain } from './mask'
import { Closed, Wire } from './wire'

export interface Step {
  readonly label: string
  /** What was asked; absent for what a scenario noted. */
  readonly asked?: { readonly key: number; readonly version: number }
  readonly reply: Plain
}

export interface Topic {
  readonly name: string
  /** 32 hex digits. */
  readonly id: string
}

/** Versions served by one broker, by API key. */
export type Served = ReadonlyMap<number, { readonly min: number; readonly max: number }>

/** Thrown after a failed ask was recorded: the rest of the scenario makes no sense. */
export class Halt extends Error {}

export class Subject {
  readonly port: number
  readonly stamp: string
  readonly mask: Mask
  readonly steps: Step[] = []
  readonly exercised = new Set<string>()
  private readonly top: (api: Api) => number
  private readonly wires = new Map<string, Wire>()

  constructor(port: number, stamp: string, top: (api: Api) => number) {
    this.port = port
    this.stamp = stamp
    this.top = top
    this.mask = new Mask(port, stamp)
  }

  /** The newest version that both brokers serve. */
  newest(api: Api): number {
    return this.top(api)
  }

  /** A name that both brokers get in this scenario and in no other. */
  name(stem: string): string {
    return `${this.stamp}-${stem}`
  }

  /** An address of the loopback from which nobody comes in another scenario. A connection of that name comes from it. */
  get guest(): string {
    const count = Number(this.stamp.slice(1))
    return `127.1.${count >> 8}.${count & 255}`
  }

  /** A connection by name; the same one for the same name. */
  async wire(name = 'main'): Promise<Wire> {
    const known = this.wires.get(name)
    if (known !== undefined) return known
    const wire = await Wire.open(this.port, name.startsWith('127.') ? name : undefined)
    this.wires.set(name, wire)
    return wire
  }

  /** Records something a scenario found out by itself. */
  note(label: string, value: unknown): void {
    this.steps.push({ label, reply: this.mask.plain(value) })
  }

  /** Asks and records the reply. Without a version: the newest that both serve. */
  async ask<A extends Api>(
    api: A,
    body: RequestDraft<A>,
    version = this.newest(api),
    connection = 'main',
  ): Promise<ResponseOf<A>> {
    const label = `${api.name} v${version}`
    this.exercised.add(`${api.key} ${version}`)
    try {
      const reply = await (await this.wire(connection)).ask(api, version, body)
      this.steps.push({ label, asked: { key: api.key, version }, reply: this.mask.plain(reply) })
      return reply
    } catch (error) {
      const says =
        error instanceof Closed ? 'the connection was closed' : error instanceof Error ? error.message : String(error)
      this.steps.push({ label, asked: { key: api.key, version }, reply: { $failed: says } })
      throw new Halt(says)
    }
  }

  /** Asks without recording. */
  async quiet<A extends Api>(
    api: A,
    body: RequestDraft<A>,
    version = this.newest(api),
    connection = 'main',
  ): Promise<ResponseOf<A>> {
    return (await this.wire(connection)).ask(api, version, body)
  }

  /** Asks again until `enough`, five seconds at most, and records the last reply: for what a broker does in its own time. */
  async eventually<A extends Api>(
    api: A,
    body: RequestDraft<A>,
    enough: (reply: ResponseOf<A>) => boolean,
    version = this.newest(api),
  ): Promise<ResponseOf<A>> {
    await this.eventuallyQuiet(api, body, enough, version)
    return this.ask(api, body, version)
  }

  /** The same, and records nothing. */
  async eventuallyQuiet<A extends Api>(
    api: A,
    body: RequestDraft<A>,
    enough: (reply: ResponseOf<A>) => boolean,
    version = this.newest(api),
  ): Promise<ResponseOf<A>> {
    const deadline = Date.now() + 5000
    for (;;) {
      const reply = await this.quiet(api, body, version)
      if (enough(reply) || Date.now() >= deadline) return reply
      await sleep(20)
    }
  }

  /** Creates a topic and waits until all its partitions answer. Records nothing. */
  async topic(stem: string, partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<Topic> {
    const name = this.name(stem)
    const entries = Object.entries(configs).map(([key, value]) => ({ name: key, value }))
    const created = await this.quiet(CreateTopics, {
      topics: [{ name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: entries }],
      timeoutMs: 10_000,
      validateOnly: false,
    })
    const errorCode = created.topics[0]?.errorCode
    if (errorCode !== 0)
      throw new Error(`topic ${name} could not be created: ${errorCode} ${created.topics[0]?.errorMessage}`)
    await this.settled(name, partitions)
    const metadata = await this.quiet(Metadata, { topics: [{ name }], allowAutoTopicCreation: false })
    const id = metadata.topics[0]?.topicId ?? ''
    this.mask.learnTopicId(id, name)
    return { name, id }
  }

  /** Waits until every partition of a topic has a leader that answers. */
  async settled(name: string, partitions: number): Promise<void> {
    const asked = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }))
    const deadline = Date.now() + 10_000
    while (Date.now() < deadline) {
      const { topics } = await this.quiet(ListOffsets, {
        replicaId: -1,
        isolationLevel: 0,
        topics: [{ name, partitions: asked }],
      })
      const rows = topics[0]?.partitions ?? []
      if (rows.length === partitions && rows.every(({ errorCode }) => errorCode === 0)) return
      await sleep(20)
    }
    throw new Error(`topic ${name} has no leaders`)
  }

  /** Appends batches without recording. */
  async append(topic: Topic, batches: Buffer, index = 0): Promise<void> {
    const version = Math.min(12, this.newest(Produce))
    const reply = await this.quiet(
      Produce,
      { acks: -1, timeoutMs: 10_000, topicData: [{ name: topic.name, partitionData: [{ index, records: batches }] }] },
      version,
    )
    const errorCode = reply.responses[0]?.partitionResponses[0]?.errorCode
    if (errorCode !== 0) throw new Error(`append to ${topic.name}-${index}: error ${errorCode}`)
  }

  close(): void {
    for (const wire of this.wires.values()) wire.close()
  }
}
