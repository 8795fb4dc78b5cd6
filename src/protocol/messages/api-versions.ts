/**
 * ApiVersions (18): versions served and features. Its response header is always v0, whatever the version.
 *
 * v1: tells throttleTimeMs.
 * v3: asks with clientSoftwareName, clientSoftwareVersion; tells supportedFeatures, finalizedFeaturesEpoch, finalizedFeatures, zkMigrationReady; flexible encoding; KIP-511, features (KIP-584).
 * v4: features with a minimum of 0 (KIP-1022).
 * v5: asks with clusterId, nodeId; KIP-1242.
 */

import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int64,
  string,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const ApiVersions = defineApi({
  key: 18,
  name: 'ApiVersions',
  versions: '0-5',
  flexible: '3+',
  request: {
    clientSoftwareName: string({ versions: '3+', ignorable: true }),
    clientSoftwareVersion: string({ versions: '3+', ignorable: true }),
    clusterId: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
    nodeId: int32({ versions: '5+', default: -1, ignorable: true }),
  },
  response: {
    errorCode: int16(),
    apiKeys: array({ apiKey: int16(), minVersion: int16(), maxVersion: int16() }),
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    supportedFeatures: array(
      { name: string(), minVersion: int16(), maxVersion: int16() },
      { versions: '3+', tagged: '3+', tag: 0, ignorable: true },
    ),
    finalizedFeaturesEpoch: int64({ versions: '3+', tagged: '3+', tag: 1, default: -1, ignorable: true }),
    finalizedFeatures: array(
      { name: string(), maxVersionLevel: int16(), minVersionLevel: int16() },
      { versions: '3+', tagged: '3+', tag: 2, ignorable: true },
    ),
    zkMigrationReady: bool({ versions: '3+', tagged: '3+', tag: 3, default: false, ignorable: true }),
  },
})

export interface ApiVersionsRequest extends RequestOf<typeof ApiVersions> {}
export interface ApiVersionsResponse extends ResponseOf<typeof ApiVersions> {}
export interface ApiVersionsReply extends ResponseDraft<typeof ApiVersions> {}
