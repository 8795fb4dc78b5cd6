import { handlers } from '../../../../src/broker/apis'
import { apiNames } from '../../../../src/embedded/contract/api-names'
import { faultFrom } from '../../../../src/embedded/door/fault-spec'

test('those are all that are served', () => {
  expect(apiNames).toEqual(handlers.map(({ api }) => api.name).toSorted())
})

test('who misspells an API or an error is told by the compiler', () => {
  faultFrom({ api: ['Produce', '*'], error: 'NOT_LEADER_OR_FOLLOWER' })
  // @ts-expect-error there is no such API
  faultFrom({ api: 'Produc', error: 'NOT_LEADER_OR_FOLLOWER' })
  // @ts-expect-error there is no such error
  faultFrom({ api: 'Produce', error: 'NOT_LEADER' })
  // @ts-expect-error nor is that one
  faultFrom({ api: 'Produce', error: 'NONE' })
})
