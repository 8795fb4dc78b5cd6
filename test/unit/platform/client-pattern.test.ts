/** Patterns of clients: the dialect of RE2/J, as a real Kafka has it, and no text that takes for ever. */
import { clientPattern } from '../../../src/platform/client-pattern'

test.each(['\\Aa+!\\z', '[[:alpha:]]+!', '\\pL+!', '\\Qa\\E+!', '(?P<n>a+)!', '(?i:A)+!', '\\x{61}+!', 'a+!|b'])(
  '%s matches the whole',
  pattern => {
    const matches = clientPattern(pattern)!
    expect(['aaa!', 'aaa!!', ' aaa!', 'aaa!\n'].map(matches)).toEqual([true, false, false, false])
  },
)

test.each(['(?=a)a+!', '(a)\\1+!', 'a{1,1001}!', '\\C+', '('])('%s is none', pattern => {
  expect(clientPattern(pattern)).toBeNull()
})

test('a pattern that would look at thousands of things for each character is none', () => {
  expect(clientPattern('.{0,1000}'.repeat(28))).toBeNull()
  expect(clientPattern('a{1,1000}!')!(`${'a'.repeat(1000)}!`)).toBe(true)
})

test('a pattern of more than 256 characters is none', () => {
  expect(clientPattern('a'.repeat(257))).toBeNull()
  expect(clientPattern('a'.repeat(256))!('a'.repeat(256))).toBe(true)
})

test('what JavaScript would look for until the end of the world is told at once', () => {
  expect(clientPattern('(a+)+b')!(`${'a'.repeat(10_000)}!`)).toBe(false)
})
