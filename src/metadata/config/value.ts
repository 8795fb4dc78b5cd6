/** The text of a config value turned into a value: types, ranges and sets as Kafka's ConfigDef has them, with its error texts. */
import type { ConfigKey } from './key'

export type AnyConfigValue = boolean | number | string | readonly string[] | null

/** `text` is the value written the way Kafka shows it: ` +5` was meant as `5`, `1e-5` as `1.0E-5`. */
export interface ParsedConfig {
  readonly value: AnyConfigValue
  readonly text: string
}
export interface ConfigProblem {
  /** Kafka's own sentence, ready for a client. */
  readonly error: string
}

/**
 * Reads one value. `name` only goes into the error text. LONGs past 2^53 - 1 become that number (their `text` stays
 * exact).
 */
export function parseConfigValue(name: string, key: ConfigKey, text: string): ParsedConfig | ConfigProblem {
  const trimmed = text.replace(/^[\0- ]+|[\0- ]+$/g, '')
  const invalid = (shown: string, why: string) => ({
    error: `Invalid value ${shown} for configuration ${name}: ${why}`,
  })
  const parsed = parseType(key, trimmed)
  if (parsed === null) {
    const why =
      key.type === 'BOOLEAN' ? 'Expected value to be either true or false' : `Not a number of type ${key.type}`
    return invalid(text, why)
  }
  if (key.type === 'LIST') {
    const wrong = listProblem(name, key, parsed.value as readonly string[])
    if (wrong !== null) return { error: wrong }
  }
  const problem = rulesOf(key.valid ?? '')(parsed, name)
  return problem === null ? parsed : invalid(problem.shown, problem.why)
}

export const isProblem = (parsed: ParsedConfig | ConfigProblem): parsed is ConfigProblem => 'error' in parsed

function parseType(key: ConfigKey, trimmed: string): ParsedConfig | null {
  switch (key.type) {
    case 'BOOLEAN': {
      const word = trimmed.toLowerCase()
      return word === 'true' || word === 'false' ? { value: word === 'true', text: word } : null
    }
    case 'SHORT':
      return parseInteger(trimmed, 15n)
    case 'INT':
      return parseInteger(trimmed, 31n)
    case 'LONG':
      return parseInteger(trimmed, 63n)
    case 'DOUBLE': {
      const value = parseJavaDouble(trimmed)
      return value === null ? null : { value, text: javaDouble(value) }
    }
    case 'LIST': {
      const given = trimmed === '' ? [] : trimmed.split(/\s*,\s*/)
      const value = key.valid === throttledShape ? given : [...new Set(given)]
      return { value, text: value.join(',') }
    }
    default:
      return { value: trimmed, text: trimmed }
  }
}

/** In Kafka's order: none, then each one from the left. What a list may consist of is left to its own rule. */
function listProblem(name: string, key: ConfigKey, values: readonly string[]): string | null {
  const { valid = '', nonEmpty } = key
  if (valid === throttledShape) return null
  if (nonEmpty && values.length === 0) {
    const meant = valid === '' ? 'any non-empty value' : valid
    return `Configuration '${name}' must not be empty. Valid values include: ${meant}`
  }
  const words = /^\[(.*)\]$/.exec(valid)?.[1]?.split(', ')
  const first = values.find(value => value === '' || words?.includes(value) === false)
  return first === '' ? `Configuration '${name}' values must not be empty.` : null
}

function parseInteger(text: string, bits: bigint): ParsedConfig | null {
  if (!/^[+-]?\d{1,30}$/.test(text)) return null
  const exact = BigInt(text.replace('+', ''))
  if (exact >= 1n << bits || exact < -(1n << bits)) return null
  const limit = Number.MAX_SAFE_INTEGER
  return { value: Math.max(-limit, Math.min(limit, Number(exact))), text: exact.toString() }
}

function parseJavaDouble(text: string): number | null {
  const special = /^([+-]?)(NaN|Infinity)$/.exec(text)
  if (special) return special[2] === 'NaN' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[fFdD]?$/.test(text) ? Number(text.replace(/[fFdD]$/, '')) : null
}

/** A double as Java prints it: `0.5`, `1.0E-5`, `2.147483647E9`. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value)
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent.replace('+', '')}`
}

const throttledShape = '[partitionId]:[brokerId],[partitionId]:[brokerId],...'

type Rule = (parsed: ParsedConfig, name: string) => { shown: string; why: string } | null

const rules = new Map<string, Rule>()

/** The check that a `valid` text of the table stands for; each text is read once. */
function rulesOf(valid: string): Rule {
  const known = rules.get(valid)
  if (known) return known
  const rule = readRule(valid)
  rules.set(valid, rule)
  return rule
}

function readRule(valid: string): Rule {
  if (valid === '') return () => null
  if (valid === throttledShape) return throttledReplicas
  if (valid.includes('by_duration')) return offsetReset
  const range = /^\[(-?[\d.]+),\.\.\.(?:,(-?[\d.]+))?\](?: or (-?\d+))?$/.exec(valid)
  if (range) return rangeRule(range[1]!, range[2] ?? null, range[3] ?? null)
  const words = /^(\(case insensitive\) )?\[(.*)\]$/.exec(valid)
  if (words) return wordsRule(words[2]!.split(', '), words[1] !== undefined)
  return ({ value }) => (value === '' || (Array.isArray(value) && value.length === 0) ? nonEmpty(valid) : null)
}

const nonEmpty = (valid: string) =>
  valid === 'non-empty string' ? { shown: '', why: 'String must be non-empty' } : null

function rangeRule(low: string, high: string | null, other: string | null): Rule {
  const [least, most] = [Number(low), high === null ? Infinity : Number(high)]
  return ({ value, text }) => {
    const number = value as number
    if (other !== null) {
      if (number === Number(other) || (number >= least && number <= most)) return null
      return { shown: text, why: `Value must be between ${low} and ${high} or equal to ${other}` }
    }
    if (number < least) return { shown: text, why: `Value must be at least ${low}` }
    return number > most ? { shown: text, why: `Value must be no more than ${high}` } : null
  }
}

function wordsRule(words: readonly string[], anyCase: boolean): Rule {
  const legal = new Set(anyCase ? words.map(word => word.toUpperCase()) : words)
  const why = `String must be one of${anyCase ? ' (case insensitive)' : ''}: ${words.join(', ')}`
  return ({ value }) => {
    const given = Array.isArray(value) ? (value as string[]) : [value as string]
    const wrong = given.find(word => !legal.has(anyCase ? word.toUpperCase() : word))
    return wrong === undefined ? null : { shown: wrong, why }
  }
}

const throttledReplicas: Rule = ({ value }, name) => {
  const given = value as readonly string[]
  if (given.length === 1 && given[0] === '*') return null
  if (given.every(pair => /^(\d+:\d+)?$/.test(pair))) return null
  const why = `${name} must be the literal '*' or a list of replicas in the following format: ${throttledShape}`
  return { shown: `[${given.join(', ')}]`, why }
}

const offsetReset: Rule = ({ value }, name) => {
  const given = value as string
  if (given === 'latest' || given === 'earliest') return null
  const duration = /^by_duration:(.*)$/.exec(given)
  if (duration && isDuration(duration[1]!)) return null
  const shapes = "The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'."
  return { shown: given, why: `Invalid value \`${given}\` for configuration ${name}. ${shapes}` }
}

/** ISO 8601 durations of days and less, none of them negative. */
const isDuration = (text: string) => /^P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+([.,]\d{1,9})?S)?)?$/i.test(text)
