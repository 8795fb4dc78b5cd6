import { shareCoordinatorKey } from '../../../src/broker/share-key'

const id = 'ODNdq0kJSv6vkMUtcnJ8Sg'

test.each([
  [`g:${id}:0`, `g:${id}:0`],
  [`a:b:c:${id}:12`, `a:b:c:${id}:12`],
  [`g:${id}:+7`, `g:${id}:7`],
  [`g:${id}:-1`, `g:${id}:-1`],
  // Java's split drops what is empty at the end.
  [`g:${id}:0::`, `g:${id}:0`],
])('%s is filed under %s', (key, canonical) => {
  expect(shareCoordinatorKey(key)).toBe(canonical)
})

test.each([
  '',
  ':',
  'g',
  `g:${id}`,
  `:${id}:0`,
  ` :${id}:0`,
  `g:${id}:x`,
  `g:${id}:`,
  `g:${id}:99999999999`,
  'g:short:0',
  `g:${id}AAAA:0`,
])('%j is none', key => {
  expect(shareCoordinatorKey(key)).toBeNull()
})
