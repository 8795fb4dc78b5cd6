/** Ids of clusters. */
import type { Random } from '../platform/random'

/** 16 random bytes in base64url, as Kafka's tools format them; not beginning with a dash. */
export function newClusterId(random: Random): string {
  for (;;) {
    const id = random.bytes(16).toString('base64url')
    if (!id.startsWith('-')) return id
  }
}
