/** Options that override others, also in a vitest that has no way for it. */

/** The part of `test` of vitest that is used here. */
export interface Extensible {
  extend(fixtures: object): Extensible
}

/**
 * `api` is `base.extend(fixtures)`. Before vitest 4.1, which has `override`, of fixtures of one name the first is made as well,
 * and is what others see: where the fixture `overridden` comes again, all are made anew, one of each name.
 */
export function oneOfEach<T extends Extensible>(
  api: T,
  base: Extensible,
  fixtures: object,
  overridden: string,
  layers: readonly object[] = [],
): T {
  if ('override' in api) return api
  const extend = api.extend.bind(api)
  const extended = (more: object): T => {
    const all = [...layers, more]
    const next = overridden in more ? base.extend(Object.assign({}, fixtures, ...all) as object) : extend(more)
    return oneOfEach(next as T, base, fixtures, overridden, all)
  }
  return Object.assign(api, { extend: extended })
}
