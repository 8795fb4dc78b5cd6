import { AssignerProtocol } from 'kafkajs'
import { decodeBlob, encodeBlob } from '../../../../src/protocol/embedded/consumer-protocol'
import { ConsumerProtocolAssignment } from '../../../../src/protocol/embedded/consumer-protocol-assignment'
import { ConsumerProtocolSubscription } from '../../../../src/protocol/embedded/consumer-protocol-subscription'
import { Malformed } from '../../../../src/protocol/wire/faults'

describe('a subscription', () => {
  test('of kafkajs is read', () => {
    const bytes = AssignerProtocol.MemberMetadata.encode({ version: 0, topics: ['a', 'b'], userData: Buffer.from('u') })
    expect(decodeBlob(ConsumerProtocolSubscription, bytes)).toEqual({
      version: 0,
      message: { topics: ['a', 'b'], userData: Buffer.from('u'), ownedPartitions: [], generationId: -1, rackId: null },
    })
  })

  test('goes back and forth in every version', () => {
    const message = { topics: ['t'], userData: null, ownedPartitions: [], generationId: -1, rackId: null }
    const full = { ...message, ownedPartitions: [{ topic: 't', partitions: [0, 4] }], generationId: 3, rackId: 'r' }
    for (const version of [0, 1, 2]) {
      expect(
        decodeBlob(ConsumerProtocolSubscription, encodeBlob(ConsumerProtocolSubscription, version, message)),
      ).toEqual({
        version,
        message,
      })
    }
    const newest = encodeBlob(ConsumerProtocolSubscription, 3, full)
    expect(decodeBlob(ConsumerProtocolSubscription, newest).message).toEqual(full)
    // A newer version appends fields, so it is read as the newest that is known.
    const future = Buffer.concat([Buffer.from('0009', 'hex'), newest.subarray(2), Buffer.from('more')])
    expect(decodeBlob(ConsumerProtocolSubscription, future)).toEqual({ version: 9, message: full })
  })

  test('that is cut short or has a negative version is malformed', () => {
    for (const hex of ['', '0000', '000000000001', 'ffff00000000ffffffff']) {
      expect(() => decodeBlob(ConsumerProtocolSubscription, Buffer.from(hex, 'hex'))).toThrow(Malformed)
    }
  })
})

test('an assignment is what kafkajs writes and reads', () => {
  const theirs = AssignerProtocol.MemberAssignment.encode({
    version: 0,
    assignment: { t: [0, 1] },
    userData: Buffer.alloc(0),
  })
  const { message } = decodeBlob(ConsumerProtocolAssignment, theirs)
  expect(message).toEqual({ assignedPartitions: [{ topic: 't', partitions: [0, 1] }], userData: Buffer.alloc(0) })
  expect(encodeBlob(ConsumerProtocolAssignment, 0, message).equals(theirs)).toBe(true)
  expect(AssignerProtocol.MemberAssignment.decode(theirs)?.assignment).toEqual({ t: [0, 1] })
})
