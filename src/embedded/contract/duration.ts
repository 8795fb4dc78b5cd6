/** Lengths of time as people write them. */

const units: { readonly [unit: string]: number } = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of `1500`, `500ms`, `90s`, `1.5m`, `12h`, `7d`, rounded to whole ones. Throws TypeError for anything else. */
export function durationMs(duration: number | string): number {
  const [, amount, unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(duration).trim()) ?? []
  const ms = amount === undefined ? Number.NaN : Math.round(Number(amount) * units[unit]!)
  if (!Number.isSafeInteger(ms))
    throw new TypeError(`${duration} is no length of time: 1500, 90s, 15m, 12h or 7d is one`)
  return ms
}
