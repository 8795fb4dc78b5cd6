/** PLAIN: one message, and who does not come through. */
import { PlainExchange } from '../../../src/security/sasl/plain'

const users = new Map([
  ['ann', 'secret'],
  ['empty', ''],
])

const said = (text: string) => {
  const exchange = new PlainExchange(users)
  exchange.answer(Buffer.from(text))
  return exchange.user
}

test('name and password, and an authorization id that is the name', () => {
  expect(said('\0ann\0secret')).toBe('ann')
  expect(said('ann\0ann\0secret')).toBe('ann')
})

test.each([
  ['\0ann\0wrong', 'Invalid username or password'],
  ['\0bob\0secret', 'Invalid username or password'],
  ['\0bob\0', 'password not specified'],
  ['\0empty\0', 'password not specified'],
  ['\0\0secret', 'username not specified'],
  ['bob\0ann\0secret', 'authorization id that is different'],
  ['ann\0secret', 'expected 3 tokens, got 2'],
  ['\0ann\0secret\0', 'expected 3 tokens, got 4'],
  ['', 'expected 3 tokens, got 1'],
])('%j fails', (text, says) => {
  expect(() => said(text)).toThrow(says)
})
