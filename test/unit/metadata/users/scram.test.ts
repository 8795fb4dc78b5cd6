/** Credentials against the example of RFC 7677, and what becomes of a user who stands in a request twice. */
import { pbkdf2Sync } from 'node:crypto'
import { decideAlterScram, scramKeys, scramMechanisms } from '../../../../src/metadata/users/scram'
import { openMetadata } from '../../../support/metadata'

const [sha256] = scramMechanisms

test('keys are those of the example in RFC 7677', () => {
  const salted = pbkdf2Sync('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4096, 32, 'sha256')
  const { storedKey, serverKey } = scramKeys(sha256, salted)
  expect(storedKey.toString('base64')).toBe('WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=')
  expect(serverKey.toString('base64')).toBe('wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=')
})

test('a user whose deletion is fine and who is set as well keeps what was there', async () => {
  const metadata = await openMetadata()
  const row = { user: 'ann', mechanism: 1, iterations: 4096, salt: Buffer.from('a'), saltedPassword: Buffer.from('b') }
  await metadata.decide(context => decideAlterScram(context, [], [row]))
  const before = metadata.image.table('scram')
  const outcomes = await metadata.decide(context => decideAlterScram(context, [row], [row]))
  expect(outcomes.map(({ outcome }) => outcome.errorCode)).toEqual([92])
  expect(metadata.image.table('scram')).toBe(before)
  await metadata.decide(context => decideAlterScram(context, [row], []))
  expect(metadata.image.table('scram').size).toBe(0)
})
