import { madeReply } from '../../../../src/embedded/faults/made-reply'
import { decode, encode, codecOf } from '../../../../src/protocol/codec'
import { apis } from '../../../../src/protocol/messages'
import { DescribeAcls } from '../../../../src/protocol/messages/describe-acls'
import { Fetch } from '../../../../src/protocol/messages/fetch'
import { JoinGroup } from '../../../../src/protocol/messages/join-group'
import { OffsetFetch } from '../../../../src/protocol/messages/offset-fetch'
import { rangeOf } from '../../../../src/protocol/versions'

test('nothing at all is a response of every API in every version', () => {
  for (const api of apis) {
    const { min, max } = rangeOf(api.versions)
    for (let version = min; version <= max; version++) {
      const codec = codecOf(api, 'response', version)
      expect(decode(codec, encode(codec, madeReply(api, version, {}) as never))).toBeDefined()
    }
  }
})

test('what is given is written; what the version does not carry is left out', () => {
  const codec = codecOf(OffsetFetch, 'response', 3)
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 1, committedOffset: 5, metadata: 'm' }] }]
  const reply = madeReply(OffsetFetch, 3, { topics, groups: [{ groupId: 'g' }], errorCode: 'NOT_COORDINATOR' })
  expect(decode(codec, encode(codec, reply as never))).toMatchObject({
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 1, committedOffset: 5n, metadata: 'm' }] }],
    groups: [],
    errorCode: 16,
  })
  const records = new Uint8Array([1, 2, 3])
  const responses = [{ topic: 'orders', partitions: [{ partitionIndex: 0, records }] }]
  expect(madeReply(Fetch, 11, { responses }).responses[0].partitions[0].records).toEqual(Buffer.from(records))
})

test.each([
  [JoinGroup, { memberId: 1 }, 'JoinGroup.memberId is a text'],
  [JoinGroup, { members: {} }, 'JoinGroup.members is a list'],
  [JoinGroup, { members: [5] }, 'JoinGroup.members[0] is an object'],
  [JoinGroup, { members: [{ memberId: null }] }, 'JoinGroup.members[0].memberId cannot be null in this version'],
  [JoinGroup, { members: [{ metadata: 'text' }] }, 'JoinGroup.members[0].metadata is bytes'],
  [JoinGroup, { generation: 1 }, "JoinGroup has no field 'generation'. Did you mean generationId?"],
  [JoinGroup, { generationId: 0.5 }, 'JoinGroup.generationId is a whole number'],
  [JoinGroup, { generationId: '1' }, 'JoinGroup.generationId is a number'],
  [JoinGroup, { skipAssignment: 1 }, 'JoinGroup.skipAssignment is true or false'],
  [Fetch, { responses: [{ topicId: 'orders' }] }, 'Fetch.responses[0].topicId is 32 hex digits'],
  [DescribeAcls, [], 'DescribeAcls is an object'],
])('%o refuses %j', (api, given, says) => {
  const { max } = rangeOf(api.versions)
  expect(() => madeReply(api, max, given)).toThrow(says)
})
