/** Whatever goes wrong, in whatever version: the refusal of a whole request is a reply that can be written. */
import fc from 'fast-check'
import { handlers } from '../../../src/broker/apis/index'
import type { Call } from '../../../src/call/call'
import type { Handler } from '../../../src/call/handler'
import { refuseAll } from '../../../src/call/stage'
import { codecOf, decode, encode, shapeOf } from '../../../src/protocol/codec'
import { rangeOf } from '../../../src/protocol/versions'
import { arbitraryOf } from '../../support/arbitrary-message'

const versionsOf = ({ serves }: Handler<never>): number[] => {
  const { min, max } = rangeOf(serves)
  return Array.from({ length: max - min + 1 }, (_, nth) => min + nth)
}

test.each(handlers.map(handler => [handler.api.name, handler as Handler<never>] as const))('%s', (_, handler) => {
  const { api } = handler
  for (const version of versionsOf(handler)) {
    const asked = codecOf(api, 'request', version)
    const told = codecOf(api, 'response', version)
    fc.assert(
      fc.property(arbitraryOf(shapeOf(api, 'request'), version), fc.constantFrom(null, 'why'), (message, why) => {
        const request = decode(asked as never, encode(asked as never, message as never)) as never
        const reply = refuseAll(handler, { version, principal: 'User:ann' } as Call, request, 56, why)
        encode(told as never, { throttleTimeMs: 0, ...reply } as never)
      }),
      { numRuns: 10, seed: 1 },
    )
  }
})
