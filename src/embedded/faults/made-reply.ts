/** A response as a test writes it, made whole: what it leaves out has its default, and what cannot be is refused by its path. */
import { shapeOf } from '../../protocol/codec'
import { errors } from '../../protocol/errors'
import { fallbackOf, type Layout, layoutOf, type Member, type Value } from '../../protocol/layout'
import type { Api } from '../../protocol/schema'
import { isObject, nearest } from '../contract/kinds'

/** Fields that the version does not carry may stand in it and are left out. Throws TypeError. */
export function madeReply(api: Api, version: number, given: unknown): Value {
  return structOf(layoutOf(shapeOf(api, 'response'), version), given, api.name)
}

function structOf({ members, absent }: Layout, given: unknown, path: string): Value {
  if (!isObject(given)) throw new TypeError(`${path} is an object`)
  const names = members.map(({ name }) => name)
  const strange = Object.keys(given).find(name => !names.includes(name))
  if (strange !== undefined) {
    throw new TypeError(
      `${path} has no field '${strange}'.${nearest(names, strange) || ` It has ${names.join(', ')}.`}`,
    )
  }
  return Object.fromEntries(
    members.map(member => {
      const value = given[member.name]
      const isCarried = value !== undefined && !absent.includes(member)
      return [member.name, isCarried ? valueOf(member, value, `${path}.${member.name}`) : defaultOf(member)]
    }),
  )
}

/** Null is the default of some fields also in versions that cannot carry it. */
function defaultOf(member: Member): Value {
  return member.nullByDefault && !member.nullable ? fallbackOf({ ...member, nullByDefault: false }) : fallbackOf(member)
}

function valueOf(member: Member, given: unknown, path: string): Value {
  const { kind, nullable, element, struct } = member
  if (given === null) {
    if (nullable) return null
    throw new TypeError(`${path} cannot be null in this version`)
  }
  switch (kind) {
    case 'struct':
      return structOf(struct!, given, path)
    case 'array':
      if (!Array.isArray(given)) throw new TypeError(`${path} is a list`)
      return given.map((item, nth) => valueOf(element!, item, `${path}[${nth}]`))
    case 'bytes':
    case 'records':
      if (!ArrayBuffer.isView(given)) throw new TypeError(`${path} is bytes`)
      return Buffer.from(given.buffer, given.byteOffset, given.byteLength)
    case 'bool':
      if (typeof given !== 'boolean') throw new TypeError(`${path} is true or false`)
      return given
    case 'string':
      if (typeof given !== 'string') throw new TypeError(`${path} is a text`)
      return given
    case 'uuid':
      if (typeof given !== 'string' || !/^[0-9a-f]{32}$/.test(given)) throw new TypeError(`${path} is 32 hex digits`)
      return given
    default:
      return numberOf(member, given, path)
  }
}

const bits: { readonly [kind in Member['kind']]?: number } = { int8: 8, int16: 16, uint16: 16, int32: 32, uint32: 32 }

/** An error may be told by its name. */
function numberOf({ kind, name, exact }: Member, given: unknown, path: string): number | bigint {
  if (name === 'errorCode' && typeof given === 'string') {
    if (!Object.hasOwn(errors, given)) {
      throw new TypeError(`${path}: no error is called ${given}.${nearest(Object.keys(errors), given)}`)
    }
    return errors[given as keyof typeof errors].code
  }
  if (exact && typeof given === 'bigint') return BigInt.asIntN(64, given)
  if (typeof given !== 'number') throw new TypeError(`${path} is a number`)
  if (kind === 'float64') return given
  const width = bits[kind]
  const isUnsigned = kind.startsWith('u')
  const most = width === undefined ? Number.MAX_SAFE_INTEGER : 2 ** (isUnsigned ? width : width - 1) - 1
  const least = isUnsigned ? 0 : width === undefined ? Number.MIN_SAFE_INTEGER : -most - 1
  if (!Number.isInteger(given) || given < least || given > most) {
    throw new TypeError(`${path} is a whole number from ${least} to ${most}`)
  }
  return exact ? BigInt(given) : given
}
