/** From configs to what each room wants to know, so that no room reads another's keys. */
import type { TopicConfigs } from '../metadata/configs'

export function retentionOf({ retentionMs, retentionBytes, cleanupPolicy }: TopicConfigs) {
  return { retentionMs, retentionBytes, deletes: cleanupPolicy.includes('delete') }
}
