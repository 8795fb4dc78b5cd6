/**
 * ListConfigResources (74): names of resources with configs; v0 was ListClientMetricsResources (KIP-714).
 *
 * v1: asks with resourceTypes; tells resourceType; KIP-1142.
 */
import { configResources } from '../entities'
import {
  array,
  defineApi,
  int16,
  int32,
  int8,
  string,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const ListConfigResources = defineApi({
  key: 74,
  name: 'ListConfigResources',
  versions: '0-1',
  flexible: '0+',
  request: { resourceTypes: array(int8(), { versions: '1+' }) },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    configResources: array({
      resourceName: string({ entity: { by: 'resourceType', of: configResources } }),
      resourceType: int8({ versions: '1+', default: 16, ignorable: true }),
    }),
  },
})

export interface ListConfigResourcesRequest extends RequestOf<typeof ListConfigResources> {}
export interface ListConfigResourcesResponse extends ResponseOf<typeof ListConfigResources> {}
export interface ListConfigResourcesReply extends ResponseDraft<typeof ListConfigResources> {}
