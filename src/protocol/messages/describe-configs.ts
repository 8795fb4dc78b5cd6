/**
 * DescribeConfigs (32): configs of topics, brokers, groups and client metrics with their sources.
 *
 * v1: asks with includeSynonyms; tells configSource, synonyms; KIP-226.
 * v3: asks with includeDocumentation; tells configType, documentation; KIP-569.
 * v4: flexible encoding.
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

export const DescribeConfigs = defineApi({
  key: 32,
  name: 'DescribeConfigs',
  versions: '0-4',
  flexible: '4+',
  request: {
    resources: array({
      resourceType: int8(),
      resourceName: string({ entity: { by: 'resourceType', of: configResources } }),
      configurationKeys: array(string(), { nullable: '0+' }),
    }),
    includeSynonyms: bool({ versions: '1+', default: false }),
    includeDocumentation: bool({ versions: '3+', default: false }),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({
      errorCode: int16(),
      errorMessage: string({ nullable: '0+' }),
      resourceType: int8(),
      resourceName: string({ entity: { by: 'resourceType', of: configResources } }),
      configs: array({
        name: string(),
        value: string({ nullable: '0+' }),
        readOnly: bool(),
        isDefault: bool({ versions: '0' }),
        configSource: int8({ versions: '1+', default: -1, ignorable: true }),
        isSensitive: bool(),
        synonyms: array(
          { name: string(), value: string({ nullable: '0+' }), source: int8() },
          { versions: '1+', ignorable: true },
        ),
        configType: int8({ versions: '3+', default: 0, ignorable: true }),
        documentation: string({ versions: '3+', nullable: '0+', ignorable: true }),
      }),
    }),
  },
})

export interface DescribeConfigsRequest extends RequestOf<typeof DescribeConfigs> {}
export interface DescribeConfigsResponse extends ResponseOf<typeof DescribeConfigs> {}
export interface DescribeConfigsReply extends ResponseDraft<typeof DescribeConfigs> {}
