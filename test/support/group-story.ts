/**
 * Stories about groups: commands and, under a line of dashes, the replies that came after each. A reply that has to wait
 * for others shows up under the command that set it free. Member ids are written as the name of the one that they were
 * given to and a number. The same stories are told to a broker over a network: see test/stories/groups.
 */
import type { GroupBench } from './group-bench'
import { ConsumerProtocolSubscription } from '../../src/protocol/embedded/consumer-protocol-subscription'
import { decodeBlob, encodeBlob } from '../../src/protocol/embedded/consumer-protocol'
import { errorNameOf } from '../../src/protocol/errors'
import { DeleteGroups } from '../../src/protocol/messages/delete-groups'
import { DescribeGroups } from '../../src/protocol/messages/describe-groups'
import { Heartbeat } from '../../src/protocol/messages/heartbeat'
import { JoinGroup } from '../../src/protocol/messages/join-group'
import { LeaveGroup } from '../../src/protocol/messages/leave-group'
import { ListGroups } from '../../src/protocol/messages/list-groups'
import { OffsetCommit } from '../../src/protocol/messages/offset-commit'
import { OffsetDelete } from '../../src/protocol/messages/offset-delete'
import { OffsetFetch } from '../../src/protocol/messages/offset-fetch'
import { SyncGroup } from '../../src/protocol/messages/sync-group'
import type { Api, RequestDraft } from '../../src/protocol/schema'

/** A broker to tell the story to. */
export interface Door {
  ask<A extends Api>(who: string, api: A, version: number, request: RequestDraft<A>): Promise<unknown>
  /** Lets everything happen that is due, or `ms` pass. */
  pass(ms: number): Promise<void>
  close(who: string): Promise<void>
  topicId(name: string): string
  /** What only a broker in this process can do; null where it is another. */
  readonly bench: GroupBench | null
}

interface Member {
  id: string
  generation: number
  ids: number
}

type Options = ReadonlyMap<string, string>

export class Story {
  readonly #door: Door
  readonly #prefix: string
  readonly #members = new Map<string, Member>()
  readonly #names = new Map<string, string>()
  #said: { who: string; reply: unknown }[] = []

  /** Names of groups and topics are told to the broker with the prefix, so that stories do not meet. */
  constructor(door: Door, prefix: string) {
    this.#door = door
    this.#prefix = prefix
  }

  /** Carries out one command; gives the lines that it led to. */
  async tell(line: string): Promise<string[]> {
    const [command = '', ...words] = line.split(' ')
    const named = words.filter(word => /^[a-z]+=/.test(word)).map(word => word.split(/=(.*)/).slice(0, 2))
    const options: Options = new Map(named as [string, string][])
    const plain = words.filter(word => !/^[a-z]+=/.test(word))
    if (command === 'wait') await this.#door.pass(Number(plain[0]))
    else if (command === 'close') await this.#door.close(plain[0]!)
    else this.#send(command, plain[0] ?? 'admin', plain.slice(1), options)
    await this.#door.pass(0)
    return this.#heard()
  }

  #send(command: string, who: string, words: readonly string[], options: Options): void {
    const ask = <A extends Api>(api: A, latest: number, request: RequestDraft<A>): void => {
      const version = Number(options.get('v') ?? latest)
      this.#door.ask(who, api, version, request).then(
        reply => this.#said.push({ who, reply }),
        error => this.#said.push({ who, reply: { failed: String(error) } }),
      )
    }
    const groupId = this.#group(options.get('group') ?? 'g')
    const member = this.#member(who)
    const memberId = this.#idOf(options.get('id'), member)
    const generation = Number(options.get('generation') ?? member.generation)
    const groupInstanceId = options.get('instance') ?? null
    switch (command) {
      case 'join':
        return ask(JoinGroup, 9, { groupId, memberId, groupInstanceId, ...this.#joining(options) })
      case 'sync':
        return ask(SyncGroup, 5, {
          groupId,
          generationId: generation,
          memberId,
          groupInstanceId,
          protocolType: options.get('type') ?? 'consumer',
          protocolName: options.get('protocol') ?? 'range',
          assignments: listOf(options.get('assign')).map(each => {
            const [name = '', assignment = ''] = each.split(':')
            return { memberId: this.#idOf(undefined, this.#member(name)), assignment: Buffer.from(assignment) }
          }),
        })
      case 'heartbeat':
        return ask(Heartbeat, 4, { groupId, generationId: generation, memberId, groupInstanceId })
      case 'leave':
        return Number(options.get('v') ?? 5) < 3
          ? ask(LeaveGroup, 2, { groupId, memberId, members: [] })
          : ask(LeaveGroup, 5, { groupId, memberId: '', members: this.#leaving(who, options) })
      case 'commit':
        return ask(OffsetCommit, 9, {
          groupId,
          memberId,
          groupInstanceId,
          generationIdOrMemberEpoch: options.has('simple') ? -1 : generation,
          retentionTimeMs: Number(options.get('retention') ?? -1),
          topics: this.#commits(words, options),
        })
      case 'fetch':
        return ask(OffsetFetch, 9, this.#fetching(groupId, words, options))
      case 'forget':
        return ask(OffsetDelete, 0, {
          groupId,
          topics: this.#topics(words).map(({ name, partitions }) => ({
            name,
            partitions: partitions.map(([partitionIndex]) => ({ partitionIndex })),
          })),
        })
      case 'describe':
        return ask(DescribeGroups, 6, { groups: [groupId], includeAuthorizedOperations: options.has('may') })
      case 'list':
        return ask(ListGroups, 5, {
          statesFilter: listOf(options.get('states')),
          typesFilter: listOf(options.get('types')),
        })
      case 'delete':
        return ask(DeleteGroups, 3, {
          groupsNames: words.length > 0 ? words.map(name => this.#group(name)) : [groupId],
        })
      default:
        throw new Error(`no command is called ${command}`)
    }
  }

  #joining(options: Options) {
    const topics = listOf(options.get('topics') ?? 't').map(name => this.#topic(name))
    const subscription = encodeBlob(ConsumerProtocolSubscription, 0, { topics, userData: null })
    const metadata = options.has('metadata') ? Buffer.from(options.get('metadata')!) : subscription
    return {
      sessionTimeoutMs: Number(options.get('session') ?? 10_000),
      rebalanceTimeoutMs: Number(options.get('rebalance') ?? 5_000),
      protocolType: options.get('type') ?? 'consumer',
      protocols: listOf(options.get('protocols') ?? 'range').map(name => ({ name, metadata })),
    }
  }

  #leaving(who: string, options: Options) {
    const reason = options.get('reason') ?? null
    const byInstance = listOf(options.get('instances')).map(instance => ({
      memberId: '',
      groupInstanceId: instance,
      reason,
    }))
    if (byInstance.length > 0 && !options.has('members')) return byInstance
    const byId = listOf(options.get('members') ?? who).map(name => ({
      memberId: this.#idOf(options.get('id'), this.#member(name)),
      groupInstanceId: options.get('instance') ?? null,
      reason,
    }))
    return [...byId, ...byInstance]
  }

  #commits(words: readonly string[], options: Options) {
    return this.#topics(words).map(({ name, partitions }) => ({
      name,
      topicId: this.#door.topicId(name),
      partitions: partitions.map(([partitionIndex, offset]) => ({
        partitionIndex,
        committedOffset: offset,
        committedLeaderEpoch: Number(options.get('epoch') ?? -1),
        committedMetadata: options.has('long')
          ? 'x'.repeat(Number(options.get('long')))
          : (options.get('metadata') ?? null),
      })),
    }))
  }

  #fetching(groupId: string, words: readonly string[], options: Options) {
    const topics = this.#topics(words).map(({ name, partitions }) => ({
      name,
      topicId: this.#door.topicId(name),
      partitionIndexes: partitions.map(([partition]) => partition),
    }))
    const wanted = words.length === 0 ? null : topics
    const requireStable = options.has('stable')
    if (Number(options.get('v') ?? 9) < 8) return { groupId, topics: wanted, groups: [], requireStable }
    return { groupId: '', topics: [], groups: [{ groupId, topics: wanted }], requireStable }
  }

  /** `t:0=5 t:1` as topics with pairs of partition and offset. */
  #topics(words: readonly string[]): { name: string; partitions: [partition: number, offset: bigint][] }[] {
    const topics = new Map<string, [number, bigint][]>()
    for (const word of words) {
      const [, name = '', partition, offset = '0'] = /^(.*):(-?\d+)(?:=(-?\d+))?$/.exec(word) ?? []
      const full = this.#topic(name)
      topics.set(full, [...(topics.get(full) ?? []), [Number(partition), BigInt(offset)]])
    }
    return [...topics].map(([name, partitions]) => ({ name, partitions }))
  }

  #group(name: string): string {
    return name === '-' ? '' : this.#prefix + name
  }

  #topic(name: string): string {
    return this.#prefix + name
  }

  #member(who: string): Member {
    let member = this.#members.get(who)
    if (!member) this.#members.set(who, (member = { id: '', generation: -1, ids: 0 }))
    return member
  }

  /** `id=-` is no id, `id=alice#1` one that was given out before, `id=ghost` one that never was. */
  #idOf(asked: string | undefined, member: Member): string {
    if (asked === undefined) return member.id
    if (asked === '-') return ''
    for (const [id, name] of this.#names) if (name === asked) return id
    return asked
  }

  #heard(): string[] {
    const said = this.#said.splice(0)
    for (const { who, reply } of said) this.#learn(who, reply as { memberId?: string; generationId?: number })
    return said.map(({ who, reply }) => `${who}: ${this.#write('', reply)}`).sort()
  }

  #learn(who: string, { memberId, generationId }: { memberId?: string; generationId?: number }): void {
    const member = this.#member(who)
    if (generationId !== undefined && generationId >= 0) member.generation = generationId
    if (!memberId || memberId === 'ghost') return
    if (!this.#names.has(memberId)) this.#names.set(memberId, `${who}#${++member.ids}`)
    member.id = memberId
  }

  #write(name: string, value: unknown): string {
    if (Buffer.isBuffer(value))
      return this.#text(name === 'metadata' || name === 'memberMetadata' ? topicsIn(value) : value.toString())
    if (typeof value === 'string') return this.#text(value)
    if (Array.isArray(value) && name === 'groups')
      return this.#write(
        '',
        value.filter(group => this.#isOurs(group)),
      )
    if (Array.isArray(value))
      return `[${value
        .map(each => this.#write('', each))
        .sort()
        .join(', ')}]`
    if (typeof value !== 'object' || value === null) return String(value)
    const fields = Object.entries(value).flatMap(([key, each]) => {
      if (key === 'throttleTimeMs' || key === 'clientId' || key === 'clientHost') return []
      if (key === 'errorCode') return each === 0 ? [] : [errorNameOf(each as number) ?? String(each)]
      if (key === 'topicId') return []
      return [`${key}=${this.#write(key, each)}`]
    })
    return name === '' ? fields.join(' ') || 'ok' : `{${fields.join(' ')}}`
  }

  /** A broker that runs for long has groups of other stories, too. */
  #isOurs({ groupId }: { groupId?: string }): boolean {
    return !groupId || groupId.startsWith(this.#prefix)
  }

  #text(text: string): string {
    let shown = text
    for (const [id, name] of this.#names) shown = shown.replaceAll(id, name)
    return shown.replaceAll(this.#prefix, '') || "''"
  }
}

function topicsIn(metadata: Buffer): string {
  try {
    return `<${decodeBlob(ConsumerProtocolSubscription, metadata).message.topics.join(',')}>`
  } catch {
    return metadata.toString()
  }
}

const listOf = (text: string | undefined): string[] => (text ? text.split(',') : [])
