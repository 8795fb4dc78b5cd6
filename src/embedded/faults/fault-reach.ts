/** Whether a fault can befall any request at all: one that never can makes a test that proves nothing. */
import type { Api, Entity, Field, Fields } from '../../protocol/schema'
import { BrokerError, type Fault } from '../contract/commands'
import { nearest } from '../contract/kinds'

const entitiesOf = {
  topic: ['topicName', 'topicId'],
  group: ['groupId'],
  transactionalId: ['transactionalId'],
} as const satisfies { readonly [option: string]: readonly Entity[] }

/** Throws BrokerError for an API that is not among those that are known, and for one that names nothing of what is asked for. */
export function checkReach(fault: Fault, known: ReadonlyMap<string, Api>): void {
  const { apis } = fault
  if (apis.length === 0) throw new BrokerError("a fault has an API, or some: '*' is every one", 'INVALID_REQUEST')
  checkApis(
    apis.filter(api => api !== '*'),
    known,
  )
  if (fault.partition !== null && fault.topic === null) {
    throw new BrokerError('a partition is one of a topic: name the topic too', 'INVALID_REQUEST')
  }
  if (apis.includes('*')) return
  for (const option of ['topic', 'group', 'transactionalId'] as const) {
    if (fault[option] === null || apis.some(api => names(known.get(api)!.request, entitiesOf[option]))) continue
    throw new BrokerError(
      `requests of ${apis.join(', ')} name no ${option}, so this fault would befall none: leave ${option} out`,
      'INVALID_REQUEST',
    )
  }
}

/** Throws BrokerError for one that is not among those that are known. */
export function checkApis(apis: readonly string[], known: ReadonlyMap<string, Api>): void {
  const unknown = apis.find(api => !known.has(api))
  if (unknown !== undefined)
    throw new BrokerError(`no API is called ${unknown}.${nearest([...known.keys()], unknown)}`, 'INVALID_REQUEST')
}

function names(fields: Fields, entities: readonly Entity[]): boolean {
  return Object.values(fields).some(field => isNamed(field, entities))
}

function isNamed({ options, element, fields }: Field, entities: readonly Entity[]): boolean {
  const { entity } = options
  const own = typeof entity === 'object' ? Object.values(entity.of) : entity === undefined ? [] : [entity]
  if (own.some(one => entities.includes(one))) return true
  return (element !== undefined && isNamed(element, entities)) || (fields !== undefined && names(fields, entities))
}
