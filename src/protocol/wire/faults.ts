/** The two ways in which bytes and messages fail to meet: what a peer sent, and what we meant to send. */

/** Bytes that do not follow the schema. The connection that sent them is closed. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
}

/** A message that its version cannot carry: a field the version lacks, a null, a text that is too long. Our own mistake. */
export class Unwritable extends Error {
  override readonly name = 'Unwritable'
}
