/** Which stored quotas a filter finds (KIP-546). */
import { Refusal } from '../../protocol/errors'
import type { MetadataImage } from '../image/image'
import { type QuotaEntity, quotaEntityOf } from './quotas'
import type { StoredQuota } from '../image/tables'

export interface QuotaComponent {
  readonly entityType: string
  /** As the protocol numbers them: this very name, the default, whatever name there is. */
  readonly matchType: number
  readonly match: string | null
}

export interface FoundQuota {
  readonly entity: QuotaEntity
  readonly quota: StoredQuota
}

type Test = (name: string | null) => boolean

/**
 * Entities that have every kind of the filter with a name that it takes; with `strict` no kinds besides. Throws Refusal
 * for filters that cannot be.
 */
export function quotasFound(
  image: MetadataImage,
  components: readonly QuotaComponent[],
  strict: boolean,
): FoundQuota[] {
  const tests = testsOf(components)
  const found: FoundQuota[] = []
  for (const [id, quota] of image.table('quota').entries()) {
    const entity = quotaEntityOf(id)
    if (strict && entity.size !== tests.size) continue
    const fits = [...tests].every(([kind, takes]) => {
      const name = entity.get(kind)
      return name !== undefined && takes(name)
    })
    if (fits) found.push({ entity, quota })
  }
  return found
}

const invalid = (why: string) => new Refusal('INVALID_REQUEST', why)

function testsOf(components: readonly QuotaComponent[]): ReadonlyMap<string, Test> {
  const tests = new Map<string, Test>()
  for (const component of components) {
    const { entityType } = component
    if (entityType === '') throw invalid('Invalid empty entity type.')
    if (tests.has(entityType)) throw invalid(`Entity type ${entityType} cannot appear more than once in the filter.`)
    if (!['user', 'client-id', 'ip'].includes(entityType)) {
      throw new Refusal('UNSUPPORTED_VERSION', `Unsupported entity type ${entityType}`)
    }
    tests.set(entityType, testOf(component))
  }
  if (tests.has('ip') && tests.size > 1) {
    const why = 'IP filter component should not be used with user or clientId filter component.'
    throw invalid(`Invalid entity filter component combination. ${why}`)
  }
  return tests
}

function testOf({ matchType, match }: QuotaComponent): Test {
  switch (matchType) {
    case 0:
      if (match === null) throw invalid('Request specified MATCH_TYPE_EXACT, but set match string to null.')
      return name => name === match
    case 1:
      if (match !== null) throw invalid('Request specified MATCH_TYPE_DEFAULT, but also specified a match string.')
      return name => name === null
    case 2:
      if (match !== null) throw invalid('Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.')
      return () => true
    default:
      throw invalid(`Unknown match type ${matchType}`)
  }
}
