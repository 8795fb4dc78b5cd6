/** From configs to what each room wants to know, so that no room reads another's keys. */
import type { QuotaWindows } from '../broker/quotas/client-quotas'
import type { BrokerConfigs, Configs, TopicConfigs } from '../metadata/config/configs'
import type { AuthorizerOptions } from '../security/authorizer'
import { principalsIn } from '../security/access-control'
import type { CleanerSettings, TopicCompaction } from '../partition/cleaning'

export function retentionOf({ retentionMs, retentionBytes, cleanupPolicy }: TopicConfigs) {
  return { retentionMs, retentionBytes, deletes: cleanupPolicy.includes('delete') }
}

export function compactionOf(topic: TopicConfigs): TopicCompaction | null {
  if (!topic.cleanupPolicy.includes('compact')) return null
  return {
    minLagMs: topic.minCompactionLagMs,
    maxLagMs: topic.maxCompactionLagMs,
    minDirtyRatio: topic.minCleanableDirtyRatio,
    deleteRetentionMs: topic.deleteRetentionMs,
  }
}

/** One thread cleans here, with as much memory as one of several would have. */
export function cleanerOf(broker: BrokerConfigs): CleanerSettings {
  return {
    isEnabled: broker.logCleanerEnable,
    backoffMs: broker.logCleanerBackoffMs,
    mapBytes: Math.floor(broker.logCleanerDedupeBufferSize / Math.max(1, broker.logCleanerThreads)),
    mapLoadFactor: broker.logCleanerIoBufferLoadFactor,
    bytesPerSecond: broker.logCleanerIoMaxBytesPerSecond,
  }
}

export function quotaWindowsOf(broker: BrokerConfigs): QuotaWindows {
  return {
    client: { count: broker.quotaWindowNum, windowMs: broker.quotaWindowSizeSeconds * 1000 },
    controller: {
      count: broker.controllerQuotaWindowNum,
      windowMs: broker.controllerQuotaWindowSizeSeconds * 1000,
    },
  }
}

/** What `max.connections.per.ip.overrides`, `host:count,host:count`, says of an address; null where it says nothing. */
export function overriddenCount(overrides: string, address: string): number | null {
  for (const pair of overrides.split(',')) {
    const colon = pair.lastIndexOf(':')
    if (colon > 0 && pair.slice(0, colon).trim() === address) return Number(pair.slice(colon + 1))
  }
  return null
}

/** What is said of one listener alone (`listener.name.NAME.KEY`), at run time too; null where nothing is. */
export function ownCount(configs: Configs, listener: string, key: string): number | null {
  const text = configs.layers().effective(`listener.name.${listener.toLowerCase()}.${key}`)
  return text === null ? null : Number(text)
}

/** Null where everybody may do everything. */
export function authorizerOf(broker: BrokerConfigs): AuthorizerOptions | null {
  if (broker.authorizerClassName === '') return null
  return {
    superUsers: new Set(principalsIn(broker.superUsers)),
    allowsWithoutAcl: broker.allowEveryoneIfNoAclFound,
  }
}
