/** The last message of a client of SCRAM who knows a password (RFC 5802). */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import type { ScramMechanism } from '../../src/metadata/users/scram'

/** `bare` is the first message without its header, `first` the server's answer to it. */
export function scramProof({ hash, bytes }: ScramMechanism, bare: string, first: string, password: string): string {
  const [, nonce, salt, iterations] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(first)!
  const salted = pbkdf2Sync(password, Buffer.from(salt!, 'base64'), Number(iterations), bytes, hash)
  const clientKey = createHmac(hash, salted).update('Client Key').digest()
  const unproved = `c=biws,r=${nonce}`
  const storedKey = createHash(hash).update(clientKey).digest()
  const signature = createHmac(hash, storedKey).update(`${bare},${first},${unproved}`).digest()
  return `${unproved},p=${Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!)).toString('base64')}`
}
