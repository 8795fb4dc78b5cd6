/** Decisions on delegation tokens, one at a time as they are asked for (KIP-48, KIP-373). */
import type { Decision, DecisionContext } from '../decision'
import { Refusal } from '../../protocol/errors'
import type { StoreOperation } from '../store/store'
import { storeKeys } from '../image/stored'
import type { StoredToken, Table } from '../image/tables'

/** A token as it is asked for by who has it: by what proves that, which is looked up among those that there are. */
export interface TokenAsked {
  /** Who asks. */
  readonly by: string
  find(tokens: Table<StoredToken>): string | null
}

export const isOver = ({ expiresMs, maxMs }: StoredToken, nowMs: number): boolean => expiresMs < nowMs || maxMs < nowMs

const put = (id: string, token: StoredToken): StoreOperation => ({
  put: storeKeys.row('token', id),
  value: JSON.stringify(token),
})

export const decideCreateToken = (id: string, token: StoredToken): Decision<void> => ({
  if: [],
  do: [put(id, token)],
  reply: undefined,
})

/** When the token now expires. Throws Refusal. */
export function decideRenewToken(
  { image }: DecisionContext,
  asked: TokenAsked,
  lifetimeMs: number,
  nowMs: number,
): Decision<number> {
  const { id, token } = found(image.table('token'), asked)
  if (isOver(token, nowMs)) throw new Refusal('DELEGATION_TOKEN_EXPIRED')
  mustBeOf(token, asked.by)
  const expiresMs = Math.min(token.maxMs, nowMs + lifetimeMs)
  return { if: [], do: [put(id, { ...token, expiresMs })], reply: expiresMs }
}

/** When the token now expires; a period below 0 ends it at once. Throws Refusal. */
export function decideExpireToken(
  { image }: DecisionContext,
  asked: TokenAsked,
  periodMs: number,
  nowMs: number,
): Decision<number> {
  const { id, token } = found(image.table('token'), asked)
  mustBeOf(token, asked.by)
  if (periodMs < 0) return { if: [], do: [{ remove: storeKeys.row('token', id) }], reply: nowMs }
  if (isOver(token, nowMs)) throw new Refusal('DELEGATION_TOKEN_EXPIRED')
  const expiresMs = Math.min(token.maxMs, nowMs + periodMs)
  return { if: [], do: [put(id, { ...token, expiresMs })], reply: expiresMs }
}

/** Forgets tokens whose time is over. */
export function decideSweepTokens({ image }: DecisionContext, nowMs: number): Decision<number> {
  const over = Array.from(image.table('token').entries()).filter(([, token]) => isOver(token, nowMs))
  return { if: [], do: over.map(([id]) => ({ remove: storeKeys.row('token', id) })), reply: over.length }
}

function found(tokens: Table<StoredToken>, { find }: TokenAsked): { id: string; token: StoredToken } {
  const id = find(tokens)
  const token = id === null ? undefined : tokens.get(id)
  if (id === null || !token) throw new Refusal('DELEGATION_TOKEN_NOT_FOUND')
  return { id, token }
}

/** Not of who asked for it on behalf of another. */
function mustBeOf({ owner, renewers }: StoredToken, by: string): void {
  if (by !== owner && !renewers.includes(by)) throw new Refusal('DELEGATION_TOKEN_OWNER_MISMATCH')
}
