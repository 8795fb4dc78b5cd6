/**
 * OffsetFetch (9): what groups have committed. v2: all topics when none are named, and an error of the whole; v5: leader
 * epoch (KIP-320); v6: flexible; v7: only stable offsets (KIP-447); v8: many groups at once (KIP-709); v9: for members of
 * consumer groups (KIP-848); v10: topics by id.
 */
import type { Call } from '../../call/call'
import { type FetchedTopic, noTopicId, nothing, type WantedTopic } from '../../coordinator/group/offsets/fetch'
import { errors, type ErrorName, Refusal } from '../../protocol/errors'
import { OffsetFetch, type OffsetFetchRequest } from '../../protocol/messages/offset-fetch'
import type { ResponseDraft } from '../../protocol/schema'
import { type Broker, defineHandler } from '../broker'

type Reply = Omit<ResponseDraft<typeof OffsetFetch>, 'throttleTimeMs'>

const fetchesMany = (version: number): boolean => version >= 8
const tellsErrorOfAll = (version: number): boolean => version >= 2
const namesTopicsById = (version: number): boolean => version >= 10

interface AskedGroup {
  readonly groupId: string
  readonly topics: readonly WantedTopic[] | null
}

interface FetchedGroup {
  readonly groupId: string
  readonly topics: FetchedTopic[]
  readonly errorCode: number
}

export const offsetFetch = defineHandler({
  api: OffsetFetch,
  serves: '0-10',
  access: [
    { own: 'group', may: 'DESCRIBE' },
    { own: 'topic', may: 'DESCRIBE' },
  ],
  refuseAll: (request, errorCode, _message, call) =>
    inVersion(
      call.version,
      groupsOf(request, call.version).map(group => refused(group, errorCode, call.version)),
    ),

  async handle(broker, call, request) {
    const { version } = call
    const fetched = groupsOf(request, version).map(async asked => {
      try {
        if (!broker.access.isAllowed(call, 'DESCRIBE', 'group', asked.groupId)) {
          throw new Refusal('GROUP_AUTHORIZATION_FAILED')
        }
        return await fetchGroup(broker, call, asked, request.requireStable)
      } catch (error) {
        if (error instanceof Refusal) return refused(asked, error.code, version)
        throw error
      }
    })
    return inVersion(version, await Promise.all(fetched))
  },
})

function groupsOf(request: OffsetFetchRequest, version: number): readonly AskedGroup[] {
  if (fetchesMany(version)) return request.groups
  const { groupId, topics } = request
  return [{ groupId, topics: topics?.map(topic => ({ ...topic, topicId: noTopicId })) ?? null }]
}

function fetchGroup(broker: Broker, call: Call, asked: AskedGroup, requireStable: boolean): Promise<FetchedGroup> {
  return asked.topics === null
    ? fetchAll(broker, call, asked.groupId, requireStable)
    : fetchSome(broker, call, asked.groupId, asked.topics, requireStable)
}

/** Topics that the caller may not describe are left out. */
async function fetchAll(broker: Broker, call: Call, groupId: string, requireStable: boolean): Promise<FetchedGroup> {
  const all = await broker.groups.fetch(groupId, null, requireStable)
  const fetched = all.filter(({ name }) => broker.access.isAllowed(call, 'DESCRIBE', 'topic', name))
  if (!namesTopicsById(call.version)) return { groupId, topics: fetched, errorCode: 0 }
  // A topic that has no id any more cannot be named in this version.
  const topics = fetched.flatMap(topic => {
    const id = broker.image().topic(topic.name)?.id
    return id === undefined ? [] : [{ ...topic, topicId: id }]
  })
  return { groupId, topics, errorCode: 0 }
}

async function fetchSome(
  broker: Broker,
  call: Call,
  groupId: string,
  topics: readonly WantedTopic[],
  requireStable: boolean,
): Promise<FetchedGroup> {
  const known: WantedTopic[] = []
  const refusals: FetchedTopic[] = []
  for (const { name: given, topicId, partitionIndexes } of topics) {
    const name = namesTopicsById(call.version) ? broker.image().topicById(topicId)?.name : given
    const refuse = (error: ErrorName) => {
      const partitions = partitionIndexes.map(index => nothing(index, errors[error].code))
      refusals.push({ name: name ?? '', topicId, partitions })
    }
    if (name === undefined) refuse('UNKNOWN_TOPIC_ID')
    else if (!broker.access.isAllowed(call, 'DESCRIBE', 'topic', name)) refuse('TOPIC_AUTHORIZATION_FAILED')
    else known.push({ name, topicId, partitionIndexes })
  }
  const fetched = await broker.groups.fetch(groupId, known, requireStable)
  return { groupId, topics: [...fetched, ...refusals], errorCode: 0 }
}

/** Before there was an error of the whole, every partition told it. */
function refused({ groupId, topics }: AskedGroup, errorCode: number, version: number): FetchedGroup {
  if (tellsErrorOfAll(version)) return { groupId, topics: [], errorCode }
  return {
    groupId,
    errorCode,
    topics: (topics ?? []).map(({ name, topicId, partitionIndexes }) => ({
      name,
      topicId,
      partitions: partitionIndexes.map(index => nothing(index, errorCode)),
    })),
  }
}

function inVersion(version: number, groups: readonly FetchedGroup[]): Reply {
  if (fetchesMany(version)) return { topics: [], groups }
  const { topics, errorCode } = groups[0]!
  return { topics: topics.map(({ name, partitions }) => ({ name, partitions })), errorCode, groups: [] }
}
