/** The key under which the share coordinator files a share partition: `group:topicId:partition` (KIP-932). */

const uuidBytes = 16

/** The key in its canonical form; null when it is not one. Group ids may contain colons. */
export function shareCoordinatorKey(key: string): string | null {
  // Java's split, which Kafka uses, drops empty pieces at the end.
  const pieces = key.replace(/:+$/, '').split(':')
  const partition = pieces.pop() ?? ''
  const topicId = pieces.pop() ?? ''
  const groupId = pieces.join(':')
  if (pieces.length === 0 || groupId.trim() === '') return null
  if (!/^[+-]?\d{1,10}$/.test(partition) || Math.abs(Number(partition)) > 0x7fff_ffff) return null
  const bytes = Buffer.from(topicId, 'base64url')
  if (topicId.length > 24 || bytes.length !== uuidBytes) return null
  return `${groupId}:${bytes.toString('base64url')}:${Number(partition)}`
}
