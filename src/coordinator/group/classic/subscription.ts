/** Which topics a group of consumers reads, out of what its members told each other. */
import { codecOfShape } from '../../../protocol/codec'
import { ConsumerProtocolSubscription } from '../../../protocol/embedded/consumer-protocol-subscription'
import { Malformed } from '../../../protocol/wire/faults'
import { Reader } from '../../../protocol/wire/reader'
import type { ClassicMember } from './member'

/** Every version begins as version 0 does, and topics are all that is wanted here. */
const topicsOf = codecOfShape(ConsumerProtocolSubscription, 0)

/** What has to be known of a group. */
interface Consumers {
  readonly usesConsumerProtocol: boolean
  readonly protocolName: string | null
  readonly members: ReadonlyMap<string, ClassicMember>
}

/** Null when it is not known: another kind of group, no protocol yet, or metadata that cannot be read. */
export function subscribedTopics(group: Consumers): ReadonlySet<string> | null {
  if (!group.usesConsumerProtocol) return null
  const topics = new Set<string>()
  if (group.members.size === 0) return topics
  if (group.protocolName === null) return null
  for (const member of group.members.values()) {
    const metadata = member.metadataFor(group.protocolName)
    if (metadata === null) return null
    try {
      for (const topic of readTopics(metadata)) topics.add(topic)
    } catch (error) {
      if (error instanceof Malformed) return null
      throw error
    }
  }
  return topics
}

function readTopics(metadata: Buffer): readonly string[] {
  const reader = new Reader(metadata)
  // The version that the member wrote.
  reader.int16()
  return topicsOf.read(reader).topics
}
