/**
 * AlterConfigs (33): replaces all configs of a resource; IncrementalAlterConfigs took its place (KIP-339).
 *
 * v2: flexible encoding.
 */
import { configResources } from '../entities'
import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int8,
  string,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

export const AlterConfigs = defineApi({
  key: 33,
  name: 'AlterConfigs',
  versions: '0-2',
  flexible: '2+',
  request: {
    resources: array({
      resourceType: int8(),
      resourceName: string({ entity: { by: 'resourceType', of: configResources } }),
      configs: array({ name: string(), value: string({ nullable: '0+' }) }),
    }),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    responses: array({
      errorCode: int16(),
      errorMessage: string({ nullable: '0+' }),
      resourceType: int8(),
      resourceName: string({ entity: { by: 'resourceType', of: configResources } }),
    }),
  },
})

export interface AlterConfigsRequest extends RequestOf<typeof AlterConfigs> {}
export interface AlterConfigsResponse extends ResponseOf<typeof AlterConfigs> {}
export interface AlterConfigsReply extends ResponseDraft<typeof AlterConfigs> {}
