import { UnsentBytes } from '../../../../src/broker/fetch/unsent'

test('what waits to be sent leaves less for the next reply, but never nothing', () => {
  const unsent = new UnsentBytes(() => 1_000_000)
  expect(unsent.leftBytes).toBe(1_000_000)
  const first = unsent.hold(900_000)
  expect(unsent.leftBytes).toBe(100_000)
  const second = unsent.hold(900_000)
  expect(unsent.leftBytes).toBe(65_536)
  first()
  first()
  expect(unsent.bytes).toBe(900_000)
  second()
  expect(unsent.leftBytes).toBe(1_000_000)
})
