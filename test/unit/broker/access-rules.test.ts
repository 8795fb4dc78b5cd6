/** Which access rules a broker refuses to read. */
import { closeUnreadable, isUnreadable } from '../../../src/broker/access-rules'

const rule = { resourceType: 2, patternType: 3, operation: 3, permissionType: 3 }

test('a rule that leaves nothing open is read, whatever its numbers are', () => {
  expect(isUnreadable(rule)).toBe(false)
  expect(isUnreadable({ ...rule, resourceType: 99 })).toBe(false)
})

test.each(Object.keys(rule))('a rule without %s ends its connection', field => {
  expect(isUnreadable({ ...rule, [field]: 0 })).toBe(true)
  const closed: string[] = []
  const connection = { close: (why: string) => closed.push(why) }
  expect(closeUnreadable(connection as never)).toBeNull()
  expect(closed).toHaveLength(1)
})
