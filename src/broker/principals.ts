/** Principals as fields of messages, which part their kind from their name. */

export interface PrincipalFields {
  readonly principalType: string
  readonly principalName: string
}

export function principalFields(principal: string): PrincipalFields {
  const end = principal.indexOf(':')
  return { principalType: principal.slice(0, end), principalName: principal.slice(end + 1) }
}

export const principalOf = ({ principalType, principalName }: PrincipalFields): string =>
  `${principalType}:${principalName}`
