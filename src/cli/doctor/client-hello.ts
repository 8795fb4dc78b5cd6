/** The first words of a TLS client (RFC 5246, 7.4.1.2), as few as will do: enough for a server to answer in its own protocol. */

const handshake = 22
const alert = 21
const clientHelloType = 1

const suites = Buffer.from([0xc0, 0x2f, 0xc0, 0x2b, 0xc0, 0x30, 0x00, 0x9c, 0x00, 0x2f])
/** supported_groups: P-256 and P-384; signature_algorithms: ECDSA and RSA with SHA-256. */
const extensions = Buffer.from('000a0006000400170018000d0006000404030401', 'hex')

const sized = (bytes: Buffer, width: 1 | 2 | 3): Buffer => {
  const length = Buffer.alloc(width)
  length.writeUIntBE(bytes.length, 0, width)
  return Buffer.concat([length, bytes])
}

const version = Buffer.from([3, 3])
const hello = Buffer.concat([
  version,
  // Random in earnest; nobody goes on with this handshake.
  Buffer.alloc(32, 7),
  sized(Buffer.alloc(0), 1),
  sized(suites, 2),
  sized(Buffer.from([0]), 1),
  sized(extensions, 2),
])

export const clientHello: Buffer = Buffer.concat([
  Buffer.from([handshake, 3, 1]),
  sized(Buffer.concat([Buffer.from([clientHelloType]), sized(hello, 3)]), 2),
])

/** Whether bytes begin a record of a handshake or of an alert. */
export const isTlsRecord = (bytes: Buffer): boolean =>
  bytes.length >= 2 && (bytes[0] === handshake || bytes[0] === alert) && bytes[1] === 3
