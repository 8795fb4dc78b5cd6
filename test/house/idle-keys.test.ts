/** Configs that a running broker takes either do something here, or there is one reason why not. */
import { idleKeys, idleReasons } from '../../scripts/docs/idle-keys'

test('every dynamic broker config that does nothing has one reason', () => {
  const reasonsOf = (name: string) => idleReasons.filter(({ keys }) => keys.test(name)).length
  expect(idleKeys.filter(name => reasonsOf(name) !== 1)).toEqual([])
})

test('no reason is left over', () => {
  expect(idleReasons.filter(({ keys }) => !idleKeys.some(name => keys.test(name)))).toEqual([])
})
