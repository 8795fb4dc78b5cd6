/**
 * IncrementalAlterConfigs (44): sets, deletes, appends to and subtracts from configs (KIP-339).
 *
 * v1: flexible encoding.
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

export const IncrementalAlterConfigs = defineApi({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: '0-1',
  flexible: '1+',
  request: {
    resources: array({
      resourceType: int8(),
      resourceName: string({ entity: { by: 'resourceType', of: configResources } }),
      configs: array({ name: string(), configOperation: int8(), value: string({ nullable: '0+' }) }),
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

export interface IncrementalAlterConfigsRequest extends RequestOf<typeof IncrementalAlterConfigs> {}
export interface IncrementalAlterConfigsResponse extends ResponseOf<typeof IncrementalAlterConfigs> {}
export interface IncrementalAlterConfigsReply extends ResponseDraft<typeof IncrementalAlterConfigs> {}
