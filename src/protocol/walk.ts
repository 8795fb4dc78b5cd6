/**
 * Walks over the fields of a message that name an entity, by the declaration's `entity` words: to rewrite names at the
 * border of a namespace, or to collect what a request touches.
 */
import type { Value } from './layout'
import type { Entity, Field, Fields } from './schema'
import { zeroUuid } from './wire/uuid'

/** The name to put in the place of another; null drops the list item that bears it. */
export type Rename = (name: string) => string | null

/**
 * A copy of the message with names replaced, or the message itself when none changed. Null when a name was dropped that
 * no list item bears, so that the whole message is about something that the other side may not see.
 */
export type Walk = <M extends object>(message: M, rename: Rename) => M | null

type Visit = (value: Value, rename: Rename, parents: readonly Value[]) => Value

const dropped = Symbol('dropped')

/**
 * Compiles the walk over every field that names `entity`. Null when there is none, so that what is built on it costs
 * nothing for messages that it does not concern. Names that the version at hand did not carry are left alone.
 */
export function walkerOf(fields: Fields, entity: Entity): Walk | null {
  const visit = structVisit(fields, entity)
  if (visit === null) return null
  return (message, rename) => {
    const out = visit(message, rename, [])
    return out === dropped ? null : out
  }
}

/** Compiles what lists every name of `entity` in a message, in order and as often as it is there. Null when there are none. */
export function namesOf(fields: Fields, entity: Entity): ((message: object) => string[]) | null {
  const walk = walkerOf(fields, entity)
  if (walk === null) return null
  return message => {
    const names: string[] = []
    walk(message, name => {
      names.push(name)
      return name
    })
    return names
  }
}

function structVisit(fields: Fields, entity: Entity): Visit | null {
  const steps: [string, Visit][] = []
  for (const [name, field] of Object.entries(fields)) {
    const visit = fieldVisit(field, field, entity)
    if (visit !== null) steps.push([name, visit])
  }
  if (steps.length === 0) return null
  return (struct, rename, parents) => {
    const inside = [struct, ...parents]
    let out = struct
    for (const [name, visit] of steps) {
      const value = struct[name]
      if (value === null || value === undefined) continue
      const changed = visit(value, rename, inside)
      if (changed === dropped) return dropped
      if (changed === value) continue
      if (out === struct) out = { ...struct }
      out[name] = changed
    }
    return out
  }
}

/** `carrier` is the field of the struct, which states its versions; `field` is that or an element of its list. */
function fieldVisit(field: Field, carrier: Field, entity: Entity): Visit | null {
  if (field.fields !== undefined) return structVisit(field.fields, entity)
  if (field.element !== undefined) return listVisit(field.element, carrier, entity)
  const names = field.options.entity
  if (names === undefined) return null
  const mayBeAbsent = carrier === field && field.options.versions !== undefined
  const rewrite: Visit = (value, rename) => {
    if (value === zeroUuid || (mayBeAbsent && value === '')) return value
    return rename(value) ?? dropped
  }
  if (typeof names === 'string') return names === entity ? rewrite : null
  if (!Object.values(names.of).includes(entity)) return null
  return (value, rename, parents) => {
    const kind = parents.find(parent => parent[names.by] !== undefined)?.[names.by]
    return names.of[kind] === entity ? rewrite(value, rename, parents) : value
  }
}

function listVisit(element: Field, carrier: Field, entity: Entity): Visit | null {
  const visit = fieldVisit(element, carrier, entity)
  if (visit === null) return null
  return (list, rename, parents) => {
    let out: Value[] | null = null
    for (const [index, item] of list.entries()) {
      const changed = visit(item, rename, parents)
      if (out === null && changed !== item) out = list.slice(0, index)
      if (out !== null && changed !== dropped) out.push(changed)
    }
    return out ?? list
  }
}
