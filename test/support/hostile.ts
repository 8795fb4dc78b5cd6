/** Requests as bytes, and what a hostile or broken client makes of them. */
import { codecOf } from '../../src/protocol/codec'
import { framed } from '../../src/protocol/frame'
import { writeRequestHeader } from '../../src/protocol/header'
import type { Api, RequestDraft } from '../../src/protocol/schema'
import type { Dice } from '../../src/platform/simulated/dice'

/** A whole frame, its length before it. */
export function requestFrame<A extends Api>(api: A, version: number, body: RequestDraft<A>, correlationId = 7): Buffer {
  const { buffers } = framed(writer => {
    writeRequestHeader(writer, api, { apiVersion: version, correlationId, clientId: 'hostile' })
    codecOf(api, 'request', version).write(writer, body as never)
  })
  return Buffer.concat(buffers)
}

/** Bytes behind their length. */
export function framedBytes(bytes: Buffer): Buffer {
  const prefix = Buffer.alloc(4)
  prefix.writeInt32BE(bytes.length)
  return Buffer.concat([prefix, bytes])
}

const evilInts = [-1, -2, 0, 1, 0x7fffffff, -0x80000000, 0x7fff, 0x10000, 100_000_000]
const evilVarints = ['ffffffff0f', 'ffffffff07', '8080808080', '00', '01', '80ffffff0f', 'ffff03'].map(hex =>
  Buffer.from(hex, 'hex'),
)

/** A frame that was whole and is not any more; the length before it mostly still fits. */
export function mutated(frame: Buffer, dice: Dice): Buffer {
  let body: Buffer = Buffer.from(frame.subarray(4))
  const changes = dice.between(1, 3)
  for (let i = 0; i < changes; i += 1) body = changed(body, dice)
  const whole = framedBytes(body)
  if (dice.chance(0.05)) whole.writeInt32BE(evilInts[dice.between(0, evilInts.length - 1)]!)
  return whole
}

function changed(body: Buffer, dice: Dice): Buffer {
  if (body.length === 0) return Buffer.from([dice.between(0, 255)])
  // What stands in the header is as likely to be hit as all the rest.
  const at = dice.chance(0.15) ? dice.between(0, Math.min(12, body.length - 1)) : dice.between(0, body.length - 1)
  const end = Math.min(body.length, at + dice.between(1, 40))
  switch (dice.between(1, 8)) {
    case 1:
      body[at]! ^= 1 << dice.between(0, 7)
      return body
    case 2:
      body[at] = dice.between(0, 255)
      return body
    case 3:
      return body.subarray(0, at)
    case 4:
      return Buffer.concat([body.subarray(0, at), body.subarray(end)])
    case 5:
      return Buffer.concat([body.subarray(0, end), body.subarray(at)])
    case 6:
      return Buffer.concat([body.subarray(0, at), dice.bytes(dice.between(1, 60)), body.subarray(at)])
    case 7:
      if (at + 4 > body.length) return body.subarray(0, at)
      body.writeInt32BE(evilInts[dice.between(0, evilInts.length - 1)]!, at)
      return body
    default: {
      const varint = evilVarints[dice.between(0, evilVarints.length - 1)]!
      return Buffer.concat([body.subarray(0, at), varint, body.subarray(Math.min(body.length, at + 1))])
    }
  }
}
